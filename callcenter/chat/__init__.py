"""`callcenter chat`: a call in writing, with the same agent, tools and store as on the phone."""

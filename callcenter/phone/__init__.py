"""The phone in the terminal: plays the dialplan's and the caller's part, and measures what the caller hears."""

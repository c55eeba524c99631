"""What `callcenter doctor` finds out: every component, what is in use, why, and how to get better."""

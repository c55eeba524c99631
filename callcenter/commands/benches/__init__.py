"""The commands of `callcenter bench`, one a file. Heavy imports go inside the functions."""

"""One file a command; cli.py imports the one that is called."""

"""Endpointing once more, over audio that is already there: recorded calls, and the turn-taking set of the benches."""

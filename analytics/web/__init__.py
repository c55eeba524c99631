"""The managers' pages, rendered here: no script is needed, and none is loaded."""

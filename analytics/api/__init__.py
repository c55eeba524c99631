"""The managers' side over HTTP: the REST API, and what operations ask of a server."""

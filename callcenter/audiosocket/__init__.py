"""Asterisk's AudioSocket: the codec (pure), our server, the pacer of what we send, and a client that plays Asterisk."""

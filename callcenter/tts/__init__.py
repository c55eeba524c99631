"""Voices behind ports.Synthesizer: one backend a file, the cache around them, and the choice between them."""

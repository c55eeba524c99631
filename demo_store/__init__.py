"""A tire shop's store API over PostgreSQL, with a catalogue of its own: what the agent's tools talk to out of the box.

Stands alone: it imports nothing of the call centre, so that it can be replaced by the real shop; only the knowledge
base, which stands alone too."""

"""One live call: hear, decide, speak, be interrupted, hand over. `session.Session` is the whole of it."""

"""A voice agent that answers a shop's phone over Asterisk AudioSocket and fails to a human."""

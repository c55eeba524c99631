"""A model in the place of a real one: it decides from the request alone, and its name tells what it does wrong."""

from tests.scenarios.model.behaviour import BEHAVIOURS, decide, misbehaves

__all__ = ["BEHAVIOURS", "decide", "misbehaves"]

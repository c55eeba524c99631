"""A model on the attacker's side: what it was told last, by the caller or by what a tool found, it does."""

from tests.adversarial.attacker.mind import decide

__all__ = ["decide"]

"""When it is wiser to stop trying: nothing understood several times in a row, or no progress."""

from dataclasses import dataclass

MAX_IDLE = 8
"""Turns in a row in which nothing new came up."""


@dataclass(frozen=True, slots=True)
class Patience:
    max_misunderstood: int
    max_idle: int = MAX_IDLE

    def is_over(self, misunderstood: int, idle: int) -> bool:
        return misunderstood >= self.max_misunderstood or idle >= self.max_idle

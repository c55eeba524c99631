"""What was found about one component."""

from dataclasses import dataclass
from enum import StrEnum


class Health(StrEnum):
    OK = "ok"
    LIMITED = "limited"
    """It works, and can be had better."""
    OFF = "off"
    """Not started; nothing is wrong with it."""
    BROKEN = "broken"
    """It is needed and does not work."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the ways a component can be had."""

    name: str
    available: bool
    active: bool
    why: str
    how_to_get: str


@dataclass(frozen=True, slots=True)
class Finding:
    component: str
    health: Health
    active: str
    """What is in use: "pocketsphinx", "PostgreSQL 18.4, embedded"."""
    why: str
    """Why that, or what is wrong."""
    to_do: str = ""
    """How to mend it or to get a better one; "" when there is nothing to do."""
    choices: tuple[Choice, ...] = ()

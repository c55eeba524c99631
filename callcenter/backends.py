"""What `doctor` tells of a backend: is it there, is it used, and how to get it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BackendStatus:
    component: str
    """"stt" or "tts"."""
    name: str
    """The value that chooses it in the settings ("pocketsphinx", "espeak")."""
    available: bool
    active: bool
    """The settings lead to this one."""
    why: str
    """One line: why it is or is not available, and why it is or is not active."""
    how_to_get: str
    """One line: what to do to have it, or to have more of it; "" when there is nothing to do."""

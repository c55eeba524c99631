"""The clocks of a conversation: silence of the caller, pause between keys, length of the call. Pure: told the time."""

from dataclasses import dataclass
from enum import Enum, auto

from callcenter.config import CallSettings

KEY_PAUSE_S = 2.0
"""After so long without another key, what was keyed is complete (# says so at once)."""


class Due(Enum):
    SILENCE = auto()
    KEYS = auto()
    TOO_LONG = auto()


@dataclass(slots=True)
class Deadlines:
    settings: CallSettings
    ends_s: float
    """When the call has lasted too long."""
    silence_s: float | None = None
    keys_s: float | None = None
    prompts: int = 0
    """How many times the caller was asked whether they are still there, since they last spoke."""

    def listen(self, now_s: float) -> None:
        """We are silent and wait for the caller."""
        wait_s = self.settings.silence_hangup_s if self.prompts else self.settings.silence_prompt_s
        self.silence_s = now_s + wait_s

    def stop_waiting(self) -> None:
        """Somebody speaks."""
        self.silence_s = None

    def caller_active(self) -> None:
        self.silence_s = None
        self.prompts = 0

    def key_pressed(self, now_s: float) -> None:
        self.caller_active()
        self.keys_s = now_s + KEY_PAUSE_S

    def next(self) -> float:
        """When something is due."""
        return min(at for at in (self.silence_s, self.keys_s, self.ends_s) if at is not None)

    def take_due(self, now_s: float) -> Due | None:
        """What is due by now; it is then no longer."""
        if self.ends_s <= now_s:
            self.ends_s = float("inf")
            return Due.TOO_LONG
        if self.keys_s is not None and self.keys_s <= now_s:
            self.keys_s = None
            return Due.KEYS
        if self.silence_s is not None and self.silence_s <= now_s:
            self.silence_s = None
            self.prompts += 1
            return Due.SILENCE
        return None

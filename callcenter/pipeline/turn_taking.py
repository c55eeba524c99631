"""When the caller begins and ends a turn, from voice activity. Pure: told how much time has passed.

TurnDetector.feed(probability, ms) -> signals

             voiced >= start_ms                silence long enough
    QUIET ------------------------> SPEAKING ------------------------> QUIET
                 Started               |  Confirmed (>= barge_in_ms)       Ended, or Discarded when it was too short
"""

from dataclasses import dataclass
from enum import Enum, auto

from callcenter.config import TurnSettings, VadSettings

DISCARD_AFTER_MS = 200
"""A click needs no full silence to be known as one: what was interrupted by it goes on at once."""


@dataclass(frozen=True, slots=True)
class Started:
    at_ms: int
    """Position of the first voiced audio."""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """It is speech and no click: enough to stop our own voice."""

    speech_ms: int


@dataclass(frozen=True, slots=True)
class Discarded:
    speech_ms: int


@dataclass(frozen=True, slots=True)
class Ended:
    speech_ms: int
    """Voiced audio in it."""
    silence_ms: int
    """How long the silence lasted that ended it; 0 when the turn was cut for its length."""


Signal = Started | Confirmed | Discarded | Ended


class _State(Enum):
    QUIET = auto()
    SPEAKING = auto()


class TurnDetector:
    def __init__(self, turn: TurnSettings, vad: VadSettings) -> None:
        self._turn, self._vad = turn, vad
        self._state = _State.QUIET
        self._position_ms = 0
        self._voiced_ms = 0
        self._silence_ms = 0
        self._length_ms = 0
        self._confirmed = False
        self.dictation = False
        """The caller dictates digits or an address: pauses between groups do not end the turn."""

    @property
    def speaking(self) -> bool:
        return self._state is _State.SPEAKING

    @property
    def silence_ms(self) -> int:
        """Of the pause that the caller is in while speaking."""
        return self._silence_ms

    def feed(self, probability: float, ms: int) -> list[Signal]:
        self._position_ms += ms
        match self._state:
            case _State.QUIET:
                return self._while_quiet(probability, ms)
            case _State.SPEAKING:
                return self._while_speaking(probability, ms)

    def _while_quiet(self, probability: float, ms: int) -> list[Signal]:
        if probability < self._vad.threshold:
            self._voiced_ms = 0
            return []
        self._voiced_ms += ms
        if self._voiced_ms < self._turn.start_ms:
            return []
        self._state = _State.SPEAKING
        self._silence_ms = 0
        self._length_ms = self._voiced_ms
        self._confirmed = False
        return [Started(self._position_ms - self._voiced_ms), *self._confirm()]

    def _while_speaking(self, probability: float, ms: int) -> list[Signal]:
        self._length_ms += ms
        if probability >= self._vad.release:
            self._voiced_ms += ms
            self._silence_ms = 0
            signals = self._confirm()
        else:
            self._silence_ms += ms
            signals = []
        return signals + self._end()

    def _confirm(self) -> list[Signal]:
        if self._confirmed or self._voiced_ms < self._turn.barge_in_ms:
            return []
        self._confirmed = True
        return [Confirmed(self._voiced_ms)]

    def _end(self) -> list[Signal]:
        too_short = self._voiced_ms < self._turn.min_speech_ms
        needed = self._turn.dictation_silence_ms if self.dictation else self._turn.silence_ms
        signal: Signal
        if too_short and self._silence_ms >= min(DISCARD_AFTER_MS, needed):
            signal = Discarded(self._voiced_ms)
        elif self._silence_ms >= needed:
            signal = Ended(self._voiced_ms, self._silence_ms)
        elif self._length_ms >= self._turn.max_utterance_ms:
            signal = Ended(self._voiced_ms, 0)
        else:
            return []
        self._state = _State.QUIET
        self._voiced_ms = self._silence_ms = self._length_ms = 0
        return [signal]

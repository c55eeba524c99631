"""When the caller begins and ends a turn, from voice activity. Pure: told how much time has passed.

TurnDetector.feed(activity, ms) -> signals

             voiced >= start_ms                silence long enough
    QUIET ------------------------> SPEAKING ------------------------> QUIET
                 Started               |  Confirmed (>= barge_in_ms)       Ended, or Discarded when it was too short
                                       |  Paused (>= pause_ms of silence): what follows may be guessed at
                                       |  Resumed: the guess was wrong

In a pause the words and the voice may vote on whether the thought is complete: `judge`.
"""

from dataclasses import dataclass
from enum import Enum, auto

from callcenter.config import TurnSettings, VadSettings
from callcenter.ports import Activity

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
class Paused:
    """The caller may have finished: time to guess. Once a pause."""

    speech_ms: int
    silence_ms: int


@dataclass(frozen=True, slots=True)
class Resumed:
    """The caller goes on after a Paused: whatever was guessed is void."""

    silence_ms: int
    """How long the pause was."""


@dataclass(frozen=True, slots=True)
class Discarded:
    speech_ms: int


@dataclass(frozen=True, slots=True)
class Ended:
    speech_ms: int
    """Voiced audio in it."""
    silence_ms: int
    """How long the silence lasted that ended it; 0 when the turn was cut for its length."""
    reason: str = "silence"
    """What decided: "silence", "dictation", "words", "voice" or "length"."""


Signal = Started | Confirmed | Paused | Resumed | Discarded | Ended


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
        self._paused = False
        self._words: float | None = None
        self._voice: float | None = None
        self.dictation = False
        """The caller dictates digits or an address: pauses between groups do not end the turn."""

    @property
    def speaking(self) -> bool:
        return self._state is _State.SPEAKING

    @property
    def silence_ms(self) -> int:
        """Of the pause that the caller is in while speaking."""
        return self._silence_ms

    def judge(self, *, words: float | None = None, voice: float | None = None) -> None:
        """Votes on the present pause, 0..1 that the thought is complete; forgotten when the caller goes on."""
        self._words = words if words is not None else self._words
        self._voice = voice if voice is not None else self._voice

    def feed(self, activity: Activity, ms: int) -> list[Signal]:
        self._position_ms += ms
        probability = activity.probability
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
        signals: list[Signal] = []
        if probability >= self._vad.release:
            self._voiced_ms += ms
            if self._paused:
                signals.append(Resumed(self._silence_ms))
            self._silence_ms, self._paused = 0, False
            self._words = self._voice = None
            signals += self._confirm()
        else:
            self._silence_ms += ms
            if (
                not self._paused
                and self._silence_ms >= self._turn.pause_ms
                and self._voiced_ms >= self._turn.min_speech_ms
            ):
                self._paused = True
                signals.append(Paused(self._voiced_ms, self._silence_ms))
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
            signal = Ended(self._voiced_ms, self._silence_ms, "dictation" if self.dictation else "silence")
        elif self._length_ms >= self._turn.max_utterance_ms:
            signal = Ended(self._voiced_ms, 0, "length")
        else:
            return []
        self._state, self._paused = _State.QUIET, False
        self._words = self._voice = None
        self._voiced_ms = self._silence_ms = self._length_ms = 0
        return [signal]

"""When the caller begins and ends a turn, from voice activity. Pure: told how much time has passed.

TurnDetector.feed(activity, ms) -> signals

             voiced >= start_ms                silence long enough
    QUIET ------------------------> SPEAKING ------------------------> QUIET
                 Started               |  Confirmed (>= barge_in_ms)       Ended, or Discarded when it was too short
                                       |  Paused (>= pause_ms of silence): what follows may be guessed at
                                       |  Resumed: the guess was wrong

Silence is counted from the last window that is loud as the voice was, not from where the detector's probability falls
(100 to 250 ms later); that it does fall confirms the end. In a pause the words and the voice may vote on whether the
thought is complete (`judge`): it is waited for longer or less long.
"""

from dataclasses import dataclass
from enum import Enum, auto

from callcenter.config import TurnSettings, VadSettings
from callcenter.pipeline.completeness import UNKNOWN
from callcenter.pipeline.levels import Levels
from callcenter.ports import Activity


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
    """How long the silence lasted that ended it, from the last sound of the voice; 0 when the turn was cut for its
    length."""
    reason: str = "silence"
    """What decided: "silence", "dictation", "words", "voice" or "length"."""


Signal = Started | Confirmed | Paused | Resumed | Discarded | Ended


class _State(Enum):
    QUIET = auto()
    SPEAKING = auto()


@dataclass(frozen=True, slots=True)
class Wait:
    """The silence that ends a turn, and what says so."""

    silence_ms: int
    reason: str


def wait_for(turn: TurnSettings, words: float | None, voice: float | None, *, dictation: bool) -> Wait:
    """By the votes on this pause, see TurnDetector.judge.

    Where the words say anything they alone decide: beside them the voice changed nothing for the better (`callcenter
    bench turns`). Where they say nothing, a voice that goes on is believed; one that sounds finished is not, since
    half of those went on.
    """
    unknown = Wait(turn.dictation_silence_ms, "dictation") if dictation else Wait(turn.silence_ms, "silence")
    incomplete_ms = max(turn.incomplete_silence_ms, unknown.silence_ms)
    if words is None or words == UNKNOWN:
        return Wait(incomplete_ms, "voice") if voice is not None and voice < turn.voice_incomplete else unknown
    sure = abs(words - UNKNOWN) / UNKNOWN
    towards_ms = turn.complete_silence_ms if words > UNKNOWN else incomplete_ms
    return Wait(round(unknown.silence_ms + sure * (towards_ms - unknown.silence_ms)), "words")


class TurnDetector:
    def __init__(self, turn: TurnSettings, vad: VadSettings) -> None:
        self._turn, self._vad = turn, vad
        self._levels = Levels(turn.fall_db, turn.floor_margin_db)
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

    @property
    def wants_voice(self) -> bool:
        """It is time to ask the voice of this pause (`ports.TurnModel`), since the words have said nothing. True until
        `judge` is told or the pause is over."""
        if not self._paused or self._voice is not None or self._turn.smart_turn == "off":
            return False
        if self._turn.smart_turn == "on":
            return True
        return self._words in (None, UNKNOWN) and self._silence_ms >= self._turn.voice_after_ms

    def judge(self, *, words: float | None = None, voice: float | None = None) -> None:
        """Votes on the present pause, 0..1 that the thought is complete; forgotten when the caller goes on."""
        self._words = words if words is not None else self._words
        self._voice = voice if voice is not None else self._voice

    def feed(self, activity: Activity, ms: int) -> list[Signal]:
        self._position_ms += ms
        match self._state:
            case _State.QUIET:
                return self._while_quiet(activity, ms)
            case _State.SPEAKING:
                return self._while_speaking(activity, ms)

    def _while_quiet(self, activity: Activity, ms: int) -> list[Signal]:
        voiced = activity.probability >= self._vad.threshold
        self._levels.feed(activity, voiced=voiced)
        if not voiced:
            self._voiced_ms = 0
            self._levels.begin()
            return []
        self._voiced_ms += ms
        if self._voiced_ms < self._turn.start_ms:
            return []
        self._state = _State.SPEAKING
        self._silence_ms = 0
        self._length_ms = self._voiced_ms
        self._confirmed = False
        return [Started(self._position_ms - self._voiced_ms), *self._confirm()]

    def _while_speaking(self, activity: Activity, ms: int) -> list[Signal]:
        self._length_ms += ms
        detected = activity.probability >= self._vad.release
        voiced = detected and not self._levels.silent(activity.level_dbfs)
        self._levels.feed(activity, voiced=voiced)
        signals: list[Signal] = []
        if voiced:
            self._voiced_ms += ms
            if self._paused:
                signals.append(Resumed(self._silence_ms))
            self._silence_ms, self._paused = 0, False
            self._words = self._voice = None
            signals += self._confirm()
        else:
            self._silence_ms += ms
            signals += self._pause()
        return signals + self._end(detected)

    def _confirm(self) -> list[Signal]:
        if self._confirmed or self._voiced_ms < self._turn.barge_in_ms:
            return []
        self._confirmed = True
        return [Confirmed(self._voiced_ms)]

    def _pause(self) -> list[Signal]:
        if self._paused or self._silence_ms < self._turn.pause_ms or self._voiced_ms < self._turn.min_speech_ms:
            return []
        self._paused = True
        return [Paused(self._voiced_ms, self._silence_ms)]

    def _end(self, detected: bool) -> list[Signal]:
        """`detected`: the detector still takes it for speech."""
        too_short = self._voiced_ms < self._turn.min_speech_ms
        wait = wait_for(self._turn, self._words, self._voice, dictation=self.dictation)
        silence_ms = self._silence_ms - self._turn.unconfirmed_ms * detected
        signal: Signal
        if too_short and silence_ms >= min(self._turn.click_silence_ms, wait.silence_ms):
            signal = Discarded(self._voiced_ms)
        elif silence_ms >= wait.silence_ms:
            signal = Ended(self._voiced_ms, self._silence_ms, wait.reason)
        elif self._length_ms >= self._turn.max_utterance_ms:
            signal = Ended(self._voiced_ms, 0, "length")
        else:
            return []
        self._state, self._paused = _State.QUIET, False
        self._words = self._voice = None
        self._voiced_ms = self._silence_ms = self._length_ms = 0
        return [signal]

"""What happens in a call, in past tense: the vocabulary of the queue between the parts and the session."""

from dataclasses import dataclass

from callcenter.errors import EngineError
from callcenter.ports import Transcript


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    at_ms: int
    """Where in the caller's audio, ms from its first sample."""


@dataclass(frozen=True, slots=True)
class SpeechContinued:
    """The caller has been speaking for long enough that it is no cough."""

    speech_ms: int


@dataclass(frozen=True, slots=True)
class SpeechDiscarded:
    """What began was no speech (too short): a false start."""

    speech_ms: int


@dataclass(frozen=True, slots=True)
class Guessed:
    """The caller pauses: what was said so far, and may be all."""

    transcript: Transcript
    speech_ms: int
    paused_at_s: float
    """Monotonic clock of the last voiced sample."""


@dataclass(frozen=True, slots=True)
class GuessVoid:
    """The caller goes on: the last Guessed was not all."""

    audio_ms: int
    """That was recognized for it."""


@dataclass(frozen=True, slots=True)
class TurnEnded:
    """The caller has finished; recognition may be under way."""

    speech_ms: int


@dataclass(frozen=True, slots=True)
class Transcribed:
    transcript: Transcript
    speech_ms: int
    ended_at_s: float
    """Monotonic clock of the last voiced sample: response latency counts from here."""
    endpoint_at_s: float
    """When it was decided that the turn had ended."""
    transcribed_at_s: float
    """When its text was there: perhaps before that."""
    reason: str
    """Why the turn was taken to have ended."""


@dataclass(frozen=True, slots=True)
class RecognitionFailed:
    error: EngineError


@dataclass(frozen=True, slots=True)
class KeyPressed:
    digit: str


@dataclass(frozen=True, slots=True)
class CallerHungUp:
    pass


CallEvent = (
    SpeechStarted
    | SpeechContinued
    | SpeechDiscarded
    | Guessed
    | GuessVoid
    | TurnEnded
    | Transcribed
    | RecognitionFailed
    | KeyPressed
    | CallerHungUp
)

"""The real turn detector over a whole recording, in the audio's own time: as fast as the machine can. Pure.

Votes come when they would come in a live call: so and so long after the pause that they are about.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from callcenter.config import TurnSettings, VadSettings
from callcenter.pipeline.turn_taking import Confirmed, Discarded, Ended, Paused, Resumed, Started, TurnDetector
from callcenter.ports import Activity


@dataclass(frozen=True, slots=True)
class Pause:
    """The caller is silent, and somebody is asked whether the thought is complete."""

    started_ms: int
    """Where the utterance began."""
    at_ms: int
    """When it is asked, both from the start of the recording."""


@dataclass(frozen=True, slots=True)
class Vote:
    after_ms: int
    """From the question to the answer."""
    complete: float


Voter = Callable[[Pause], Vote | None]
"""None: it says nothing, or there is no such voter."""


def silent_voter(_: Pause) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Decision:
    """The turn is over."""

    started_ms: int
    at_ms: int
    """When it was decided, from the start of the recording."""
    silence_ms: int
    confirmed_ms: int | None
    """When our own voice would have been held."""
    pauses: int
    """How often an answer was prepared, the last one included."""


class _Ballot:
    """Votes under way in the present pause."""

    def __init__(self, detector: TurnDetector, words: Voter, voice: Voter) -> None:
        self._detector, self._words, self._voice = detector, words, voice
        self.close()

    def close(self) -> None:
        """The pause is over: whatever comes now is late."""
        self._due: list[tuple[int, float | None, float | None]] = []
        self._voice_asked = False

    def ask_words(self, pause: Pause) -> None:
        self.close()
        if (vote := self._words(pause)) is not None:
            self._due.append((pause.at_ms + vote.after_ms, vote.complete, None))

    def ask_voice(self, pause: Pause) -> None:
        if self._voice_asked or not self._detector.wants_voice:
            return
        self._voice_asked = True
        if (vote := self._voice(pause)) is not None:
            self._due.append((pause.at_ms + vote.after_ms, None, vote.complete))

    def deliver(self, at_ms: int) -> None:
        for due_ms, words, voice in self._due:
            if due_ms <= at_ms:
                self._detector.judge(words=words, voice=voice)
        self._due = [vote for vote in self._due if vote[0] > at_ms]


def decide(
    activities: Sequence[Activity],
    window_ms: int,
    turn: TurnSettings,
    vad: VadSettings,
    *,
    words: Voter = silent_voter,
    voice: Voter = silent_voter,
    dictation: bool = False,
) -> Iterator[Decision]:
    """Each turn that the settings find in the recording."""
    detector = TurnDetector(turn, vad)
    detector.dictation = dictation
    ballot = _Ballot(detector, words, voice)
    started_ms, pauses, confirmed_ms = 0, 0, None
    for number, activity in enumerate(activities, 1):
        at_ms = number * window_ms
        ballot.deliver(at_ms - window_ms)
        for signal in detector.feed(activity, window_ms):
            match signal:
                case Started():
                    started_ms, pauses, confirmed_ms = signal.at_ms, 0, None
                case Confirmed():
                    confirmed_ms = at_ms
                case Paused():
                    pauses += 1
                    ballot.ask_words(Pause(started_ms, at_ms))
                case Resumed() | Discarded():
                    ballot.close()
                case Ended():
                    ballot.close()
                    yield Decision(started_ms, at_ms, signal.silence_ms, confirmed_ms, pauses)
        ballot.ask_voice(Pause(started_ms, at_ms))

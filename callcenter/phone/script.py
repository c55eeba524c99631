"""When the caller says the next thing, and what came of the last. Pure: it is told the time."""

from dataclasses import dataclass
from enum import Enum, auto

from callcenter.audiosocket.client import Uttered
from callcenter.phone.hearing import Ear, Spurt


@dataclass(frozen=True, slots=True)
class Timing:
    hang_s: float = 0.7
    """So long a silence means that the agent has finished."""
    greeting_s: float = 3.0
    """So long the caller waits for the agent to begin."""
    answer_s: float = 20.0
    """So long the caller waits for an answer."""
    longest_answer_s: float = 90.0
    goodbye_s: float = 2.0
    """So long the caller stays on the line after the last answer: the agent may hang up, or hand over."""
    interrupt_after_s: float | None = None
    """Say the next thing so long after an answer has begun, instead of when it has ended."""


@dataclass(frozen=True, slots=True)
class TurnResult:
    """One thing that the caller said, and the answer."""

    number: int
    """From 0."""
    said_ms: int
    latency_ms: int | None
    """Last sample of the caller's speech sent to first audible sample of the answer; None without an answer."""
    answer_ms: int | None
    early: bool
    """The answer began before the caller had finished; then there is no latency."""
    cut: bool
    """The caller interrupted this answer."""
    stopped_after_ms: int | None
    """Of what interrupted: from the first sample of the interruption to the last audible one of the old answer."""
    gaps_ms: tuple[int, ...]


class Act(Enum):
    SAY_NEXT = auto()
    HANG_UP = auto()


class _State(Enum):
    GREETED = auto()
    SPEAKING = auto()
    WAITING = auto()
    LISTENING = auto()
    LEAVING = auto()


class Script:
    """A call of so many turns. `step` is asked often what to do now."""

    def __init__(self, turns: int, timing: Timing, now_s: float) -> None:
        self.results: list[TurnResult] = []
        self.greeting_spurts: int | None = None
        """So many spurts were the greeting; None until the first turn."""
        self._turns, self._timing = turns, timing
        self._state = _State.GREETED
        self._since_s = now_s
        self._number = -1
        self._uttered = Uttered()
        self._interrupted: Spurt | None = None
        """What the agent was saying when this turn's speech began."""
        self._old_spurts = 0
        """Spurts heard before this turn."""

    def step(self, now_s: float, ear: Ear) -> Act | None:
        match self._state:
            case _State.GREETED:
                unheard = not ear.spurts and now_s - self._since_s >= self._timing.greeting_s
                if unheard or (ear.spurts and self._finished(now_s, ear)):
                    return self._next(now_s, ear)
            case _State.SPEAKING:
                if self._uttered.ended_at_s is not None:
                    self._go(_State.WAITING, now_s)
            case _State.WAITING:
                if len(ear.spurts) > self._old_spurts:
                    self._go(_State.LISTENING, now_s)
                elif now_s - self._since_s > self._timing.answer_s:
                    return self._close_turn(now_s, ear, cut=False)
            case _State.LISTENING:
                if self._is_time_to_interrupt(now_s, ear):
                    return self._close_turn(now_s, ear, cut=True)
                if self._finished(now_s, ear) or now_s - self._since_s > self._timing.longest_answer_s:
                    return self._close_turn(now_s, ear, cut=False)
            case _State.LEAVING:
                if now_s - self._since_s > self._timing.goodbye_s:
                    return Act.HANG_UP
        return None

    def said(self, uttered: Uttered) -> None:
        """What SAY_NEXT asked for is on its way."""
        self._uttered = uttered

    def end(self, ear: Ear) -> None:
        """The call is over: whatever has been answered of the last turn counts."""
        if self._state in (_State.SPEAKING, _State.WAITING, _State.LISTENING):
            self.results.append(self._result(ear, cut=False))
            self._state = _State.LEAVING

    def _go(self, state: _State, now_s: float) -> None:
        self._state, self._since_s = state, now_s

    def _finished(self, now_s: float, ear: Ear) -> bool:
        return ear.silent_s(now_s) >= self._timing.hang_s

    def _is_time_to_interrupt(self, now_s: float, ear: Ear) -> bool:
        after_s = self._timing.interrupt_after_s
        if after_s is None or self._number + 1 >= self._turns or ear.silent_s(now_s) > 0.1:
            return False
        return now_s - ear.spurts[self._old_spurts].started_s >= after_s

    def _close_turn(self, now_s: float, ear: Ear, *, cut: bool) -> Act | None:
        self.results.append(self._result(ear, cut=cut))
        return self._next(now_s, ear, interrupting=cut)

    def _next(self, now_s: float, ear: Ear, *, interrupting: bool = False) -> Act | None:
        self._number += 1
        if self.greeting_spurts is None:
            self.greeting_spurts = len(ear.spurts)
        if self._number >= self._turns:
            self._go(_State.LEAVING, now_s)
            return None
        self._interrupted = ear.spurts[-1] if interrupting else None
        self._old_spurts = len(ear.spurts)
        self._uttered = Uttered()
        self._go(_State.SPEAKING, now_s)
        return Act.SAY_NEXT

    def _result(self, ear: Ear, *, cut: bool) -> TurnResult:
        answer = ear.spurts[self._old_spurts :]
        began_s, ended_s = self._uttered.started_at_s, self._uttered.ended_at_s
        waited_s = answer[0].started_s - ended_s if answer and ended_s is not None else None
        early = bool(answer) and (waited_s is None or waited_s < 0)
        stopped_s = self._interrupted.ended_s - began_s if self._interrupted and began_s is not None else None
        return TurnResult(
            number=self._number,
            said_ms=_ms(ended_s - began_s) if began_s is not None and ended_s is not None else 0,
            latency_ms=_ms(waited_s) if waited_s is not None and not early else None,
            answer_ms=_ms(answer[-1].ended_s - answer[0].started_s) if answer else None,
            early=early,
            cut=cut,
            stopped_after_ms=_ms(max(0.0, stopped_s)) if stopped_s is not None else None,
            gaps_ms=tuple(round(gap) for spurt in answer for gap in spurt.gaps_ms),
        )


def _ms(seconds: float) -> int:
    return round(seconds * 1000)

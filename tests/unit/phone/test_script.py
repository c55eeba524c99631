"""A call on paper: the agent's voice and the caller's, second by second."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from callcenter.audiosocket.client import Uttered
from callcenter.phone.hearing import Ear
from callcenter.phone.script import Act, Script, Timing

LOUD, QUIET = b"\x00\x20" * 160, bytes(320)


def about(*values_ms: int) -> Any:
    """Within a step of the script."""
    return pytest.approx(values_ms, abs=25)


@dataclass
class Paper:
    """Runs a script in steps of 20 ms. The agent speaks in the given spans; what the caller says lasts `say_s`."""

    script: Script
    agent: list[tuple[float, float]]
    say_s: float = 1.0
    """What is said lasts so long."""
    now_s: float = 0.0
    ear: Ear = field(default_factory=Ear)
    said_s: list[float] = field(default_factory=list)
    hung_up_s: float | None = None

    def run(self, until_s: float) -> None:
        uttered = Uttered()
        while self.now_s < until_s and self.hung_up_s is None:
            loud = any(begin <= self.now_s < end for begin, end in self.agent)
            self.ear.hear(self.now_s, 8000, LOUD if loud else QUIET)
            if uttered.started_at_s is not None and self.now_s >= uttered.started_at_s + self.say_s:
                uttered.ended_at_s = uttered.ended_at_s or self.now_s
            match self.script.step(self.now_s, self.ear):
                case Act.SAY_NEXT:
                    self.said_s.append(round(self.now_s, 2))
                    uttered = Uttered(started_at_s=self.now_s)
                    self.script.said(uttered)
                case Act.HANG_UP:
                    self.hung_up_s = self.now_s
                case None:
                    pass
            self.now_s = round(self.now_s + 0.02, 2)


def test_the_caller_waits_for_the_greeting_and_for_each_answer() -> None:
    paper = Paper(Script(2, Timing(), 0.0), [(0.1, 2.0), (4.4, 6.0), (8.2, 9.0)])
    paper.run(30)
    assert paper.said_s == pytest.approx([2.7, 6.7], abs=0.03)
    first, second = paper.script.results
    assert (first.latency_ms, first.answer_ms, first.said_ms) == about(700, 1600, 1000)
    assert (second.latency_ms, second.answer_ms) == about(500, 800)
    assert not first.early
    assert not first.cut
    assert paper.hung_up_s is not None
    assert 11.6 < paper.hung_up_s < 11.8
    assert paper.script.greeting_spurts == 1


def test_an_agent_without_a_greeting_is_spoken_to_all_the_same() -> None:
    paper = Paper(Script(1, Timing(greeting_s=3), 0.0), [(4.5, 5.0)])
    paper.run(30)
    assert paper.said_s == [3.0]
    assert paper.script.results[0].latency_ms == 500


def test_a_pause_within_an_answer_does_not_end_it() -> None:
    paper = Paper(Script(1, Timing(), 0.0), [(0.1, 1.0), (3.0, 4.0), (4.5, 5.0)])
    paper.run(30)
    assert paper.script.results[0].answer_ms == 2000


def test_without_an_answer_the_caller_goes_on_after_a_while() -> None:
    paper = Paper(Script(2, Timing(answer_s=5), 0.0), [(0.1, 1.0), (9.0, 9.5)])
    paper.run(40)
    first, second = paper.script.results
    assert (first.latency_ms, first.answer_ms) == (None, None)
    assert second.answer_ms == 500


def test_an_answer_before_the_caller_has_finished_is_early_and_has_no_latency() -> None:
    paper = Paper(Script(1, Timing(), 0.0), [(0.1, 1.0), (2.3, 4.0)])
    paper.run(30)
    (turn,) = paper.script.results
    assert turn.early
    assert turn.latency_ms is None
    assert turn.answer_ms == 1700


def test_an_interruption_is_the_next_thing_said_and_stops_the_old_answer() -> None:
    timing = Timing(interrupt_after_s=1.0)
    paper = Paper(Script(2, timing, 0.0), [(0.1, 1.0), (3.0, 4.24), (5.6, 6.0)], say_s=1.0)
    paper.run(30)
    assert paper.said_s == pytest.approx([1.7, 4.0], abs=0.03)
    first, second = paper.script.results
    assert first.cut
    assert (first.answer_ms,) == about(1020)
    assert (second.stopped_after_ms,) == about(240)
    assert (second.latency_ms,) == about(600)
    assert not second.cut


def test_an_answer_shorter_than_that_is_not_interrupted() -> None:
    paper = Paper(Script(2, Timing(interrupt_after_s=2.0), 0.0), [(0.1, 1.0), (3.0, 4.0), (6.0, 7.0)])
    paper.run(30)
    assert [turn.cut for turn in paper.script.results] == [False, False]


def test_a_call_that_the_agent_ends_keeps_what_was_answered() -> None:
    paper = Paper(Script(2, Timing(), 0.0), [(0.1, 1.0), (3.0, 4.0)])
    paper.run(3.5)
    paper.script.end(paper.ear)
    paper.script.end(paper.ear)
    (turn,) = paper.script.results
    assert turn.latency_ms is not None

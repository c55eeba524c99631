"""What all callers heard, in figures. Milliseconds unless the name says otherwise."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from callcenter.bench.callsim.caller import Caller
from callcenter.bench.callsim.plan import Plan
from callcenter.bench.processes import Usage


@dataclass(frozen=True, slots=True)
class Marks:
    """The server's usage at the beginning of each part."""

    before: Usage
    idle: Usage
    talk: Usage
    end: Usage


def percentile(values: Sequence[float], percent: float) -> float | None:
    ordered = sorted(values)
    if not ordered:
        return None
    at = (len(ordered) - 1) * percent / 100
    low = int(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (at - low)


def figures(
    plan: Plan, callers: Sequence[Caller], marks: Marks, late_s: Sequence[float], lost: Sequence[str]
) -> dict[str, Any]:
    """lost: why calls ended before they were through."""
    turns = [turn for caller in callers for turn in caller.turns if turn.ended_s is not None]
    answered = [turn for turn in turns if turn.answered_s is not None]
    response = [(t.answered_s - t.ended_s) * 1000 for t in answered if not t.early and t.answered_s and t.ended_s]
    stops = [(t.quiet_s - t.began_s) * 1000 for t in turns if t.interrupts and t.quiet_s and t.began_s]
    whole = [turn.answer_ms for turn in answered if not turn.was_interrupted]
    gaps = [gap for caller in callers for gap in caller.ear.gaps_ms]
    late = [each * 1000 for each in late_s]
    short = [max(0.0, plan.answer_ms - each) for each in whole] if plan.answer_ms else []
    return {
        "calls": plan.calls,
        "calls_lost": len(lost),
        "turns_wanted": plan.calls * plan.turns,
        "turns_answered": len(answered),
        "turns_timed_out": sum(turn.timed_out for turn in turns),
        "answered_early": sum(turn.early for turn in turns),
        "response_p50_ms": percentile(response, 50),
        "response_p95_ms": percentile(response, 95),
        "response_max_ms": max(response, default=None),
        "barge_in_p50_ms": percentile(stops, 50),
        "barge_in_p95_ms": percentile(stops, 95),
        "gaps": len(gaps),
        "gap_max_ms": max(gaps, default=0.0),
        "answers_cut_ms": sum(short),
        "ahead_max_ms": max((caller.ear.ahead_s for caller in callers), default=0.0) * 1000,
        **_costs(plan, marks),
        "own_late_p99_ms": percentile(late, 99),
        "own_late_max_ms": max(late, default=None),
    }


def _costs(plan: Plan, marks: Marks) -> dict[str, float | None]:
    if not plan.pids:
        return {}

    def cpu(since: Usage, until: Usage) -> float:
        return (until.cpu_s - since.cpu_s) / (plan.calls * (until.at_s - since.at_s) / 60)

    return {
        "cpu_idle_s_a_call_minute": cpu(marks.idle, marks.talk),
        "cpu_talk_s_a_call_minute": cpu(marks.talk, marks.end),
        "cpu_talk_cores": (marks.end.cpu_s - marks.talk.cpu_s) / (marks.end.at_s - marks.talk.at_s),
        "memory_idle_mb_a_call": (marks.idle.rss_bytes - marks.before.rss_bytes) / 2**20 / plan.calls,
        "memory_end_mb_a_call": (marks.end.rss_bytes - marks.before.rss_bytes) / 2**20 / plan.calls,
    }

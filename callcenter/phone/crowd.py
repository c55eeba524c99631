"""Many callers at once, and what all of them heard: `callcenter bench calls`."""

import asyncio
import os
import platform
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import httpx
import numpy as np

from callcenter.audio import FRAME_MS
from callcenter.phone.call import Dialed, place_call
from callcenter.phone.conversation import Say, ScriptedConversation
from callcenter.phone.hearing import Ear, trim
from callcenter.phone.histogram import Buckets, percentile_ms, read_buckets
from callcenter.phone.report import CallReport
from callcenter.phone.script import Timing
from callcenter.phone.speech import Speak

CARS = ("toyota camry", "skoda octavia", "honda civic", "kia sportage", "mazda three", "ford focus", "audi a six")
QUESTIONS = ("winter tires for a {car}", "is it in stock", "cheaper", "summer tires for a {car}", "is it in stock")
APART_S = 0.5
"""One call begins so long after the other."""
BUSY_MS = 2.0
"""When our own frames were so late (p99), the machine was too busy for the figures to say anything of the server."""


@dataclass(frozen=True, slots=True)
class CrowdReport:
    """Milliseconds, over all calls."""

    machine: str
    calls: int
    answered: int
    turns: int
    frames: int
    frames_lost: int
    """Missing in a call's frames against its length: one a 20 ms."""
    sent_late_p99_ms: float | None
    """The server's own account of its frames against their deadlines: free of the generator's lateness."""
    frame_late_p50_ms: float
    frame_late_p99_ms: float
    """Behind the best 20 ms grid of its own call: the jitter buffer that a phone would need."""
    frame_late_max_ms: float
    greeting_frame_max_ms: float
    """UUID sent to first frame."""
    greeting_p50_ms: float
    """UUID sent to first audible sample."""
    greeting_max_ms: float
    response_p50_ms: float
    response_p95_ms: float
    barge_in_p95_ms: float | None
    gaps: int
    own_late_p99_ms: float
    reports: tuple[CallReport, ...] = field(repr=False)

    @property
    def trustworthy(self) -> bool:
        return self.own_late_p99_ms <= BUSY_MS

    def figures(self) -> dict[str, Any]:
        figures = asdict(replace(self, reports=()))
        return figures | {"trustworthy": self.trustworthy, "call_ids": [str(each.call_id) for each in self.reports]}


def lateness_ms(arrivals_s: list[float]) -> list[float]:
    """How far behind the best 20 ms grid of its own call each frame came. All that follows a skipped one is late."""
    late = [(at_s - arrivals_s[0]) * 1000 - n * FRAME_MS for n, at_s in enumerate(arrivals_s)]
    best = min(late, default=0.0)
    return [each - best for each in late]


def lost_frames(arrivals_s: list[float]) -> int:
    """Frames that are missing against the time between the first and the last."""
    if len(arrivals_s) < 2:
        return 0
    due = round((arrivals_s[-1] - arrivals_s[0]) * 1000 / FRAME_MS) + 1
    return max(0, due - len(arrivals_s))


async def _place(number: int, dialed: Dialed, says: tuple[Say, ...]) -> tuple[CallReport, Ear]:
    await asyncio.sleep(APART_S * number)
    # every third caller interrupts the answers
    timing = Timing(interrupt_after_s=1.5 if number % 3 == 2 else None)
    mine = replace(dialed, caller_number=f"+38050{number:07d}")
    return await place_call(mine, ScriptedConversation(says, timing))


async def place_calls(
    dialed: Dialed, calls: int, speak: Speak, turns: int = len(QUESTIONS)
) -> tuple[CrowdReport, list[Ear]]:
    """Place so many calls at once, each about its own car; what came of it, and what each caller heard. Raises
    PhoneError."""
    scripts = []
    for number in range(calls):
        texts = [question.format(car=CARS[number % len(CARS)]) for question in QUESTIONS[:turns]]
        scripts.append(tuple([Say(text, trim(await _spoken(text, speak))) for text in texts]))
    before = await _sent_late(dialed.http)
    placed = await asyncio.gather(*(_place(number, dialed, says) for number, says in enumerate(scripts)))
    sent_late_p99_ms = percentile_ms(before, await _sent_late(dialed.http), 99)
    ears = [ear for _, ear in placed]
    return _report([report for report, _ in placed], ears, sent_late_p99_ms), ears


async def _sent_late(http: str) -> Buckets:
    async with httpx.AsyncClient(timeout=5) as client:
        answer = await client.get(f"{http}/metrics")
    return read_buckets(answer.text, "callcenter_frame_lateness_seconds")


_SPOKEN: dict[str, bytes] = {}


async def _spoken(text: str, speak: Speak) -> bytes:
    if text not in _SPOKEN:
        _SPOKEN[text] = await speak(text)
    return _SPOKEN[text]


def _report(reports: list[CallReport], ears: list[Ear], sent_late_p99_ms: float | None) -> CrowdReport:
    late = [each for ear in ears for each in lateness_ms(ear.arrivals_s)]
    turns = [turn for report in reports for turn in report.turns]
    latencies = [turn.latency_ms for turn in turns if turn.latency_ms is not None]
    stops = [turn.stopped_after_ms for turn in turns if turn.stopped_after_ms is not None]
    greetings = [report.greeting_latency_ms for report in reports if report.greeting_latency_ms is not None]
    return CrowdReport(
        machine=f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        calls=len(reports),
        answered=sum(report.answered for report in reports),
        turns=len(latencies),
        frames=sum(len(ear.arrivals_s) for ear in ears),
        frames_lost=sum(lost_frames(ear.arrivals_s) for ear in ears),
        sent_late_p99_ms=sent_late_p99_ms,
        frame_late_p50_ms=_percentile(late, 50),
        frame_late_p99_ms=_percentile(late, 99),
        frame_late_max_ms=_percentile(late, 100),
        greeting_frame_max_ms=max((report.first_frame_ms or 0.0 for report in reports), default=0.0),
        greeting_p50_ms=_percentile(greetings, 50),
        greeting_max_ms=_percentile(greetings, 100),
        response_p50_ms=_percentile(latencies, 50),
        response_p95_ms=_percentile(latencies, 95),
        barge_in_p95_ms=_percentile(stops, 95) if stops else None,
        gaps=sum(len(spurt.gaps_ms) for ear in ears for spurt in ear.spurts),
        own_late_p99_ms=max((report.line.own_late_ms_p99 for report in reports), default=0.0),
        reports=tuple(reports),
    )


def _percentile(values: list[float] | list[int], percent: float) -> float:
    return round(float(np.percentile(values, percent)), 2) if values else 0.0

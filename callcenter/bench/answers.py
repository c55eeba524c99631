"""How fast callers are answered, and how many at once."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict, dataclass, replace
from enum import StrEnum

from callcenter.bench.callers import call, utterances
from callcenter.bench.callsim.plan import Plan
from callcenter.bench.product import running_product
from callcenter.bench.report import Report, Run, repeat
from callcenter.bench.server import Server, running_server
from callcenter.fake_models import ANSWER, TONE_MS_A_CHARACTER
from callcenter.phone.histogram import Buckets, percentile_ms, read_buckets

MOST_P95_MS = 1200.0
"""Above it, or with a gap heard, there were too many calls at once."""


WISHES = ("winter tires for a toyota camry", "is it in stock", "summer tires for a skoda octavia", "cheaper")
"""That the embedded recognizer knows."""
TO_BE_MEASURED = {
    "CALLCENTER_CALL__GREET": "false",
    "CALLCENTER_CALL__SILENCE_PROMPT_S": "3600",
    "CALLCENTER_TELEPHONY__ACCEPT_UNKNOWN": "true",
}
"""What --fake-models sets too: callers speak first, and are not announced."""


class Parts(StrEnum):
    """What is real."""

    FAKES = "fakes"
    """Neither recognizer, nor language model, nor voice."""
    SPEECH = "speech"
    """The embedded recognizer and voice, with a fake language model."""
    RULES = "rules"
    """All: the embedded recognizer and voice, the rule-driven agent, the demo store and its PostgreSQL."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be measured."""

    calls: int = 10
    parts: Parts = Parts.FAKES
    first_token_ms: int = 300
    tokens_per_s: float = 40
    turns: int = 5


async def measure_answers(asked: Asked, runs: int, environment: Mapping[str, str] | None = None) -> Report:
    """Response, barge-in, CPU and memory of so many calls at once. `environment`: other settings than the shipped."""
    said = await utterances() if asked.parts is Parts.FAKES else await utterances(WISHES)
    answer_ms = _answer_ms() if asked.parts is Parts.FAKES else 0.0
    plan = Plan("127.0.0.1", 0, said, asked.calls, asked.turns, answer_ms=answer_ms)

    async def once() -> Run:
        async with _server(asked, environment or {}) as server:
            before = await server.metrics()
            run, _ = await call(replace(plan, port=server.port, pids=tuple(server.pids())))
            after = await server.metrics()
        return Run({**run.figures, **_own_share(before, after)}, run.fault)

    title = f"{asked.calls} calls at once, real parts: {asked.parts.value}"
    return await repeat(title, asdict(asked), runs, once)


def _server(asked: Asked, environment: Mapping[str, str]) -> AbstractAsyncContextManager[Server]:
    if asked.parts is Parts.RULES:
        return running_product({**TO_BE_MEASURED, "CALLCENTER_AUDIOSOCKET__MAX_CALLS": "500", **environment})
    speed = ["--first-token-ms", str(asked.first_token_ms), "--tokens-per-s", str(asked.tokens_per_s)]
    return running_server(["--fake-models" if asked.parts is Parts.FAKES else "--fake-llm", *speed], environment)


def _answer_ms() -> float:
    """Sentences are spoken without the spaces between them."""
    return TONE_MS_A_CHARACTER * (len(ANSWER) - ANSWER.count(". ") - ANSWER.count(", "))


def _own_share(before: str, after: str) -> Mapping[str, float | None]:
    """By the server's own account."""

    def between(name: str) -> tuple[Buckets, Buckets]:
        return read_buckets(before, name), read_buckets(after, name)

    share, late = between("callcenter_own_share_seconds"), between("callcenter_frame_lateness_seconds")
    return {
        "own_share_p50_ms": percentile_ms(*share, 50),
        "own_share_p95_ms": percentile_ms(*share, 95),
        "sent_late_p99_ms": percentile_ms(*late, 99),
    }


async def find_capacity(runs: int, step: int, most: int) -> tuple[int, list[Report]]:
    """The most calls, in steps, at which the median run has no gap and answers in time; and each step's report."""
    reports: list[Report] = []
    capacity = 0
    for calls in range(step, most + 1, step):
        report = await measure_answers(Asked(calls), runs)
        reports.append(report)
        if not report.trustworthy or not _clean(report.medians()):
            break
        capacity = calls
    return capacity, reports


def _clean(medians: Mapping[str, float | None]) -> bool:
    answered = medians["turns_answered"] == medians["turns_wanted"]
    return answered and not medians["gaps"] and (medians["response_p95_ms"] or MOST_P95_MS) < MOST_P95_MS

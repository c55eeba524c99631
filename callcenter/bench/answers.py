"""How fast callers are answered, and how many at once: everything real but the models (`serve --fake-models`)."""

from collections.abc import Mapping

from callcenter.bench.callers import call, utterances
from callcenter.bench.callsim.plan import Plan
from callcenter.bench.report import Report, Run, repeat
from callcenter.bench.server import running_server
from callcenter.fake_models import ANSWER, TONE_MS_A_CHARACTER
from callcenter.phone.histogram import Buckets, percentile_ms, read_buckets

MOST_P95_MS = 1200.0
"""Above it, or with a gap heard, there were too many calls at once."""


async def measure_answers(calls: int, runs: int, first_token_ms: int, tokens_per_s: float, *, turns: int = 5) -> Report:
    """Response, barge-in, CPU and memory of so many calls at once."""
    spoken = await utterances()
    options = ["--fake-models", "--first-token-ms", str(first_token_ms), "--tokens-per-s", str(tokens_per_s)]

    async def once() -> Run:
        return await _answered(calls, turns, spoken, options)

    settings = {"calls": calls, "first_token_ms": first_token_ms, "tokens_per_s": tokens_per_s}
    return await repeat(f"{calls} calls at once, fake models", settings, runs, once)


async def _answered(calls: int, turns: int, spoken: tuple[bytes, ...], options: list[str]) -> Run:
    async with running_server(options) as server:
        before = await server.metrics()
        plan = Plan("127.0.0.1", server.port, spoken, calls, turns, pids=tuple(server.pids()), answer_ms=_answer_ms())
        run, _ = await call(plan)
        after = await server.metrics()
    return Run({**run.figures, **_own_share(before, after)}, run.fault)


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
        report = await measure_answers(calls, runs, 300, 40)
        reports.append(report)
        if not report.trustworthy or not _clean(report.medians()):
            break
        capacity = calls
    return capacity, reports


def _clean(medians: Mapping[str, float | None]) -> bool:
    answered = medians["turns_answered"] == medians["turns_wanted"]
    return answered and not medians["gaps"] and (medians["response_p95_ms"] or MOST_P95_MS) < MOST_P95_MS

"""Twice as many calls as there are places: are those in progress harmed, and how soon are the others refused?

Each run first makes the calls that there are places for, alone, and then again while as many other callers dial, are
refused and dial again: what is compared was measured on the same server within two minutes.
"""

import asyncio
import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from callcenter.bench.callers import LATE_MS, call, utterances
from callcenter.bench.callsim.figures import percentile
from callcenter.bench.callsim.plan import Plan
from callcenter.bench.redial import Offered, redial, share_within
from callcenter.bench.report import Report, Run, repeat
from callcenter.bench.server import running_server

REFUSED_WITHIN_MS = 200.0
TURN_S = 7.0
"""About what a turn of a call takes, with its answer."""
REDIAL_S = 1.0


async def measure_overload(
    calls: int, seconds: float, runs: int, environment: Mapping[str, str] | None = None
) -> Report:
    """`environment`: other settings than the shipped."""
    spoken = await utterances()

    async def once() -> Run:
        return await _overload(calls, seconds, spoken, environment or {})

    settings = {"max_calls": calls, "offered": 2 * calls, "seconds": seconds, "redial_s": REDIAL_S}
    return await repeat(f"{2 * calls} calls offered to {calls} places, fake models", settings, runs, once)


async def _overload(calls: int, seconds: float, spoken: tuple[bytes, ...], environment: Mapping[str, str]) -> Run:
    async with running_server(
        ["--fake-models"], {"CALLCENTER_AUDIOSOCKET__MAX_CALLS": str(calls), **environment}
    ) as server:
        plan = Plan("127.0.0.1", server.port, spoken, calls, idle_s=0.0)
        placed_s = plan.ramp_s + plan.settle_s  # by then they have all the places
        plan = replace(plan, turns=max(2, math.ceil((seconds + placed_s) / TURN_S)))  # longer than the others dial
        alone, alone_said = await call(plan)
        together = asyncio.create_task(call(replace(plan, seed=2)))
        await asyncio.sleep(placed_s + 0.5)
        offered = await redial(server.port, calls, REDIAL_S, seconds)
        crowded, crowded_said = await together
    return Run(_figures(alone_said, crowded_said, offered), alone.fault or crowded.fault or _fault(offered))


def _fault(offered: Offered) -> str:
    late = percentile(offered.late_ms, 99) or 0.0
    return f"the redialing callers were {late:.1f} ms late (p99)" if late > LATE_MS else ""


def _figures(alone: dict[str, Any], crowded: dict[str, Any], offered: Offered) -> dict[str, float | None]:
    kept = ("calls_lost", "response_p50_ms", "response_p95_ms", "gaps", "own_late_p99_ms")
    figures = {f"{name}_at_{load}": said[name] for name in kept for load, said in (("1x", alone), ("2x", crowded))}
    return figures | {
        "unanswered_at_2x": crowded["turns_wanted"] - crowded["turns_answered"],
        "offered_too_many": offered.offered,
        "refused": len(offered.refused_ms),
        "refused_p50_ms": percentile(offered.refused_ms, 50),
        "refused_p99_ms": percentile(offered.refused_ms, 99),
        "refused_max_ms": max(offered.refused_ms, default=None),
        "refused_within_200_ms_percent": share_within(offered.refused_ms, REFUSED_WITHIN_MS),
        "admitted_beyond": offered.admitted,
        "neither": offered.failed,
    }

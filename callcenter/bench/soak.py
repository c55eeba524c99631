"""Many calls in a row: what the server has grown by afterwards.

The first calls warm it up (caches, pools, lazily imported code) and are not counted. When the callers were late says
nothing here: what is measured is what is left of a call, not how it went.
"""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import replace

from callcenter.bench.callers import call, utterances
from callcenter.bench.callsim.plan import Plan
from callcenter.bench.processes import usage
from callcenter.bench.report import Report, Run, repeat
from callcenter.bench.server import BenchError, Server, running_server

MB = 2**20
SETTLED_S = 20.0
"""Within it every call must have ended."""
REST_S = 2.0
MOST_TRIES = 3
"""Calls that are made for each that is to be served: a machine that is busy with others refuses some."""


async def measure_soak(calls: int, at_once: int, runs: int, environment: Mapping[str, str] | None = None) -> Report:
    """`calls` calls of two turns, one of them interrupted, `at_once` at a time. `environment`: other settings than the
    shipped."""
    spoken = await utterances()

    async def once() -> Run:
        async with running_server(["--fake-models"], environment) as server:
            return await _soak(server, spoken, calls, at_once)

    return await repeat(f"{calls} calls in a row", {"calls": calls, "at_once": at_once}, runs, once)


async def _soak(server: Server, spoken: tuple[bytes, ...], calls: int, at_once: int) -> Run:
    plan = Plan(
        *("127.0.0.1", server.port, spoken, at_once),
        turns=2,
        interrupted=frozenset({1}),
        ramp_s=1.0,
        settle_s=0.0,
        idle_s=0.0,
        spread_s=1.0,
    )
    await call(plan)
    before = await _at_rest(server)
    halfway, made, served, answered = before, 0, 0, 0
    while served < calls:
        if made > MOST_TRIES * calls:
            raise BenchError(f"of {made} calls only {served} were not refused: is the machine busy?")
        _, said = await call(replace(plan, seed=made + 2))  # a UUID serves for one call
        made, answered = made + at_once, answered + said["turns_answered"]
        served += at_once - said["calls_lost"]
        if halfway is before and served >= calls / 2:
            halfway = await _at_rest(server)
    after = await _at_rest(server)
    figures: dict[str, float | None] = {"calls": served, "refused_or_lost": made - served, "turns_answered": answered}
    for name, value in before.items():
        figures |= {f"{name}_before": value, f"{name}_halfway": halfway[name], f"{name}_after": after[name]}
    grown_mb = after["memory_mb"] - halfway["memory_mb"]  # in the first half allocator and caches reach their size
    figures["memory_growth_kb_a_call"] = grown_mb * 1024 / (calls / 2)
    return Run(figures)


async def _at_rest(server: Server) -> Mapping[str, float]:
    """Once all calls have ended. Raises BenchError when they do not."""
    try:
        async with asyncio.timeout(SETTLED_S):
            while _gauge(await server.metrics(), "active_calls"):  # noqa: ASYNC110  of another process
                await asyncio.sleep(0.2)
    except TimeoutError:
        raise BenchError(f"calls were still active {SETTLED_S:g} s after their callers had gone") from None
    await asyncio.sleep(REST_S)
    tasks = _gauge(await server.metrics(), "asyncio_tasks")
    await asyncio.sleep(REST_S)  # until the server has let go of the connection that asked
    used = usage(*server.pids())
    return {
        "memory_mb": used.rss_bytes / MB,
        "descriptors": used.descriptors,
        "threads": used.threads,
        "tasks": tasks,
    }


def _gauge(metrics: str, name: str) -> float:
    found = re.search(rf"^callcenter_{name} (\S+)$", metrics, re.MULTILINE)
    if found is None:
        raise BenchError(f"/metrics has no callcenter_{name}")
    return float(found[1])

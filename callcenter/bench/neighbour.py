"""What a CPU-bound job in a worker process does to the voices of calls beside it.

One media process speaks into many calls (`serve --app tone`), as `bench pacing` has it; a worker pool of this process,
like a media server's own, computes without a pause, or does not. Both are measured with the same server, one after the
other; which comes first changes from run to run.
"""

import asyncio
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from itertools import count
from pathlib import Path

from callcenter.bench.native.programs import Load, Programs, compile_programs, place_load
from callcenter.bench.processes import usage
from callcenter.bench.report import Report, Run, repeat
from callcenter.bench.server import Server, running_server
from callcenter.inference.pool import WorkerPool

MOST_LATE_MS = 0.5
"""The generator alone, p99. Beside the job it is late as the server is, which can only make our figure worse."""


async def measure(programs: Programs, load: Load, jobs: int, *, busy_first: bool) -> Run:
    pool = WorkerPool("callcenter.bench.busy:Busy", {}, workers=jobs, timeout_s=60)
    await pool.start()
    try:
        async with running_server(("--app", "tone"), http=False) as server:
            halves = {}
            for busy in (busy_first, not busy_first):
                halves[busy] = await (_beside_jobs if busy else _alone)(programs, load, server, pool)
    finally:
        await pool.aclose()
    alone, beside = halves[False], halves[True]
    late_ms = alone["own_late_p99"]
    return Run(
        {
            "late_p99_ratio": beside["late_p99"] / alone["late_p99"],
            **{f"alone_late_{name}_ms": alone[f"late_{name}"] for name in ("p50", "p99", "max")},
            **{f"beside_late_{name}_ms": beside[f"late_{name}"] for name in ("p50", "p99", "max")},
            "job_cpu_share": beside["job_cpu_share"],
            "generator_alone_late_p99_ms": late_ms,
            "generator_beside_late_p99_ms": beside["own_late_p99"],
        },
        f"generator late by {late_ms:.2f} ms (p99), at most {MOST_LATE_MS:g} allowed" if late_ms > MOST_LATE_MS else "",
    )


async def _alone(programs: Programs, load: Load, server: Server, _pool: WorkerPool) -> Mapping[str, float]:
    return await place_load(programs, load, server.port, server.pid)


async def _beside_jobs(programs: Programs, load: Load, server: Server, pool: WorkerPool) -> Mapping[str, float]:
    pids = list(pool.rss_bytes())
    before = usage(*pids)
    jobs = [asyncio.create_task(_keep_busy(pool)) for _ in pids]
    try:
        heard = await place_load(programs, load, server.port, server.pid)
        after = usage(*pids)
    finally:
        for job in jobs:
            job.cancel()
            with suppress(asyncio.CancelledError):
                await job
    share = (after.cpu_s - before.cpu_s) / (after.at_s - before.at_s) / len(pids)
    return {**heard, "job_cpu_share": share}


async def _keep_busy(pool: WorkerPool) -> None:
    stream = pool.open("compute", {"seconds": 3600.0})
    stream.finish()
    try:
        async for _ in stream:
            pass
    finally:
        stream.cancel()


async def bench(calls: int, seconds: float, jobs: int, runs: int) -> Report:
    """Raises BenchError."""
    with tempfile.TemporaryDirectory(prefix="callcenter-bench-") as folder:
        programs, load, numbers = compile_programs(Path(folder)), Load(calls, seconds, listen=True), count()
        return await repeat(
            "paced audio beside CPU-bound jobs in worker processes",
            {"calls": calls, "seconds": seconds, "jobs": jobs},
            runs,
            lambda: measure(programs, load, jobs, busy_first=next(numbers) % 2 == 1),
        )

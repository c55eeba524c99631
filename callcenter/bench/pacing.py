"""How evenly one process speaks into many calls: frames on their 20 ms, as they arrive at the other end."""

import tempfile
from pathlib import Path

from callcenter.bench.native.programs import Load, Programs, compile_programs, generator_fault, place_load
from callcenter.bench.report import Report, Run, repeat
from callcenter.bench.server import running_server

MOST_LATE_MS = 0.3
"""The generator, p99: a fifth of the lateness that is aimed at."""


async def measure(programs: Programs, calls: int, seconds: float) -> Run:
    load = Load(calls, seconds, listen=True)
    async with running_server(("--app", "tone"), http=False) as server:
        heard = await place_load(programs, load, server.port, server.pid)
    return Run(
        {
            "late_p50_ms": heard["late_p50"],
            "late_p99_ms": heard["late_p99"],
            "late_p999_ms": heard["late_p999"],
            "late_max_ms": heard["late_max"],
            "jitter_p99_ms": heard["jit_p99"],
            "gaps_over_40_ms": heard["gaps_over_40ms"],
            "missing_frames": heard["lost"],
            "cpu_a_call_minute_ms": heard["cpu_per_call_min"] * 1000,
            "memory_a_call_kb": heard["rss_per_call_kb"],
        },
        generator_fault(heard, load, MOST_LATE_MS),
    )


async def bench(calls: int, seconds: float, runs: int) -> Report:
    """Raises BenchError."""
    with tempfile.TemporaryDirectory(prefix="callcenter-bench-") as folder:
        programs = compile_programs(Path(folder))
        settings = {"calls": calls, "seconds": seconds}
        return await repeat("paced audio into many calls", settings, runs, lambda: measure(programs, calls, seconds))

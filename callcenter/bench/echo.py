"""What the line costs: many calls echoed through the connection API, beside the same echo in C.

Each run measures the C echo and ours one after the other, whole frames first, then frames cut in two; whoever comes
first changes from run to run. A fresh server each time, so that memory a call is that of new calls.
"""

import tempfile
from collections.abc import Mapping
from itertools import count
from pathlib import Path

from callcenter.bench.native.programs import (
    Load,
    Programs,
    compile_programs,
    generator_fault,
    place_load,
    running_floor,
)
from callcenter.bench.report import Report, Run, repeat
from callcenter.bench.server import running_server

MOST_LATE_MS = 0.5
"""The generator, p99: a tenth of the jitter that is aimed at."""
FIRST_PIECE_BYTES = 2
"""Of a split frame: the header itself is cut."""
FAULTS = {
    "lost_frames": "lost",
    "doubled_frames": "dup",
    "wrong_call_frames": "wrong_call",
    "out_of_order_frames": "reorder",
    "garbled_frames": "foreign",
    "frames_of_no_audio": "bad_frames",
}


async def _measure_floor(programs: Programs, load: Load) -> Mapping[str, float]:
    async with running_floor(programs) as (port, pid):
        return await place_load(programs, load, port, pid)


async def _measure_ours(programs: Programs, load: Load) -> Mapping[str, float]:
    async with running_server(("--app", "echo"), http=False) as server:
        return await place_load(programs, load, server.port, server.pid)


async def measure(programs: Programs, calls: int, seconds: float, *, ours_first: bool) -> Run:
    figures: dict[str, float | None] = {}
    faults = []
    for prefix, load in (("", Load(calls, seconds)), ("split_", Load(calls, seconds, False, FIRST_PIECE_BYTES))):
        if ours_first:
            ours = await _measure_ours(programs, load)
            floor = await _measure_floor(programs, load)
        else:
            floor = await _measure_floor(programs, load)
            ours = await _measure_ours(programs, load)
        faults += [generator_fault(heard, load, MOST_LATE_MS) for heard in (ours, floor)]
        figures |= {f"{prefix}{name}": value for name, value in _compare(ours, floor).items()}
    return Run(figures, next(filter(None, faults), ""))


def _compare(ours: Mapping[str, float], floor: Mapping[str, float]) -> dict[str, float]:
    return {
        "cpu_ratio": ours["cpu_s"] / floor["cpu_s"] if floor["cpu_s"] else 0.0,
        "cpu_a_frame_us": ours["cpu_s"] / max(ours["own_frames"], 1) * 1e6,
        "floor_cpu_a_frame_us": floor["cpu_s"] / max(floor["own_frames"], 1) * 1e6,
        "jitter_p99_ms": ours["jit_p99"],
        "floor_jitter_p99_ms": floor["jit_p99"],
        "memory_a_call_kb": ours["rss_per_call_kb"],
        **{name: ours[key] for name, key in FAULTS.items()},
    }


def faulty_frames(report: Report) -> float:
    """Lost, doubled, of another call or garbled, in all runs: also in those that are thrown away for their timing."""
    names = [f"{prefix}{name}" for prefix in ("", "split_") for name in FAULTS]
    return sum(run.figures.get(name) or 0 for run in report.runs for name in names)


async def bench(calls: int, seconds: float, runs: int) -> Report:
    """Raises BenchError."""
    turn = count()
    with tempfile.TemporaryDirectory(prefix="callcenter-bench-") as folder:
        programs = compile_programs(Path(folder))
        return await repeat(
            "echo of many calls, beside the same in C",
            {"calls": calls, "seconds": seconds},
            runs,
            lambda: measure(programs, calls, seconds, ours_first=bool(next(turn) % 2)),
        )

from pathlib import Path

from callcenter.bench.native.programs import Load, compile_programs
from callcenter.bench.neighbour import measure


async def test_the_same_calls_are_heard_alone_and_beside_a_job_that_computes(tmp_path: Path) -> None:
    run = await measure(compile_programs(tmp_path), Load(calls=4, seconds=1, listen=True), jobs=1, busy_first=True)
    assert (run.figures["job_cpu_share"] or 0) > 0, "it did compute meanwhile"
    assert {"alone_late_p99_ms", "beside_late_p99_ms", "late_p99_ratio"} <= set(run.figures)

"""The benches of the line in short: that they run, and that no frame is lost, doubled or another call's."""

import shutil
from pathlib import Path

import pytest

from callcenter.bench import echo, pacing
from callcenter.bench.machine import describe_machine
from callcenter.bench.native.programs import Load, Programs, compile_programs, generator_fault, place_load
from callcenter.bench.report import Report, Run
from callcenter.bench.server import BenchError, free_port, running_server

MEASURED = {"cpu_ratio", "jitter_p99_ms", "memory_a_call_kb", "split_cpu_ratio", "split_jitter_p99_ms"}


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Programs:
    return compile_programs(tmp_path_factory.mktemp("native"))


async def test_each_echoed_frame_comes_back_once_to_its_own_call_whole_or_split(programs: Programs) -> None:
    run = await echo.measure(programs, calls=60, seconds=1, ours_first=True)
    assert set(run.figures) >= MEASURED
    assert [run.figures[f"{split}{name}"] for split in ("", "split_") for name in echo.FAULTS] == [0] * 12


async def test_a_server_that_does_not_echo_is_told_from_one_that_does(programs: Programs) -> None:
    async with running_server(("--app", "tone"), http=False) as server:
        heard = await place_load(programs, Load(calls=5, seconds=0.5), server.port, server.pid)
    assert heard["lost"] == heard["expected"]
    assert heard["foreign"] > 0


def test_a_run_whose_generator_was_late_or_did_not_send_says_nothing() -> None:
    load = Load(calls=10, seconds=1)
    assert not generator_fault({"own_frames": 499, "own_late_p99": 0.4}, load, most_late_ms=0.5)
    assert "late by 0.60 ms" in generator_fault({"own_frames": 499, "own_late_p99": 0.6}, load, most_late_ms=0.5)
    assert "sent 400 frames" in generator_fault({"own_frames": 400, "own_late_p99": 0.1}, load, most_late_ms=0.5)


async def test_paced_frames_come_to_every_call(programs: Programs) -> None:
    run = await pacing.measure(programs, calls=60, seconds=1)
    assert {"late_p50_ms", "late_p99_ms", "cpu_a_call_minute_ms"} <= set(run.figures)
    assert run.figures["missing_frames"] == pytest.approx(0, abs=60)  # at the window's edges


async def test_calls_that_nobody_answers_are_no_measurement(programs: Programs) -> None:
    with pytest.raises(BenchError, match="2 did not connect"):
        await place_load(programs, Load(calls=2, seconds=0.5), free_port(), 1)


def test_without_a_compiler_the_bench_says_how_to_get_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert shutil.which("cc") is None
    with pytest.raises(BenchError, match="apt-get install gcc"):
        compile_programs(tmp_path)


def test_a_report_with_a_lost_frame_is_faulty() -> None:
    def report(lost: float) -> Report:
        return Report("", describe_machine(), {}, 1, (Run({"lost_frames": 0.0, "split_lost_frames": lost}),))

    assert not echo.faulty_frames(report(0))
    assert echo.faulty_frames(report(1))

"""Real worker processes."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from typing import Any

import pytest

from callcenter.errors import ConfigurationError, RecognitionError
from callcenter.inference.pool import WorkerPool
from callcenter.inference.stream import REPLAY_LIMIT_BYTES, WorkerStream
from callcenter.inference.worker import FEED_BYTES

ECHO = "tests.fakes.worker_services:Echo"


def make_pool(config: dict[str, Any] | None = None, *, service: str = ECHO, **options: Any) -> WorkerPool:
    return WorkerPool(service, config or {}, error=RecognitionError, **options)


@contextlib.asynccontextmanager
async def running(config: dict[str, Any] | None = None, **options: Any) -> AsyncGenerator[WorkerPool, None]:
    pool = make_pool(config, **options)
    await pool.start()
    pids = list(pool.rss_bytes())
    try:
        yield pool
    finally:
        pids += list(pool.rss_bytes())
        await pool.aclose()
        assert not [pid for pid in pids if alive(pid)]


def job(pool: WorkerPool, method: str, data: bytes = b"", **options: Any) -> WorkerStream:
    stream = pool.open(method, options)
    if data:
        stream.send(data)
    stream.finish()
    return stream


async def state(pool: WorkerPool, pin: str | None = None) -> Any:
    stream = pool.open("state", {}, pin=pin)
    stream.finish()
    return (await stream.result()).values


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110  # what is waited for is in another process
            await asyncio.sleep(0.01)


async def failure_of(stream: WorkerStream) -> RecognitionError:
    with pytest.raises(RecognitionError) as caught:
        async for _ in stream:
            pass
    return caught.value


async def test_results_come_in_order_and_piece_by_piece() -> None:
    async with running() as pool:
        data = bytes(range(250)) * 4
        stream = job(pool, "echo", data, piece=7)
        results = [result async for result in stream]
        assert b"".join(result.data for result in results) == data
        assert [result.values["at"] for result in results] == list(range(0, 1000, 7))
        assert pool.queue_depth == 0


async def test_streams_of_many_calls_are_interleaved_in_one_child() -> None:
    async with running() as pool:
        slow = job(pool, "echo", b"x" * 10, piece=1, pause_s=0.1)
        assert (await anext(slow)).values["at"] == 0
        assert (await job(pool, "echo", b"y").result()).data == b"y"
        assert not slow.ended
        assert len([result async for result in slow]) == 9


async def test_audio_that_comes_at_once_is_fed_in_slices_between_other_streams() -> None:
    async with running() as pool:
        burst = job(pool, "echo", bytes(100 * FEED_BYTES))
        assert (await job(pool, "echo", b"x").result()).data == b"x"
        assert (await burst.result()).values["feeds"] == 100


async def test_jobs_that_wait_are_finished_together_where_the_service_can() -> None:
    async with running(service="tests.fakes.worker_services:Choir") as pool:
        busy = job(pool, "sleep", seconds=0.3)
        await asyncio.sleep(0.1)
        waiting = [job(pool, "echo", bytes([number])) for number in range(4)]
        await busy.result()
        results = [await one.result() for one in waiting]
        assert [result.data for result in results] == [bytes([number]) for number in range(4)]
        assert [result.values.get("together") for result in results] == [3, 3, 3, None]


async def test_a_job_that_spoils_its_batch_fails_alone() -> None:
    async with running(service="tests.fakes.worker_services:Choir") as pool:
        busy = job(pool, "sleep", seconds=0.3)
        await asyncio.sleep(0.1)
        bad, good = job(pool, "refuse"), job(pool, "echo", b"x")
        await busy.result()
        assert (await failure_of(bad)).kind == "rate_limit"
        assert (await good.result()).data == b"x"


async def test_the_oldest_wait_is_that_of_the_first_job_without_an_answer() -> None:
    async with running() as pool:
        assert pool.oldest_wait_s == 0.0
        busy = job(pool, "sleep", seconds=0.3)
        await asyncio.sleep(0.15)
        late = job(pool, "echo", b"x")
        assert pool.oldest_wait_s >= 0.1
        await busy.result()
        await late.result()
        assert pool.oldest_wait_s == 0.0


async def test_hundreds_of_streams_keep_their_own_audio() -> None:
    async with running(workers=2, queue_limit=1000) as pool:
        streams = []
        for number in range(300):
            stream = pool.open("echo", {})
            for _ in range(5):
                stream.send(number.to_bytes(2, "big"))
            streams.append(stream)
        for stream in streams:
            stream.finish()
        results = await asyncio.gather(*(stream.result() for stream in streams))
        assert [result.data for result in results] == [number.to_bytes(2, "big") * 5 for number in range(300)]
        assert len({result.values["pid"] for result in results}) == 2


async def test_a_slow_consumer_stops_the_work_instead_of_filling_memory() -> None:
    async with running(timeout_s=1.0) as pool:
        stream = job(pool, "echo", bytes(100_000), piece=100)
        await anext(stream)
        await asyncio.sleep(1.5)  # longer than the time limit: it is we who are slow
        assert len(stream._results) < 40
        assert len([result async for result in stream]) == 999


async def test_a_cancelled_job_is_never_begun() -> None:
    async with running() as pool:
        busy = job(pool, "sleep", seconds=0.3)
        await asyncio.sleep(0.1)
        unwanted = job(pool, "echo", b"x", name="unwanted")
        wanted = job(pool, "echo", b"x", name="wanted")
        unwanted.cancel()
        unwanted.cancel()
        await busy.result()
        await wanted.result()
        seen = await state(pool)
        assert "wanted" in seen["begun"]
        assert "unwanted" not in seen["begun"]
        assert seen["cancelled"] == 1
        assert (await failure_of(unwanted)).kind == "closed"


async def test_cancelling_the_await_cancels_the_job() -> None:
    async with running() as pool:
        busy = job(pool, "sleep", seconds=0.2)
        waiting = asyncio.create_task(job(pool, "echo", b"x", name="given up").result())
        await asyncio.sleep(0.05)
        waiting.cancel()
        await busy.result()
        assert "given up" not in (await state(pool))["begun"]
        assert pool.queue_depth == 0


async def test_a_stale_job_is_never_begun_and_says_timeout() -> None:
    async with running() as pool:
        busy = job(pool, "sleep", seconds=0.5)
        await asyncio.sleep(0.05)
        stale = pool.open("echo", {"name": "stale"}, timeout_s=0.1)
        stale.send(b"x")
        stale.finish()
        error = await failure_of(stale)
        assert (error.kind, error.retryable) == ("timeout", True)
        await busy.result()
        assert "stale" not in (await state(pool))["begun"]


async def test_the_limit_counts_from_finish_not_from_the_first_audio() -> None:
    async with running(timeout_s=1.0) as pool:
        stream = pool.open("echo", {})
        for _ in range(5):
            stream.send(b"x")
            await asyncio.sleep(0.25)
        stream.finish()
        result = await stream.result()
        assert result.data == b"xxxxx"
        assert result.values["feeds"] == 5, "audio is fed while the caller still speaks"


async def test_a_full_queue_refuses() -> None:
    async with running(queue_limit=3) as pool:
        jobs = [job(pool, "sleep", seconds=0.1) for _ in range(3)]
        assert pool.queue_depth == 3
        with pytest.raises(RecognitionError) as caught:
            pool.open("echo", {})
        assert caught.value.kind == "overloaded"
        assert pool.oldest_wait_s > 0
        await asyncio.gather(*(one.result() for one in jobs))
        assert pool.oldest_wait_s == 0
        await job(pool, "echo", b"x").result()


async def test_endless_input_fails_its_stream_alone() -> None:
    async with running() as pool:
        greedy, modest = pool.open("echo", {}), pool.open("echo", {})
        for _ in range(REPLAY_LIMIT_BYTES // 65536 + 1):
            greedy.send(bytes(65536))
        modest.send(b"x")
        modest.finish()
        assert (await failure_of(greedy)).kind == "overloaded"
        assert (await modest.result()).data == b"x"


async def test_a_pinned_call_stays_in_one_child_and_is_forgotten_on_release() -> None:
    async with running(workers=2) as pool:
        homes = {pin: (await state(pool, pin))["pid"] for pin in ("a", "b", "c", "d")}
        assert sorted(list(homes.values()).count(pid) for pid in set(homes.values())) == [2, 2]
        for pin, home in homes.items():
            seen = await state(pool, pin)
            assert seen["pid"] == home
            assert seen["calls"][pin] == 2
        pool.release("a")
        seen = await state(pool, next(pin for pin, home in homes.items() if home == homes["a"] and pin != "a"))
        assert "a" not in seen["calls"]


async def test_a_pinned_call_moves_when_its_child_dies() -> None:
    async with running(workers=2) as pool:
        home = (await state(pool, "call"))["pid"]
        os.kill(home, signal.SIGKILL)
        await until(lambda: pool.restarts == 1)
        assert (await state(pool, "call"))["pid"] != home
        await until(lambda: pool.ready_workers == 2)


async def test_a_job_that_had_not_answered_is_repeated_once_in_another_child(tmp_path: Path) -> None:
    async with running(workers=2) as pool:
        result = await job(pool, "die_once", b"x", flag=str(tmp_path / "flag")).result()
        assert result.values["pid"]
        await until(lambda: pool.ready_workers == 2)
        assert pool.restarts == 1


async def test_a_job_that_kills_every_child_fails_and_the_pool_recovers() -> None:
    async with running() as pool:
        error = await failure_of(job(pool, "die"))
        assert (error.kind, error.stage) == ("died", "stt")
        assert (await job(pool, "echo", b"x").result()).data == b"x"
        assert pool.restarts == 2


async def test_a_job_that_had_answered_in_part_is_not_repeated() -> None:
    async with running() as pool:
        stream = job(pool, "die_later")
        await anext(stream)
        assert (await failure_of(stream)).kind == "died"
        assert pool.restarts == 1


async def test_audio_fed_while_the_child_is_away_reaches_the_next_one() -> None:
    async with running() as pool:
        stream = pool.open("echo", {})
        stream.send(b"one ")
        [pid] = pool.rss_bytes()
        os.kill(pid, signal.SIGKILL)
        await until(lambda: pool.ready_workers == 0)
        stream.send(b"two ")
        await until(lambda: pool.ready_workers == 1)
        stream.send(b"three")
        stream.finish()
        assert (await stream.result()).data == b"one two three"


async def test_a_child_that_grew_too_big_is_replaced_and_no_job_is_lost() -> None:
    async with running(memory_limit_mb=64) as pool:
        [old] = pool.rss_bytes()
        await job(pool, "grow", bytes=100 * 2**20).result()
        slow = job(pool, "echo", b"x" * 30, piece=1, pause_s=0.1)
        await until(lambda: len(pool.rss_bytes()) == 2 and pool.ready_workers == 1 and bool(pool._leaving))
        assert (await state(pool))["pid"] != old
        assert {result.values["pid"] async for result in slow} == {old}
        await until(lambda: not alive(old))
        assert (await job(pool, "echo", b"y").result()).data == b"y"


async def test_a_child_that_dies_while_it_leaves_is_not_started_again() -> None:
    async with running(memory_limit_mb=64) as pool:
        [old] = pool.rss_bytes()
        await job(pool, "grow", bytes=100 * 2**20).result()
        slow = job(pool, "sleep", seconds=30)
        await until(lambda: bool(pool._leaving))
        os.kill(old, signal.SIGKILL)
        await until(lambda: not pool._leaving)
        assert len(pool.rss_bytes()) == 1
        assert not slow.ended, "and its job is another child's"
        slow.cancel()


async def test_a_hung_child_is_killed_and_replaced() -> None:
    async with running(timeout_s=0.1, stuck_s=0.2) as pool:
        [before] = pool.rss_bytes()
        assert (await failure_of(job(pool, "sleep", seconds=60))).kind == "timeout"
        await until(lambda: pool.restarts == 1 and pool.ready_workers == 1)
        [after] = pool.rss_bytes()
        assert after != before


async def test_failures_of_a_job_leave_the_child_alive_and_quote_nobody() -> None:
    async with running() as pool:
        refused = await failure_of(job(pool, "refuse"))
        assert (str(refused), refused.kind, refused.retryable) == ("the model is busy", "rate_limit", True)
        broken = await failure_of(job(pool, "break"))
        assert str(broken).startswith("KeyError in worker_services.py, line ")
        with pytest.raises(RecognitionError) as caught:
            await job(pool, "silent").result()
        assert caught.value.kind == "bad_answer"
        assert pool.restarts == 0


async def test_missing_models_and_libraries_are_configuration_errors() -> None:
    with pytest.raises(ConfigurationError, match="run `callcenter models download`"):
        await make_pool({"missing": True}, workers=2).start()
    with pytest.raises(ConfigurationError, match="no_such_library"):
        await make_pool({"import": "no_such_library"}).start()
    with pytest.raises(ConfigurationError, match="no_such_module"):
        await WorkerPool("no_such_module:Factory", {}).start()


async def test_other_failures_of_the_start_are_the_stages_own() -> None:
    with pytest.raises(RecognitionError, match="RuntimeError: boom"):
        await make_pool({"explode": True}).start()
    with pytest.raises(RecognitionError) as caught:
        await make_pool({"exit": True}).start()
    assert caught.value.kind == "died"
    with pytest.raises(RecognitionError) as caught:
        await make_pool({"load_s": 30}, start_timeout_s=0.3).start()
    assert caught.value.kind == "timeout"


async def test_a_start_that_is_cancelled_leaves_no_child() -> None:
    pool = make_pool({"load_s": 30}, workers=2)
    starting = asyncio.create_task(pool.start())
    await until(lambda: len(pool.rss_bytes()) == 2)
    pids = list(pool.rss_bytes())
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert not [pid for pid in pids if alive(pid)]


async def test_closing_fails_open_streams_and_refuses_new_ones() -> None:
    pool = make_pool()
    await pool.start()
    waiting = job(pool, "sleep", seconds=30)
    began = time.monotonic()
    await pool.aclose()
    assert time.monotonic() - began < 2
    assert (await failure_of(waiting)).kind == "closed"
    with pytest.raises(RecognitionError) as caught:
        pool.open("echo", {})
    assert caught.value.kind == "closed"
    await pool.aclose()


async def test_a_child_is_nice_has_one_thread_and_tells_its_memory() -> None:
    async with running(nice=7) as pool:
        seen = await state(pool)
        assert (seen["threads"], seen["nice"]) == ("1", 7)
        [(pid, rss)] = pool.rss_bytes().items()
        assert pid == seen["pid"]
        assert 4e6 < rss < 40e6, "a child that needs neither numpy nor asyncio loads neither"


ORPHANS = """
import asyncio, sys
from callcenter.inference.pool import WorkerPool
async def main():
    pool = WorkerPool("tests.fakes.worker_services:Echo", {}, workers=2)
    await pool.start()
    busy = pool.open("sleep", {"seconds": 60}); busy.finish()
    print(*pool.rss_bytes(), flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a busy child ends after its piece of work")
def test_no_child_outlives_a_parent_killed_with_9() -> None:
    root = Path(__file__).parents[3]
    parent = subprocess.Popen([sys.executable, "-c", ORPHANS], stdout=subprocess.PIPE, cwd=root, text=True)
    assert parent.stdout
    with parent.stdout:
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        assert len(pids) == 2
        time.sleep(0.1)
        parent.kill()
        parent.wait()
    deadline = time.monotonic() + 5
    while living := [pid for pid in pids if alive(pid)]:
        assert time.monotonic() < deadline, f"{living} outlived their parent"
        time.sleep(0.02)

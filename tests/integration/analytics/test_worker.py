"""The outbox, a real Redis and a real worker process: every finished call is worked out, whatever stops meanwhile."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest
from celery import Celery

from analytics.relay import OutboxRelay
from callcenter.embedded.redis import EmbeddedRedis
from callcenter.journal.repository import Repository
from tests.fakes.recorded_calls import RecordedCall

PROJECT = Path(__file__).parents[3]
UNFINISHED = "SELECT count(*) FROM calls WHERE figures IS NULL"


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[EmbeddedRedis]:
    """A Redis that this test may stop. It keeps what it holds, as ours does."""
    server = EmbeddedRedis(tmp_path / "redis", tmp_path / "redis.log")
    server.start()
    yield server
    server.stop()


@contextmanager
def worker(folder: Path, database_url: str, redis_url: str, *modes: str) -> Iterator["subprocess.Popen[str]"]:
    env = {
        **{name: value for name, value in os.environ.items() if not name.startswith("CALLCENTER_")},
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "CALLCENTER_STATE_DIR": str(folder / "state"),
        "CALLCENTER_LOG_LEVEL": "warning",
    }
    command = [sys.executable, "-m", "analytics.worker", *modes]
    with (
        (folder / "worker.log").open("ab") as log,
        subprocess.Popen(command, cwd=PROJECT, env=env, stdout=subprocess.PIPE, stderr=log, text=True) as process,
    ):
        try:
            yield process
        finally:
            process.kill()


async def is_ready(process: "subprocess.Popen[str]") -> None:
    assert process.stdout is not None
    assert "ready" in await asyncio.wait_for(asyncio.to_thread(process.stdout.readline), 30)


async def end(process: "subprocess.Popen[str]") -> int:
    process.send_signal(signal.SIGTERM)
    return await asyncio.to_thread(process.wait, 20)


async def write_calls(database: asyncpg.Connection, number: int) -> None:
    for _ in range(number):
        await Repository("owner", b"secret").save(database, RecordedCall().all())


async def all_finished(database: asyncpg.Connection) -> None:
    await no_more(database, UNFINISHED)


async def no_more(database: asyncpg.Connection, query: str, than: int = 0) -> None:
    async with asyncio.timeout(60):
        while await database.fetchval(query) > than:  # noqa: ASYNC110  another process works
            await asyncio.sleep(0.02)


@asynccontextmanager
async def relaying(database_url: str, redis_url: str, redeliver_after: timedelta) -> AsyncIterator[None]:
    celery = Celery("test", broker=redis_url)
    celery.conf.update(task_default_queue="callcenter", broker_transport_options={"global_keyprefix": "callcenter:"})
    relay = asyncio.create_task(OutboxRelay(database_url, celery, redeliver_after).run())
    yield
    relay.cancel()
    await asyncio.wait([relay])
    celery.close()


async def test_finished_calls_are_worked_out(
    tmp_path: Path, journal_url: str, redis_url: str, database: asyncpg.Connection
) -> None:
    await write_calls(database, 5)
    with worker(tmp_path, journal_url, redis_url) as process:
        await is_ready(process)
        await all_finished(database)
        await write_calls(database, 5)
        await all_finished(database)
        assert await end(process) == 0
    assert await database.fetchval("SELECT count(*) FROM outbox WHERE completed_at IS NULL") == 0
    assert await database.fetchval("SELECT max(attempts) FROM outbox") == 1
    assert await database.fetchval("SELECT total_calls FROM customers") == 10


async def test_redis_stopped_and_started_again_loses_no_call(
    tmp_path: Path, journal_url: str, redis: EmbeddedRedis, database: asyncpg.Connection
) -> None:
    with worker(tmp_path, journal_url, redis.url()) as process:
        await is_ready(process)
        await write_calls(database, 3)
        await all_finished(database)
        await asyncio.to_thread(redis.stop)
        await write_calls(database, 3)
        await asyncio.sleep(1)
        assert await database.fetchval(UNFINISHED) == 3
        await asyncio.to_thread(redis.start)
        await all_finished(database)
        assert await end(process) == 0
    assert await database.fetchval("SELECT total_calls FROM customers") == 6


async def test_a_worker_killed_in_the_middle_loses_and_doubles_no_call(
    tmp_path: Path, journal_url: str, redis: EmbeddedRedis, database: asyncpg.Connection
) -> None:
    await write_calls(database, 100)
    async with relaying(journal_url, redis.url(), timedelta(seconds=3)):
        with worker(tmp_path, journal_url, redis.url()) as process:
            await is_ready(process)
            await no_more(database, UNFINISHED, than=80)
            process.kill()
        with worker(tmp_path, journal_url, redis.url()) as process:
            await is_ready(process)
            await all_finished(database)
    assert await database.fetchval("SELECT total_calls FROM customers") == 100


async def test_what_redis_forgets_is_handed_over_again(
    tmp_path: Path, journal_url: str, redis: EmbeddedRedis, database: asyncpg.Connection
) -> None:
    await write_calls(database, 3)
    async with relaying(journal_url, redis.url(), timedelta(seconds=1)):
        await no_more(database, "SELECT count(*) FROM outbox WHERE delivered_at IS NULL")
        redis.empty()
        with worker(tmp_path, journal_url, redis.url()) as process:
            await is_ready(process)
            await all_finished(database)
    assert await database.fetchval("SELECT min(attempts) FROM outbox") >= 2
    assert await database.fetchval("SELECT total_calls FROM customers") == 3


async def test_a_worker_ends_at_sigterm_though_redis_is_away(
    tmp_path: Path, journal_url: str, redis: EmbeddedRedis
) -> None:
    with worker(tmp_path, journal_url, redis.url()) as process:
        await is_ready(process)
        await asyncio.to_thread(redis.stop)
        await asyncio.sleep(1)
        await end(process)


async def test_a_worker_that_starts_without_redis_waits_for_it_and_can_be_ended(
    tmp_path: Path, journal_url: str, redis: EmbeddedRedis, database: asyncpg.Connection
) -> None:
    redis.stop()
    await write_calls(database, 1)
    with worker(tmp_path, journal_url, redis.url()) as process:
        await asyncio.sleep(2)
        assert process.poll() is None
        await asyncio.to_thread(redis.start)
        await is_ready(process)
        await all_finished(database)
        redis.stop()
    redis.stop()
    with worker(tmp_path, journal_url, redis.url()) as process:
        await asyncio.sleep(2)
        await end(process)


@pytest.mark.parametrize("mode", ["beat", "all"])
async def test_the_beat_starts_and_ends(tmp_path: Path, journal_url: str, redis_url: str, mode: str) -> None:
    with worker(tmp_path, journal_url, redis_url, mode) as process:
        await is_ready(process)
        assert await end(process) == 0


def test_what_is_missing_is_one_line_and_code_2() -> None:
    command = [sys.executable, "-m", "analytics.worker"]
    env = {"PATH": os.environ["PATH"]}
    done = subprocess.run(command, cwd=PROJECT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "DATABASE_URL" in done.stderr
    wrong = subprocess.run([*command, "dance"], cwd=PROJECT, env=env, capture_output=True, text=True, check=False)
    assert wrong.returncode == 2


async def test_house_keeping_makes_partitions_and_forgets_what_is_long_done(
    journal_url: str, database: asyncpg.Connection
) -> None:
    await write_calls(database, 2)
    await database.execute(
        "UPDATE outbox SET completed_at = now() - interval '8 days' WHERE id = (SELECT min(id) FROM outbox)"
    )
    month = await database.fetchval("SELECT to_char(now() + interval '2 months', '\"calls_y\"YYYY\"m\"MM')")
    await database.execute(f"DROP TABLE {month}")
    code = "from analytics.tasks import keep_house; keep_house()"
    env = {"PATH": os.environ["PATH"], "DATABASE_URL": journal_url, "REDIS_URL": "redis://127.0.0.1:1/0"}
    done = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", code], cwd=PROJECT, env=env, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert await database.fetchval("SELECT count(*) FROM outbox") == 1
    assert await database.fetchval("SELECT to_regclass($1)", month) is not None

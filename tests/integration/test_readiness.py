"""/readyz asks the parts: worker processes that died, a disk that fails, a Redis that is away."""

import asyncio
import os
import signal
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from callcenter.config import TelephonySettings
from callcenter.inference.pool import WorkerPool
from callcenter.journal.spool import SpoolJournal
from callcenter.journal.spool_folder import SpoolFolder
from callcenter.media.board import Board
from callcenter.media.place import Place
from callcenter.ports import CallExchange
from callcenter.readiness import Watched, look
from callcenter.telephony.redis_registry import RedisCallRegistry
from callcenter.telephony.registry import InMemoryCallRegistry
from store_client.client import StoreClient
from tests.fakes.parts import FakeAgent, FakeRecognizer, FakeSynthesizer
from tests.fakes.recorded_calls import RecordedCall


@dataclass
class PooledRecognizer(FakeRecognizer):
    pool: WorkerPool = field(default_factory=lambda: WorkerPool("tests.fakes.worker_services:Echo", {"load_s": 0.5}))


@asynccontextmanager
async def watched(
    state_dir: Path, exchange: CallExchange | None = None, place: Place | None = None
) -> AsyncIterator[Watched]:
    recognizer = PooledRecognizer()
    journal = SpoolJournal(SpoolFolder(state_dir), "media", max_bytes=10**9)
    store = StoreClient("http://127.0.0.1:1/api/v1", "key")
    await recognizer.pool.start()
    exchange = exchange or InMemoryCallRegistry(TelephonySettings(), "en")
    voice, agent = FakeSynthesizer(), FakeAgent({})
    try:
        yield Watched(
            recognizer, "because", voice, "why not", agent, store, "http://store", journal, exchange, place or Place()
        )
    finally:
        await recognizer.pool.aclose()
        await journal.aclose()
        await store.aclose()


async def test_everything_that_works_is_ready(state_dir: Path) -> None:
    async with watched(state_dir) as at:
        assert {name for name, state in look(at).items() if state.ready} == {
            "recognizer",
            "voice",
            "agent",
            "store",
            "journal",
        }
        assert "1 of 1 worker processes are ready" in look(at)["recognizer"].detail


async def test_a_recognizer_whose_workers_died_is_not_ready_until_one_is_back(state_dir: Path) -> None:
    async with watched(state_dir) as at:
        pool = at.recognizer.pool  # type: ignore[attr-defined]  # see watched()
        (pid,) = pool.rss_bytes()
        os.kill(pid, signal.SIGKILL)
        async with asyncio.timeout(20):
            while look(at)["recognizer"].ready:  # noqa: ASYNC110  another process dies
                await asyncio.sleep(0.01)
            while not look(at)["recognizer"].ready:  # noqa: ASYNC110  another process starts
                await asyncio.sleep(0.01)


async def test_a_journal_whose_disk_fails_is_not_ready(state_dir: Path) -> None:
    async with watched(state_dir) as at:
        (file,) = (state_dir / "spool").glob("*.spool")
        blocker = sqlite3.connect(file, isolation_level=None)
        blocker.execute("BEGIN EXCLUSIVE")
        at.journal.write(RecordedCall().started())
        async with asyncio.timeout(20):
            while look(at)["journal"].ready:  # noqa: ASYNC110  another thread writes
                await asyncio.sleep(0.01)
        assert "disk" in look(at)["journal"].detail
        blocker.execute("ROLLBACK")
        blocker.close()
        await at.journal.flush()
        assert look(at)["journal"].ready


async def test_a_closed_journal_is_not_ready(state_dir: Path) -> None:
    async with watched(state_dir) as at:
        await at.journal.aclose()
        assert not look(at)["journal"].ready


async def test_of_several_workers_redis_is_needed_and_all_are_counted(state_dir: Path, redis_url: str) -> None:
    away = RedisCallRegistry("redis://127.0.0.1:1/0", TelephonySettings(), "en", b"secret")
    there = RedisCallRegistry(redis_url, TelephonySettings(), "en", b"secret")
    for registry, ready in ((away, False), (there, True)):
        await registry.start()
        async with watched(state_dir, registry, Place(1, Board(3))) as at:
            assert look(at)["call_registry"].ready is ready
            assert look(at)["media_workers"].detail == "0 of 3 are there"
        await registry.aclose()

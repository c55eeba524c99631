"""The relay while a test runs, and waiting for what it does."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from callcenter.journal.relay import JournalRelay
from callcenter.journal.spool import SpoolJournal

TABLES = ("calls", "call_turns", "call_tool_calls", "call_events", "outbox", "dead_letters")


@asynccontextmanager
async def relaying(journal: SpoolJournal, url: str) -> AsyncIterator[None]:
    relay = asyncio.create_task(JournalRelay(journal, url).run())
    try:
        yield
    finally:
        relay.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await relay


async def until(condition: Callable[[], Awaitable[Any]], within_s: float = 30) -> None:
    async with asyncio.timeout(within_s):
        while not await condition():  # noqa: ASYNC110  another process changes it
            await asyncio.sleep(0.02)


async def delivered(journal: SpoolJournal) -> None:
    """Everything written so far is in PostgreSQL."""
    await journal.flush()

    async def is_empty() -> bool:
        return await journal.read(1) is None

    await until(is_empty)


async def fetch_one(database: asyncpg.Connection, query: str, *arguments: object) -> asyncpg.Record:
    row = await database.fetchrow(query, *arguments)
    assert row is not None
    return row


async def counts(database: asyncpg.Connection) -> dict[str, int]:
    return {table: await database.fetchval(f"SELECT count(*) FROM {table}") for table in TABLES}  # noqa: S608  ours

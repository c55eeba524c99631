"""The store's connections to PostgreSQL: opened when first needed, and every loss of them told as `Unavailable`."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any, Literal

import asyncpg

from demo_store.errors import Unavailable

if TYPE_CHECKING:
    from asyncpg import Connection, Pool, Record
    from asyncpg.pool import PoolConnectionProxy

    Transaction = PoolConnectionProxy[Record]
    """A connection between the beginning of a transaction and its end: see `Database.transaction`."""

_CONNECT_S = 2.0
_QUERY_S = 5.0

_NOT_SET_UP = (asyncpg.UndefinedTableError, asyncpg.UndefinedColumnError, asyncpg.InvalidSchemaNameError)
_AWAY = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.TransactionRollbackError,  # a deadlock with a seeding, say: nothing was done, and it may be tried again
)


@contextmanager
def losses_translated() -> Iterator[None]:
    """PostgreSQL that is away, or has not our tables, becomes `Unavailable`."""
    try:
        yield
    except _NOT_SET_UP as error:
        raise Unavailable("not_set_up", "the store's tables are missing: run demo_store migrate and seed") from error
    except _AWAY as error:
        raise Unavailable("unavailable", f"the store's database is away: {type(error).__name__}") from error


@asynccontextmanager
async def one_connection(url: str) -> "AsyncIterator[Connection[Record]]":
    """For a command that does one thing and ends."""
    with losses_translated():
        connection = await asyncpg.connect(url, timeout=10)
        try:
            yield connection
        finally:
            await connection.close()


class Database:
    def __init__(self, url: str) -> None:
        self._url = url
        self._pool: Pool[Record] | None = None
        self._opening = asyncio.Lock()

    async def fetch(self, query: str, *arguments: Any) -> "list[Record]":
        with losses_translated():
            return await (await self._open()).fetch(query, *arguments)

    async def fetchrow(self, query: str, *arguments: Any) -> "Record | None":
        with losses_translated():
            return await (await self._open()).fetchrow(query, *arguments)

    @asynccontextmanager
    async def transaction(self, *, snapshot: bool = False) -> "AsyncIterator[Transaction]":
        """All that is done on the connection is committed at the end, or nothing where the body raises.

        snapshot: for reading; every query sees the same moment.
        """
        isolation: Literal["read_committed", "repeatable_read"] = "repeatable_read" if snapshot else "read_committed"
        with losses_translated():
            async with (
                (await self._open()).acquire(timeout=_QUERY_S) as connection,
                connection.transaction(isolation=isolation, readonly=snapshot),
            ):
                yield connection

    async def aclose(self) -> None:
        if self._pool is not None:
            await self._pool.close()

    async def _open(self) -> "Pool[Record]":
        async with self._opening:
            if self._pool is None:
                self._pool = await asyncpg.create_pool(
                    self._url, min_size=1, max_size=10, timeout=_CONNECT_S, command_timeout=_QUERY_S
                )
        return self._pool

"""From the spool to PostgreSQL: in order, at least once, each batch in one transaction.

A batch leaves the spool only after its commit, and everything in it may be written twice (queries.sql): so nothing is
lost and nothing is doubled. What PostgreSQL refuses for its content goes to `dead_letters`, and the rest goes on.
"""

import asyncio
import time
import traceback
from datetime import UTC, datetime
from typing import NoReturn

import asyncpg
import structlog

from callcenter import metrics
from callcenter.journal.codec import NAMES, RecordError, decode
from callcenter.journal.queries import QUERIES
from callcenter.journal.recovery import close_ownerless_calls
from callcenter.journal.repository import Repository
from callcenter.journal.spool import SpoolJournal
from callcenter.journal.spool_file import Stored
from callcenter.journal.writer import Batch
from callcenter.records import EventRecorded, Record

log = structlog.get_logger(__name__)

BATCH = 100
"""Records of one transaction."""
SLICE = 10
"""Records that are handled in one go, about 0.1 ms each: this is the loop that carries the audio."""
RETRY_S = (0.2, 5.0)
"""First and longest wait while PostgreSQL is away."""
LOOK_AROUND_S = 30.0
"""Between two looks for processes that have died."""
PARTITIONS_S = 6 * 3600.0
SILENT_S = 60.0

# Classes of SQLSTATE that say nothing about the record: connection, transaction state, authorization, database or
# schema missing, deadlock, privileges and missing tables, resources, object state, operator intervention, system error.
NOT_THE_RECORD = ("08", "0A", "25", "28", "3D", "3F", "40", "42", "53", "55", "57", "58")


class JournalRelay:
    def __init__(self, spool: SpoolJournal, dsn: str) -> None:
        self._spool, self._dsn = spool, dsn
        self._retry_s, self._said_s = RETRY_S[0], float("-inf")
        self._look_s = self._partitions_s = float("-inf")

    async def run(self) -> NoReturn:
        """Deliver until cancelled. Faults of PostgreSQL and of the disk are counted, said and waited out."""
        while True:
            try:
                connection = await asyncpg.connect(
                    self._dsn, timeout=5, command_timeout=30, server_settings={"application_name": "callcenter journal"}
                )
                try:
                    await self._deliver_all(connection)
                finally:
                    connection.terminate()  # politeness would wait for a server that may be gone
            except Exception as error:
                # the boundary: a cut connection alone shows itself in five kinds of errors; none may end the journal
                self._failed(error)
            await asyncio.sleep(self._retry_s)
            self._retry_s = min(self._retry_s * 2, RETRY_S[1])

    def _failed(self, error: Exception) -> None:
        metrics.errors_total.labels("journal", "relay").inc()
        now_s = time.monotonic()
        if now_s - self._said_s > SILENT_S:
            self._said_s = now_s
            log.error("journal_relay_waiting", reason=_reason(error), where=_where(error))

    def _works(self) -> None:
        if self._retry_s != RETRY_S[0] or self._said_s != float("-inf"):
            log.info("journal_relay_resumed")
        self._retry_s, self._said_s = RETRY_S[0], float("-inf")

    async def _deliver_all(self, connection: asyncpg.Connection) -> NoReturn:
        while True:
            if time.monotonic() - self._partitions_s > PARTITIONS_S:
                await connection.execute(QUERIES["ensure_partitions"])
                self._partitions_s = time.monotonic()
            batch = await self._spool.read(BATCH)
            if batch is not None:
                await self._deliver(connection, batch)
                self._works()
                continue
            if time.monotonic() - self._look_s > LOOK_AROUND_S:
                self._look_s = time.monotonic()
                await self._look_around(connection)
                continue
            self._works()
            await self._spool.wait(LOOK_AROUND_S)

    async def _look_around(self, connection: asyncpg.Connection) -> None:
        """Only when everything is delivered: a call's own end comes before the one that we would give it."""
        if closed := await close_ownerless_calls(connection, self._spool.folder):
            log.warning("journal_closed_ownerless_calls", calls=closed)
        await self._spool.take_over()

    async def _deliver(self, connection: asyncpg.Connection, batch: Batch) -> None:
        repository = Repository(batch.owner, self._spool.folder.caller_secret)
        try:
            async with connection.transaction():
                for first in range(0, len(batch.records), SLICE):
                    records = [decode(stored.body) for stored in batch.records[first : first + SLICE]]
                    await repository.save(connection, records)
        except Exception as error:
            if not _is_about_record(error):
                raise
            await self._deliver_singly(connection, repository, batch)
        await self._spool.remove(batch)

    async def _deliver_singly(self, connection: asyncpg.Connection, repository: Repository, batch: Batch) -> None:
        async with connection.transaction():
            for stored in batch.records:
                try:
                    async with connection.transaction():  # a savepoint
                        await repository.save(connection, [decode(stored.body)])
                except Exception as error:
                    if not _is_about_record(error):
                        raise
                    await self._set_aside(connection, repository, batch, stored, error)

    async def _set_aside(
        self, connection: asyncpg.Connection, repository: Repository, batch: Batch, stored: Stored, error: Exception
    ) -> None:
        metrics.errors_total.labels("journal", "dead_letter").inc()
        log.error("journal_dead_letter", kind=stored.kind, owner=batch.owner, spool_id=stored.id, reason=_reason(error))
        record = _decoded(stored)
        await connection.execute(
            QUERIES["dead_letter"],
            batch.owner,
            stored.id,
            record.call_id if record else None,
            stored.kind,
            stored.body.replace("\0", ""),
            _reason(error),
        )
        if record is None or (isinstance(record, EventRecorded) and record.sequence < 0):
            return
        noted = EventRecorded(
            call_id=record.call_id,
            call_started_at=record.call_started_at,
            sequence=-stored.id,
            at=datetime.now(UTC),
            kind="journal_dead_letter",
            detail={"record": NAMES[type(record)], "reason": _reason(error)},
        )
        try:
            async with connection.transaction():
                await repository.save(connection, [noted])
        except Exception as second:
            if not _is_about_record(second):
                raise
            # the key of its call is what is wrong; a traceback would hold content
            log.error("journal_dead_letter_without_event", reason=_reason(second))  # noqa: TRY400


def _is_about_record(error: Exception) -> bool:
    match error:
        case RecordError() | ValueError() | TypeError() | ArithmeticError():
            return True  # ValueError: asyncpg's own DataError, before anything was sent
        case asyncpg.PostgresError():
            return not str(error.sqlstate).startswith(NOT_THE_RECORD)
        case _:
            return False


def _reason(error: Exception) -> str:
    """Without the content: PostgreSQL's messages quote values."""
    match error:
        case RecordError() | OSError():
            return str(error)
        case asyncpg.PostgresError():
            return f"{type(error).__name__} {error.sqlstate}"
        case _:
            return type(error).__name__


def _where(error: Exception) -> str:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{frame.filename}:{frame.lineno}"


def _decoded(stored: Stored) -> Record | None:
    try:
        return decode(stored.body)
    except RecordError:
        return None  # the caller has the reason already

"""One spool file: the records of one media process until PostgreSQL has them, and the calls that it has open.

SQLite in WAL mode with synchronous=FULL: what a commit returned from outlives a power cut. Synchronous, for one thread
at a time. Every fault is a sqlite3.Error; `is_corrupt` tells a broken file from a full or failing disk.

`open_calls` outlives the records: when a process dies, its file still says which calls it left open and when each was
last heard of, whether or not PostgreSQL has taken their records already.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from callcenter.records import CallEnded, CallStarted, Record

SCHEMA = """
CREATE TABLE IF NOT EXISTS records (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS records_by_kind ON records (kind, id);
CREATE TABLE IF NOT EXISTS open_calls (
    call_id TEXT NOT NULL,
    call_started_at TEXT NOT NULL,
    language TEXT NOT NULL,
    last_at TEXT NOT NULL,
    PRIMARY KEY (call_id, call_started_at)
) WITHOUT ROWID;
"""
GIVEN_UP = ("event_recorded", "tool_call_recorded")
"""Kinds that are given up, in this order, when the spool is too large. Turns and calls never are."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A record as it is written."""

    kind: str
    body: str
    record: Record
    written_at: datetime


@dataclass(frozen=True, slots=True)
class Stored:
    """A record as it is read."""

    id: int
    kind: str
    body: str


@dataclass(frozen=True, slots=True)
class OpenCall:
    call_id: UUID
    call_started_at: datetime
    language: str
    last_at: datetime
    """When something of it was last written."""


class SpoolFile:
    def __init__(self, path: Path) -> None:
        """Opens or makes it. Raises sqlite3.Error."""
        self.path = path
        self.delivered_to = 0
        """The last record that PostgreSQL has. Ahead of the file when the disk is too full to take records out."""
        self._connection = self._connect()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False, timeout=0.05)
        try:
            connection.execute("PRAGMA auto_vacuum=INCREMENTAL")  # before the first table, or it has no effect
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("PRAGMA journal_size_limit=8388608")
            connection.executescript(SCHEMA)
        except BaseException:
            connection.close()
            raise
        return connection

    def reopen(self) -> None:
        """After a failed write, whose connection may not know what is on the disk. Raises sqlite3.Error."""
        self.close()
        self._connection = self._connect()

    def append(self, entries: Sequence[Entry]) -> None:
        """All or nothing, durable when it returns. Raises sqlite3.Error."""
        run = self._connection.execute
        run("BEGIN IMMEDIATE")
        try:
            for entry in entries:
                run("INSERT INTO records (kind, body) VALUES (?, ?)", (entry.kind, entry.body))
                self._track(entry)
            run("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                run("ROLLBACK")
            raise

    def _track(self, entry: Entry) -> None:
        run, record = self._connection.execute, entry.record
        key = (str(record.call_id), record.call_started_at.isoformat())
        written_at = entry.written_at.isoformat()
        match record:
            case CallStarted():
                run("INSERT OR REPLACE INTO open_calls VALUES (?, ?, ?, ?)", (*key, record.language, written_at))
            case CallEnded():
                run("DELETE FROM open_calls WHERE call_id = ? AND call_started_at = ?", key)
            case _:
                run("UPDATE open_calls SET last_at = ? WHERE call_id = ? AND call_started_at = ?", (written_at, *key))

    def restore(self, records: Sequence[Stored], calls: Sequence[OpenCall]) -> None:
        """Put salvaged records into an empty file. Raises sqlite3.Error."""
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.executemany(
            "INSERT INTO records (id, kind, body) VALUES (?, ?, ?)", [(r.id, r.kind, r.body) for r in records]
        )
        self._connection.executemany(
            "INSERT INTO open_calls VALUES (?, ?, ?, ?)",
            [(str(c.call_id), c.call_started_at.isoformat(), c.language, c.last_at.isoformat()) for c in calls],
        )
        self._connection.execute("COMMIT")

    def check(self) -> None:
        """Raises sqlite3.DatabaseError when the file is damaged (reads all of it)."""
        answer = self._connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if answer != "ok":
            error = sqlite3.DatabaseError("quick_check found damage")
            error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
            raise error

    def read(self, limit: int) -> list[Stored]:
        """The oldest records that are not delivered."""
        rows = self._connection.execute(
            "SELECT id, kind, body FROM records WHERE id > ? ORDER BY id LIMIT ?", (self.delivered_to, limit)
        )
        return [Stored(*row) for row in rows]

    def remove(self, up_to: int) -> None:
        """Take out what PostgreSQL has. It is not given out again even if this raises sqlite3.Error."""
        self.delivered_to = max(self.delivered_to, up_to)
        self._connection.execute("DELETE FROM records WHERE id <= ?", (self.delivered_to,))

    def count(self) -> int:
        query = "SELECT count(*) FROM records WHERE id > ?"
        return int(self._connection.execute(query, (self.delivered_to,)).fetchone()[0])

    def open_calls(self) -> list[OpenCall]:
        rows = self._connection.execute("SELECT call_id, call_started_at, language, last_at FROM open_calls")
        return [
            OpenCall(UUID(call_id), datetime.fromisoformat(started_at), language, datetime.fromisoformat(last_at))
            for call_id, started_at, language, last_at in rows
        ]

    def used_bytes(self) -> int:
        return (self._pragma("page_count") - self._pragma("freelist_count")) * self._pragma("page_size")

    def give_up_oldest(self, number: int) -> int:
        """Drop so many of the records that may be dropped; returns how many there were."""
        for kind in GIVEN_UP:
            query = "DELETE FROM records WHERE id IN (SELECT id FROM records WHERE kind = ? ORDER BY id LIMIT ?)"
            if dropped := self._connection.execute(query, (kind, number)).rowcount:
                return dropped
        return 0

    def shrink(self, pages: int) -> None:
        """Give a few free pages back to the disk."""
        if self._pragma("freelist_count") > pages:
            self._connection.execute(f"PRAGMA incremental_vacuum({pages})").fetchall()

    def _pragma(self, name: str) -> int:
        return int(self._connection.execute(f"PRAGMA {name}").fetchone()[0])

    def close(self) -> None:
        with suppress(sqlite3.Error):
            self._connection.close()

    def delete(self) -> None:
        """Close it and take it off the disk."""
        self.close()
        for suffix in ("-wal", "-shm", ""):  # the file itself last: while it stands its lock counts
            Path(f"{self.path}{suffix}").unlink(missing_ok=True)


def is_corrupt(error: sqlite3.Error) -> bool:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the low byte: extended codes refine it
    return code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT)


def set_aside(path: Path) -> Path:
    """Rename a corrupt file (and its WAL), for a person to look at. Returns its new path."""
    number = 1
    while (aside := path.with_name(f"{path.name}.corrupt-{number}")).exists():
        number += 1
    for suffix in ("-wal", "-shm"):
        with suppress(FileNotFoundError):
            Path(f"{path}{suffix}").rename(f"{aside}{suffix}")
    path.rename(aside)
    return aside


def salvage(path: Path, after: int = 0) -> tuple[list[Stored], list[OpenCall]]:
    """What can still be read of a corrupt file, in order, of the records behind `after`. Raises nothing: what cannot be
    read is not there."""
    with suppress(sqlite3.Error), closing(sqlite3.connect(path, isolation_level=None)) as connection:
        records = [record for record in _readable_records(connection) if record.id > after]
        return records, _readable_open_calls(connection)
    return [], []


def _readable_records(connection: sqlite3.Connection) -> list[Stored]:
    found: dict[int, Stored] = {}
    for query in (  # from both ends towards the damage, then what lies between two damaged pages
        "SELECT id, kind, body FROM records NOT INDEXED ORDER BY id",
        "SELECT id, kind, body FROM records NOT INDEXED ORDER BY id DESC",
    ):
        _collect(connection, query, (), found)
    if found:
        for number in range(min(found), max(found)):
            if number not in found:
                query = "SELECT id, kind, body FROM records WHERE id = ?"
                _collect(connection, query, (number,), found)
    return [found[number] for number in sorted(found)]


def _collect(connection: sqlite3.Connection, query: str, keys: tuple[int, ...], found: dict[int, Stored]) -> None:
    with suppress(sqlite3.Error):
        for number, kind, body in connection.execute(query, keys):
            if isinstance(kind, str) and isinstance(body, str):
                found[number] = Stored(number, kind, body)


def _readable_open_calls(connection: sqlite3.Connection) -> list[OpenCall]:
    calls: list[OpenCall] = []
    with suppress(sqlite3.Error):
        for call_id, started_at, language, last_at in connection.execute("SELECT * FROM open_calls"):
            with suppress(ValueError, TypeError):
                times = datetime.fromisoformat(started_at), datetime.fromisoformat(last_at)
                calls.append(OpenCall(UUID(call_id), times[0], language, times[1]))
    return calls

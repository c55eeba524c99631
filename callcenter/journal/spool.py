"""The journal as the live call sees it: every record is on local disk within 50 ms, whatever PostgreSQL does.

    write() -> queue -> writer thread: encode, mask, one commit for all that waits -> spool file -> relay -> PostgreSQL

One thread owns every SQLite file of the process. Commits group themselves: while one is being synced the next records
gather. When the disk is full or failing, records stay in memory (bounded, events given up first) and are tried again.
"""

import asyncio
import contextlib
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from queue import Empty, SimpleQueue
from typing import Any, TypeVar, assert_never

import structlog

from callcenter import metrics
from callcenter.journal.codec import NAMES, encode
from callcenter.journal.recovery import close_open_calls
from callcenter.journal.spool_file import GIVEN_UP, Entry, Stored, is_corrupt
from callcenter.journal.spool_folder import LockedSpool, SpoolFolder
from callcenter.records import EventRecorded, Record, ToolCallRecorded

log = structlog.get_logger(__name__)
T = TypeVar("T")

GROUP = 500
"""Records of one commit at most."""
IN_MEMORY = 50_000
"""Records that wait for a disk, at most; a busy worker makes about 60 a second."""
RETRY_S = (0.05, 2.0)
"""First and longest wait after a failed commit."""
SIZE_CHECK = 200
"""Commits between two looks at the file's size."""
SILENT_S = 60.0
"""A fault that lasts is logged this often."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Some of the oldest records that PostgreSQL does not have yet."""

    spool: LockedSpool
    records: tuple[Stored, ...]

    @property
    def owner(self) -> str:
        return self.spool.owner


@dataclass(frozen=True, slots=True)
class _Write:
    record: Record
    written_at: datetime
    began_s: float


@dataclass(frozen=True, slots=True)
class _Barrier:
    """Reached when everything written before it is durable."""

    reached: Callable[[], None]


@dataclass(frozen=True, slots=True)
class _Job:
    """Something else to do with the files."""

    run: Callable[[], None]


@dataclass(frozen=True, slots=True)
class _Stop:
    deadline_s: float


_Item = _Write | _Barrier | _Job | _Stop


class SpoolJournal:
    """Implements ports.Journal. Takes over the spools of dead processes, and closes the calls that they left open."""

    def __init__(self, folder: SpoolFolder, worker_name: str, max_bytes: int, max_in_memory: int = IN_MEMORY) -> None:
        """Raises ConfigurationError. Blocks for some milliseconds: for the start of a process."""
        self.folder = folder
        self._max_bytes, self._max_in_memory = max_bytes, max_in_memory
        self._taken: list[LockedSpool] = []
        self._depth = 0
        self._own = folder.create(worker_name)
        self._inbox: SimpleQueue[_Write | _Barrier | _Job | _Stop] = SimpleQueue()
        self._pending: deque[tuple[Entry, float]] = deque()
        self._barriers: list[_Barrier] = []
        self._retry_s, self._next_try_s, self._logged_s = RETRY_S[0], 0.0, 0.0
        self._commits = 0
        self._closed = False
        self._listener: tuple[asyncio.AbstractEventLoop, asyncio.Event] | None = None
        self._take_over()
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    @property
    def depth(self) -> int:
        """Records that PostgreSQL does not have yet."""
        return self._depth

    # ------------------------------------------------------------ for the calls

    def write(self, record: Record) -> None:
        """The record is a value: nothing in it may be changed any more."""
        if self._closed or self._inbox.qsize() > self._max_in_memory:  # then the writer hangs in a disk that hangs
            _count("closed" if self._closed else "memory_full")
            return
        self._inbox.put(_Write(record, datetime.now(UTC), time.perf_counter()))

    async def flush(self) -> None:
        if self._closed:
            return
        loop = asyncio.get_running_loop()
        durable: asyncio.Future[None] = loop.create_future()
        self._inbox.put(_Barrier(lambda: _tell(loop, durable, None)))
        await durable

    async def aclose(self, timeout_s: float = 10.0) -> None:
        """Make everything durable, then stop; after `timeout_s` of a failing disk, stop all the same, and say so."""
        if not self._closed:
            self._closed = True
            self._inbox.put(_Stop(time.monotonic() + timeout_s))
        await asyncio.to_thread(self._thread.join)

    # ------------------------------------------------------------ for the relay

    async def read(self, limit: int) -> Batch | None:
        """The oldest records, those of dead processes first; None when there are none. Raises sqlite3.Error."""
        self._listen()  # before the look: what comes after it is not missed
        return await self._do(lambda: self._read(limit))

    async def remove(self, batch: Batch) -> None:
        """PostgreSQL has them. They are not read again, even if this raises sqlite3.Error (the disk is full)."""
        await self._do(lambda: self._remove(batch))

    async def take_over(self) -> None:
        """Look for spools of processes that have died since."""
        await self._do(self._take_over)

    async def wait(self, timeout_s: float) -> None:
        """Until records have come, or for `timeout_s`."""
        event = self._listen()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await event.wait()
        event.clear()

    def _listen(self) -> asyncio.Event:
        if self._listener is None:
            self._listener = (asyncio.get_running_loop(), asyncio.Event())
        return self._listener[1]

    async def _do(self, work: Callable[[], T]) -> T:
        if self._closed:
            raise sqlite3.ProgrammingError("the journal is closed")
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()

        def run() -> None:
            try:
                result = work()
            except Exception as error:
                _tell(loop, done, error)  # the waiting task is the handler
            else:
                _tell(loop, done, None, result)

        self._inbox.put(_Job(run))
        return await done

    # ------------------------------------------------------------ the writer thread

    def _run(self) -> None:
        stop: _Stop | None = None
        while stop is None or (self._pending and time.monotonic() < stop.deadline_s):
            try:
                stop = self._step(stop)
            except Exception as error:
                # the boundary: whatever is wrong with one record or file, the next ones are written
                _count("writer")
                log.error("journal_writer_failed", error=type(error).__name__)  # noqa: TRY400  it may hold content
                time.sleep(RETRY_S[0])
        self._end()

    def _step(self, stop: _Stop | None) -> _Stop | None:
        jobs: list[_Job] = []
        for item in self._take():
            match item:
                case _Write():
                    self._encode(item)
                case _Barrier():
                    self._barriers.append(item)
                case _Job():
                    jobs.append(item)
                case _Stop():
                    stop = item
                case _:
                    assert_never(item)
        if self._pending and (time.monotonic() >= self._next_try_s or stop is not None):
            self._commit()
        self._pass_barriers()
        for job in jobs:
            job.run()
        return stop

    def _take(self) -> list[_Item]:
        """What waits; at least one thing, unless it is time to try a commit again."""
        items: list[_Item] = []
        timeout_s = max(self._next_try_s - time.monotonic(), 0.001) if self._pending else None
        with contextlib.suppress(Empty):
            items.append(self._inbox.get(timeout=timeout_s))
            while len(items) < GROUP:
                items.append(self._inbox.get_nowait())
        return items

    def _encode(self, write: _Write) -> None:
        record = write.record
        kind = NAMES[type(record)]
        try:
            body = encode(record)
        except Exception as error:
            # whatever a tool or a store put into it: the rest of the record counts more
            _count("encode")
            log.error("journal_record_incomplete", kind=kind, error=type(error).__name__)  # noqa: TRY400  content
            record = _without_content(record)
            body = encode(record)
        if len(self._pending) >= self._max_in_memory:
            self._make_room()
        self._pending.append((Entry(kind, body, record, write.written_at), write.began_s))
        self._set_depth(self._depth + 1)

    def _make_room(self) -> None:
        """Of what waits in memory events go first, and then the oldest record."""
        kept = deque(item for item in self._pending if item[0].kind not in GIVEN_UP)
        if len(kept) == len(self._pending):
            kept.popleft()
        given_up = len(self._pending) - len(kept)
        self._pending = kept
        self._set_depth(self._depth - given_up)
        _count("memory_full", given_up)
        log.error("journal_records_lost", records=given_up, reason="the disk fails and memory is full")

    def _commit(self) -> None:
        try:
            while self._pending:
                group = [self._pending[n] for n in range(min(GROUP, len(self._pending)))]
                self._own.file.append([entry for entry, _ in group])
                self._committed(group)
        except sqlite3.Error as error:
            self._commit_failed(error)

    def _committed(self, group: Sequence[tuple[Entry, float]]) -> None:
        now_s = time.perf_counter()
        for _, began_s in group:
            metrics.journal_write.observe(now_s - began_s)
            self._pending.popleft()
        if self._retry_s != RETRY_S[0]:
            log.info("journal_disk_recovered", waiting=len(self._pending))
        self._retry_s, self._next_try_s, self._logged_s = RETRY_S[0], 0.0, 0.0
        self._notify()
        self._commits += 1
        if self._commits % SIZE_CHECK == 0:
            self._keep_size()

    def _commit_failed(self, error: sqlite3.Error) -> None:
        now_s = time.monotonic()
        self._next_try_s = now_s + self._retry_s
        self._retry_s = min(self._retry_s * 2, RETRY_S[1])
        _count("spool_write")
        if now_s - self._logged_s > SILENT_S:
            self._logged_s = now_s
            log.error("journal_disk_failing", error=str(error), in_memory=len(self._pending))
        try:
            if is_corrupt(error):
                self._own.mend()
                self._recount()
            else:
                self._own.file.reopen()
        except (sqlite3.Error, OSError) as second:
            log.debug("journal_reopen_failed", error=str(second))  # counted and said above; tried again after the wait

    def _pass_barriers(self) -> None:
        if not self._pending:
            for barrier in self._barriers:
                barrier.reached()
            self._barriers.clear()

    def _keep_size(self) -> None:
        """PostgreSQL has been away for too long: give up the oldest of what may be given up."""
        given_up = 0
        while self._own.file.used_bytes() > self._max_bytes:
            dropped = self._own.file.give_up_oldest(1000)
            if dropped == 0:
                break
            given_up += dropped
        if given_up:
            self._set_depth(self._depth - given_up)
            _count("spool_full", given_up)
            log.error("journal_records_lost", records=given_up, reason="journal.spool_max_mb reached")

    def _read(self, limit: int) -> Batch | None:
        for spool in list(self._taken):
            if batch := self._read_from(spool, limit):
                return batch
            self._taken.remove(spool)
            spool.release()
        batch = self._read_from(self._own, limit)
        if batch is None:
            self._own.file.shrink(256)
        return batch

    def _read_from(self, spool: LockedSpool, limit: int) -> Batch | None:
        try:
            records = spool.file.read(limit)
        except sqlite3.Error as error:
            if not is_corrupt(error):
                raise
            spool.mend()
            self._recount()
            records = spool.file.read(limit)
        return Batch(spool, tuple(records)) if records else None

    def _remove(self, batch: Batch) -> None:
        self._set_depth(self._depth - len(batch.records))
        batch.spool.file.remove(batch.records[-1].id)

    def _take_over(self) -> None:
        for spool in self.folder.take_over():
            try:
                closed = close_open_calls(spool.file)
                records = spool.file.count()
            except sqlite3.Error as error:  # a full disk: the next round tries again
                _count("takeover")
                log.error("journal_takeover_failed", owner=spool.owner, error=str(error))  # noqa: TRY400  expected
                spool.release()
                continue
            log.warning("journal_taken_over", owner=spool.owner, records=records, calls_closed=closed)
            self._taken.append(spool)
            self._set_depth(self._depth + records)
            self._notify()

    def _recount(self) -> None:
        self._set_depth(len(self._pending) + sum(spool.file.count() for spool in (self._own, *self._taken)))

    def _set_depth(self, depth: int) -> None:
        self._depth = max(depth, 0)
        metrics.spool_depth.set(self._depth)

    def _notify(self) -> None:
        if self._listener is not None:
            loop, event = self._listener
            with contextlib.suppress(RuntimeError):  # the loop is closed
                loop.call_soon_threadsafe(event.set)

    def _end(self) -> None:
        if self._pending:
            _count("closed", len(self._pending))
            log.error("journal_records_lost", records=len(self._pending), reason="the disk failed until the end")
            self._pending.clear()
        self._pass_barriers()
        for spool in (self._own, *self._taken):
            spool.release()
        with contextlib.suppress(Empty):
            while True:
                match self._inbox.get_nowait():
                    case _Barrier(reached):
                        reached()
                    case _Job(run):
                        run()  # and learns that its file is closed
                    case _Write():
                        _count("closed")
                    case _Stop():
                        pass


def _without_content(record: Record) -> Record:
    match record:
        case ToolCallRecorded():
            return replace(record, tool_args={}, tool_result=None)
        case EventRecorded():
            return replace(record, detail={})
        case _:
            return record


def _tell(
    loop: asyncio.AbstractEventLoop, future: asyncio.Future[Any], error: Exception | None, result: Any = None
) -> None:
    def tell() -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)

    with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
        loop.call_soon_threadsafe(tell)


def _count(kind: str, number: int = 1) -> None:
    metrics.errors_total.labels("journal", kind).inc(number)

"""The one thread that owns every SQLite file of a media process.

Commits group themselves: while one is being synced the next records gather. When the disk is full or failing, records
stay in memory (bounded, events given up first) and are tried again.
"""

import contextlib
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from queue import Empty, SimpleQueue
from typing import assert_never

import structlog

from callcenter import metrics
from callcenter.journal.codec import NAMES, encode
from callcenter.journal.recovery import close_open_calls
from callcenter.journal.spool_file import GIVEN_UP, Entry, Stored, is_corrupt
from callcenter.journal.spool_folder import LockedSpool, SpoolFolder
from callcenter.records import EventRecorded, Record, ToolCallRecorded

log = structlog.get_logger(__name__)

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


class SpoolWriter:
    """`read`, `remove`, `take_over` and what begins with an underscore run in the thread: by `run`, as jobs."""

    def __init__(
        self, folder: SpoolFolder, worker_name: str, max_bytes: int, max_in_memory: int, on_records: Callable[[], None]
    ) -> None:
        """Raises ConfigurationError. `on_records`: called in the thread when there is something new to read."""
        self._folder, self._on_records = folder, on_records
        self._max_bytes, self._max_in_memory = max_bytes, max_in_memory
        self._taken: list[LockedSpool] = []
        self._depth = 0
        self._own = folder.create(worker_name)
        self._inbox: SimpleQueue[_Item] = SimpleQueue()
        self._pending: deque[tuple[Entry, float]] = deque()
        self._barriers: list[_Barrier] = []
        self._retry_s, self._next_try_s, self._logged_s = RETRY_S[0], 0.0, 0.0
        self._commits = 0
        self._is_stopped = False
        self.take_over()
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    # ------------------------------------------------------------ for any thread

    @property
    def depth(self) -> int:
        return self._depth

    @property
    def is_stopped(self) -> bool:
        return self._is_stopped

    @property
    def fault(self) -> str:
        """Why nothing is durable now; "" when everything is."""
        if not self._thread.is_alive():
            return "its thread has ended"
        return "the disk fails" if self._next_try_s else ""

    def write(self, record: Record) -> None:
        if self._is_stopped or self._inbox.qsize() > self._max_in_memory:  # then the thread hangs in a disk that hangs
            _count("closed" if self._is_stopped else "memory_full")
            return
        self._inbox.put(_Write(record, datetime.now(UTC), time.perf_counter()))

    def when_durable(self, tell: Callable[[], None]) -> None:
        """`tell` is called in the thread when everything written so far is on disk."""
        self._inbox.put(_Barrier(tell))

    def run(self, job: Callable[[], None]) -> None:
        """`job` is called in the thread. It may not raise."""
        self._inbox.put(_Job(job))

    def stop(self, timeout_s: float) -> None:
        """Once everything is durable, or after `timeout_s` of a disk that fails."""
        if not self._is_stopped:
            self._is_stopped = True
            self._inbox.put(_Stop(time.monotonic() + timeout_s))

    def join(self) -> None:
        self._thread.join()

    # ------------------------------------------------------------ in the thread

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
        self._on_records()
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

    def read(self, limit: int) -> Batch | None:
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

    def remove(self, batch: Batch) -> None:
        self._set_depth(self._depth - len(batch.records))
        batch.spool.file.remove(batch.records[-1].id)

    def take_over(self) -> None:
        for spool in self._folder.take_over():
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
            self._on_records()

    def _recount(self) -> None:
        self._set_depth(len(self._pending) + sum(spool.file.count() for spool in (self._own, *self._taken)))

    def _set_depth(self, depth: int) -> None:
        self._depth = max(depth, 0)
        metrics.spool_depth.set(self._depth)

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


def _count(kind: str, number: int = 1) -> None:
    metrics.errors_total.labels("journal", kind).inc(number)

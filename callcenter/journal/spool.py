"""The journal as the live call sees it: every record is on local disk within 50 ms, whatever PostgreSQL does.

write() -> queue -> writer thread: encode, mask, one commit for all that waits -> spool file -> relay -> PostgreSQL
"""

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable
from typing import Any, TypeVar

from callcenter.journal.spool_folder import SpoolFolder
from callcenter.journal.writer import IN_MEMORY, Batch, SpoolWriter
from callcenter.records import Record

T = TypeVar("T")


class SpoolJournal:
    """Implements ports.Journal. Takes over the spools of dead processes, and closes the calls that they left open."""

    def __init__(self, folder: SpoolFolder, worker_name: str, max_bytes: int, max_in_memory: int = IN_MEMORY) -> None:
        """Raises ConfigurationError. Blocks for some milliseconds: for the start of a process."""
        self.folder = folder
        self._listener: tuple[asyncio.AbstractEventLoop, asyncio.Event] | None = None
        self._writer = SpoolWriter(folder, worker_name, max_bytes, max_in_memory, self._on_records)

    @property
    def depth(self) -> int:
        """Records that PostgreSQL does not have yet."""
        return self._writer.depth

    @property
    def fault(self) -> str:
        """Why nothing that is written becomes durable now; "" when it does."""
        return self._writer.fault

    # ------------------------------------------------------------ for the calls

    def write(self, record: Record) -> None:
        """The record is a value: nothing in it may be changed any more."""
        self._writer.write(record)

    async def flush(self) -> None:
        if self._writer.is_stopped:
            return
        loop = asyncio.get_running_loop()
        durable: asyncio.Future[None] = loop.create_future()
        self._writer.when_durable(lambda: _tell(loop, durable, None))
        await durable

    async def delivered(self, timeout_s: float) -> bool:
        """Whether PostgreSQL has everything written so far, within `timeout_s`: for the end of a process, so that its
        last calls do not wait for the next start."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self.flush()
                while self.depth:  # noqa: ASYNC110  another thread counts it
                    await asyncio.sleep(0.02)
        return not self.depth

    async def aclose(self, timeout_s: float = 10.0) -> None:
        """Make everything durable, then stop; after `timeout_s` of a failing disk, stop all the same, and say so."""
        self._writer.stop(timeout_s)
        await asyncio.to_thread(self._writer.join)

    # ------------------------------------------------------------ for the relay

    async def read(self, limit: int) -> Batch | None:
        """The oldest records, those of dead processes first; None when there are none. Raises sqlite3.Error."""
        self._listen()  # before the look: what comes after it is not missed
        return await self._do(lambda: self._writer.read(limit))

    async def remove(self, batch: Batch) -> None:
        """PostgreSQL has them. They are not read again, even if this raises sqlite3.Error (the disk is full)."""
        await self._do(lambda: self._writer.remove(batch))

    async def take_over(self) -> None:
        """Look for spools of processes that have died since."""
        await self._do(self._writer.take_over)

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

    def _on_records(self) -> None:
        if self._listener is not None:
            loop, event = self._listener
            with contextlib.suppress(RuntimeError):  # the loop is closed
                loop.call_soon_threadsafe(event.set)

    async def _do(self, work: Callable[[], T]) -> T:
        if self._writer.is_stopped:
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

        self._writer.run(run)
        return await done


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

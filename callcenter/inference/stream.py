"""One job as the parent sees it."""

import asyncio
import time
from collections import deque
from collections.abc import Mapping
from typing import Any, Protocol, Self

from callcenter.errors import EngineError
from callcenter.inference.framing import Frame, Kind, encode
from callcenter.inference.service import Result

REPLAY_LIMIT_BYTES = 4 * 2**20
"""Input kept until the first result, so that the job can be given to another child: two minutes of 16 kHz audio."""
CREDIT_STEP = 8


class Carrier(Protocol):
    """The child that a stream lives in."""

    def write(self, data: bytes) -> bool:
        """False: too much is waiting to be read by the child already."""

    def detach(self, stream: "WorkerStream") -> None: ...

    def suspect(self) -> None:
        """A job did not answer in time: make sure that the child still lives."""


class WorkerStream:
    """Input goes in without waiting; results are awaited one by one (`async for`), or the last one with `result()`.

    Every failure is the pool's error class: kind "died" (the child, twice if the job could be repeated), "timeout"
    (from finish() to each result), "overloaded", "closed", or what the service raised. Not awaiting it is fine, but a
    stream that is no longer wanted must be cancelled: cancel() is idempotent and costs nothing after the end.
    """

    def __init__(
        self, number: int, method: str, options: Mapping[str, Any], error: type[EngineError], timeout_s: float
    ) -> None:
        self.number = number
        self.pin: str | None = options.get("pin")
        self.started = False
        """It has given a result: it cannot be repeated."""
        self.retried = False
        self.finished_at_s: float | None = None
        """By the monotonic clock: its input is complete, and it waits for an answer."""
        self.ended = False
        self._error = error
        self._timeout_s = timeout_s
        self._alarm: asyncio.TimerHandle | None = None
        self._log: list[bytes] = [encode(Kind.OPEN, number, {"method": method, "options": dict(options)})]
        self._log_bytes = 0
        self._carrier: Carrier | None = None
        self._results: deque[Result] = deque()
        self._failure: EngineError | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._taken = 0

    # ------------------------------------------------------------ the owner's side

    @property
    def finished(self) -> bool:
        return self.finished_at_s is not None

    def send(self, data: bytes) -> None:
        """Never blocks. When the child is hopelessly behind, the stream fails with kind "overloaded"."""
        if not self.ended and not self.finished:
            self._write(encode(Kind.FEED, self.number, data=data))

    def finish(self) -> None:
        """The input is complete; the time limit begins."""
        if self.ended or self.finished:
            return
        self.finished_at_s = time.monotonic()
        self._write(encode(Kind.FINISH, self.number, {"deadline_s": self.finished_at_s + self._timeout_s}))
        self._set_alarm()

    def cancel(self) -> None:
        """Throw the job away: if it has not begun it never will."""
        if not self.ended:
            self._tell(Kind.CANCEL)
            self._end(self._error("the job was cancelled", kind="closed"))
        self._results.clear()

    async def result(self) -> Result:
        """The last result (the only one, as a rule). Cancelling this await cancels the job."""
        last = None
        try:
            async for result in self:
                last = result
        finally:
            self.cancel()
        if last is None:
            raise self._error("the worker gave no answer", kind="bad_answer")
        return last

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Result:
        while not self._results:
            if self._failure:
                raise self._failure
            if self.ended:
                raise StopAsyncIteration
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        self._taken += 1
        if self._taken % CREDIT_STEP == 0 and not self.ended:
            self._tell(Kind.CREDIT, {"count": CREDIT_STEP})
        return self._results.popleft()

    # ------------------------------------------------------------ the child's side

    @property
    def repeatable(self) -> bool:
        return not (self.started or self.retried or self.ended) and bool(self._log)

    def attach(self, carrier: Carrier, *, connected: bool) -> None:
        """It now lives in that child; what was sent so far is sent there."""
        self._carrier = carrier
        if connected:
            self.replay()

    def replay(self) -> None:
        for data in self._log:
            self._write_to_carrier(data)

    def receive(self, frame: Frame) -> None:
        match frame.kind:
            case Kind.RESULT:
                self.started = True
                self._log.clear()
                self._results.append(Result(frame.header, frame.data))
                if self.finished:
                    self._set_alarm()
                self._wake()
            case Kind.ENDED:
                self._end(None)
            case Kind.FAILED:
                header = frame.header
                self._end(self._error(header["message"], kind=header["kind"], retryable=header["retryable"]))
            case _:
                raise ValueError(f"a worker does not send {frame.kind.name}")

    def fail(self, message: str, kind: str) -> None:
        self._end(self._error(message, kind=kind, retryable=kind == "died"))

    def _end(self, failure: EngineError | None) -> None:
        if self.ended:
            return
        self.ended = True
        if self._alarm:
            self._alarm.cancel()
        self._failure = failure
        self._log.clear()
        if self._carrier:
            self._carrier.detach(self)
            self._carrier = None
        self._wake()

    def _set_alarm(self) -> None:
        if self._alarm:
            self._alarm.cancel()
        if not self.ended:
            self._alarm = asyncio.get_running_loop().call_later(self._timeout_s, self._time_out)

    def _time_out(self) -> None:
        if self._results:  # the child may be waiting for us to take what there is
            self._set_alarm()
            return
        if self._carrier:
            self._carrier.suspect()
        self._tell(Kind.CANCEL)
        self._end(self._error("the worker did not answer in time", kind="timeout", retryable=True))

    def _wake(self) -> None:
        if self._waiter and not self._waiter.done():
            self._waiter.set_result(None)

    def _write(self, data: bytes) -> None:
        if not self.started:
            self._log.append(data)
            self._log_bytes += len(data)
            if self._log_bytes > REPLAY_LIMIT_BYTES:
                self._tell(Kind.CANCEL)
                self.fail("too much input for one job", "overloaded")
                return
        self._write_to_carrier(data)

    def _write_to_carrier(self, data: bytes) -> None:
        if self._carrier and not self._carrier.write(data):
            self._tell(Kind.CANCEL)
            self.fail("the worker is behind with reading", "overloaded")

    def _tell(self, kind: Kind, header: Mapping[str, Any] | None = None) -> None:
        if self._carrier:
            self._carrier.write(encode(kind, self.number, header))

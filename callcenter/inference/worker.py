"""The child: hosts one service and serves many streams in one thread (`python -m callcenter.inference.worker FD`).

Whatever has arrived is read before each piece of work, so that a cancelled or stale job is never begun. Streams whose
input is complete go before those still being fed, and take turns result by result. Input is fed in slices, so that
nobody waits for seconds of audio that came at once.
"""

import contextlib
import ctypes
import importlib
import os
import select
import signal
import socket
import sys
import time
import traceback
from collections import deque
from collections.abc import Iterator
from typing import Any, cast

from callcenter.errors import ConfigurationError, EngineError
from callcenter.inference.framing import Decoder, Frame, Kind, encode
from callcenter.inference.service import BatchService, Handler, Result, Service

FEED_BYTES = 8000
"""Half a second of a telephone line: 40 ms of pocketsphinx's work."""
RESULT_WINDOW = 32
"""So many results of a stream may be under way, untaken by the parent's consumer."""
_PR_SET_PDEATHSIG = 1


class _Job:
    """One stream: its input not yet fed, then its answer not yet given."""

    def __init__(self, handler: Handler) -> None:
        self.handler = handler
        self.input = bytearray()
        self.finished = False
        self.deadline_s: float | None = None
        self.answer: Iterator[Result] | None = None
        self.credit = RESULT_WINDOW

    @property
    def has_work(self) -> bool:
        return bool(self.input) or (self.finished and self.credit > 0)

    @property
    def may_begin(self) -> bool:
        """All of its input has been fed, and it is still wanted."""
        return self.finished and not self.input and self.answer is None and not self.stale

    @property
    def stale(self) -> bool:
        return self.answer is None and self.deadline_s is not None and time.monotonic() > self.deadline_s


class Worker:
    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._decoder = Decoder()
        self._service: Service | None = None
        self._jobs: dict[int, _Job] = {}
        self._finished: deque[int] = deque()
        """Streams with complete input and work to do: they go first."""
        self._fed: deque[int] = deque()
        self._queued: set[int] = set()

    def run(self) -> None:
        """Until the parent closes its end."""
        while True:
            busy = bool(self._finished or self._fed)
            if not busy or select.select([self._sock], [], [], 0)[0]:
                data = self._sock.recv(262144)
                if not data:
                    return
                for frame in self._decoder.feed(data):
                    self._accept(frame)
                continue  # read all there is before working
            self._work()

    def _send(self, kind: Kind, stream: int, header: dict[str, Any] | None = None, data: bytes = b"") -> None:
        self._sock.sendall(encode(kind, stream, header, data))

    def _accept(self, frame: Frame) -> None:
        job = self._jobs.get(frame.stream)
        match frame.kind:
            case Kind.START:
                self._start(frame.header["service"], frame.header["config"])
            case Kind.OPEN:
                self._open(frame)
            case Kind.PING:
                self._send(Kind.PONG, 0)
            case Kind.RELEASE if self._service:
                self._service.release(frame.header["pin"])
            case Kind.FEED if job:
                job.input += frame.data
                self._enqueue(frame.stream, job)
            case Kind.FINISH if job:
                job.finished = True
                job.deadline_s = frame.header.get("deadline_s")
                self._enqueue(frame.stream, job)
            case Kind.CREDIT if job:
                job.credit += frame.header["count"]
                self._enqueue(frame.stream, job)
            case Kind.CANCEL if job:
                del self._jobs[frame.stream]
                self._dispose(job)
            case _:  # for a stream that has ended here while the parent was still writing
                pass

    def _start(self, service: str, config: dict[str, Any]) -> None:
        module, _, factory = service.partition(":")
        try:
            self._service = cast(Service, getattr(importlib.import_module(module), factory)(config))
        except (ConfigurationError, ImportError) as error:
            message = f"{error.name} is not installed" if isinstance(error, ImportError) and error.name else str(error)
            self._refuse(message, configuration=True)
        except Exception as error:  # whatever a library raises: the parent raises it again as its stage's error
            self._refuse(f"{type(error).__name__}: {error}", configuration=False)
        self._send(Kind.READY, 0)

    def _refuse(self, message: str, *, configuration: bool) -> None:
        self._send(Kind.REFUSED, 0, {"configuration": configuration, "message": message})
        sys.exit(3)

    def _open(self, frame: Frame) -> None:
        assert self._service is not None, "START comes first"  # noqa: S101  # the pool's own contract
        try:
            self._jobs[frame.stream] = _Job(self._service.open(frame.header["method"], frame.header["options"]))
        except Exception as error:  # a job's failure is told to its owner; the child lives on
            self._fail(frame.stream, error)

    def _enqueue(self, stream: int, job: _Job) -> None:
        if job.finished and stream in self._fed:
            self._fed.remove(stream)
            self._queued.discard(stream)
        if stream not in self._queued and job.has_work:
            self._queued.add(stream)
            (self._finished if job.finished else self._fed).append(stream)

    def _work(self) -> None:
        stream = (self._finished or self._fed).popleft()
        self._queued.discard(stream)
        job = self._jobs.get(stream)
        if job is None:
            return
        try:
            self._step(stream, job)
        except Exception as error:  # as in _open
            self._jobs.pop(stream, None)
            self._fail(stream, error)
            self._dispose(job)
        else:
            if stream in self._jobs:
                self._enqueue(stream, job)

    def _step(self, stream: int, job: _Job) -> None:
        """One piece of work: the input that has come so far, or one result."""
        if job.stale:
            raise EngineError("the job was stale before its turn came", kind="timeout")
        if job.input:
            data = bytes(job.input[:FEED_BYTES])
            del job.input[:FEED_BYTES]
            job.handler.feed(data)
            return
        if job.answer is None:
            self._begin_together(job)
        if job.answer is None:
            job.answer = iter(job.handler.finish())
        result = next(job.answer, None)
        if result is None:
            del self._jobs[stream]
            self._send(Kind.ENDED, stream)
        else:
            job.credit -= 1
            self._send(Kind.RESULT, stream, dict(result.values), result.data)

    def _begin_together(self, first: _Job) -> None:
        """Answer it along with others that could begin now, where the service gains by it."""
        if not isinstance(self._service, BatchService):
            return
        others = (self._jobs[stream] for stream in self._finished if stream in self._jobs)
        batch = [first, *(job for job in others if job.may_begin)][: self._service.most_at_once]
        if len(batch) == 1:
            return
        try:
            answers = self._service.finish_many([job.handler for job in batch])
        except Exception as error:  # of any of them: each is tried by itself, and fails by itself
            print(f"worker: a batch failed: {type(error).__name__}", file=sys.stderr)
            return
        for job, answer in zip(batch, answers, strict=True):
            job.answer = iter(answer)

    def _fail(self, stream: int, error: Exception) -> None:
        if isinstance(error, EngineError | ConfigurationError):
            message = str(error)
        else:  # a library's message may quote the caller's words; where it happened is enough to find the bug
            at = traceback.extract_tb(error.__traceback__)[-1]
            message = f"{type(error).__name__} in {os.path.basename(at.filename)}, line {at.lineno}"
        kind = error.kind if isinstance(error, EngineError) else "failure"
        retryable = isinstance(error, EngineError) and error.retryable
        self._send(Kind.FAILED, stream, {"kind": kind, "message": message, "retryable": retryable})

    def _dispose(self, job: _Job) -> None:
        try:
            close = getattr(job.answer, "close", None)
            if close:
                close()
            job.handler.cancel()
        except Exception as error:  # the job is over either way; the owner was told of it
            print(f"worker: cancelling failed: {type(error).__name__}", file=sys.stderr)


def _die_with_parent(parent: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before we asked
        sys.exit(0)


def main() -> None:
    descriptor, nice, parent = (int(argument) for argument in sys.argv[1:4])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; our parent ends us
    _die_with_parent(parent)
    os.nice(nice)
    # When the parent is gone, so is whoever wanted an answer.
    with socket.socket(fileno=descriptor) as sock, contextlib.suppress(BrokenPipeError, ConnectionResetError):
        Worker(sock).run()


if __name__ == "__main__":
    main()

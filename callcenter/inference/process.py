"""One child process of a pool: started, watched, restarted."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from callcenter import metrics
from callcenter.errors import ConfigurationError, EngineError
from callcenter.inference.framing import Decoder, Frame, Kind, encode
from callcenter.inference.stream import WorkerStream

WRITE_LIMIT_BYTES = 16 * 2**20
BACKOFF_S = (0.05, 0.2, 1.0, 5.0)
HEALTHY_S = 30.0
"""A child that lived for so long did not die of its start: the next one is started without delay."""
GROWTH = 2
ONE_THREAD = dict.fromkeys(
    (
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "NUMEXPR_NUM_THREADS",
        "VECLIB_MAXIMUM_THREADS",
    ),
    "1",
)


@dataclass(frozen=True, slots=True)
class WorkerSpec:
    """What every child of a pool is made of."""

    service: str
    config: Mapping[str, Any]
    nice: int
    error: type[EngineError]
    start_timeout_s: float
    stuck_s: float
    """A child that does not answer a ping for so long, after a job of its own timed out, is killed."""


@dataclass(eq=False)
class WorkerProcess:
    """A place for streams with a child behind it, whichever child that is at the moment."""

    spec: WorkerSpec
    orphaned: Callable[[list[WorkerStream]], None]
    """Called when the child died, with the streams that may be given to another."""
    streams: dict[int, WorkerStream] = field(default_factory=dict)
    pins: set[str] = field(default_factory=set)
    ready: bool = False
    restarts: int = 0
    pid: int | None = None
    _needed_bytes: int = 0
    """Resident when it was ready: what its models take."""
    _idle: asyncio.Event | None = None
    """Set when it has no more streams; there is one once it is to leave."""
    _pipe: "_Pipe | None" = None
    _keeper: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Until the service is there. Raises ConfigurationError or the pool's error; then no child is left."""
        first: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._keeper = asyncio.create_task(self._keep(first))
        await first

    async def aclose(self) -> None:
        """No child is left when it returns; open streams fail with kind "closed"."""
        if self._keeper:
            self._keeper.cancel()
            await asyncio.wait([self._keeper])
        for stream in list(self.streams.values()):
            stream.fail("the worker pool was closed", "closed")

    async def retire(self) -> None:
        """Give it no more streams: it ends when those it has have ended, and is not started again."""
        self._idle = asyncio.Event()
        self._tell_idle()
        await self._idle.wait()
        await self.aclose()

    def outgrew(self, limit_bytes: int) -> bool:
        """It takes more memory than that, and more than twice what its models needed at the start."""
        return self.ready and self.rss_bytes() > max(limit_bytes, GROWTH * self._needed_bytes)

    def rss_bytes(self) -> int:
        """Resident memory of the child; 0 while there is none (and where there is no /proc)."""
        with contextlib.suppress(OSError):
            return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        return 0

    # ------------------------------------------------------------ streams

    def attach(self, stream: WorkerStream) -> None:
        self.streams[stream.number] = stream
        stream.attach(self, connected=self._pipe is not None)

    def detach(self, stream: WorkerStream) -> None:
        self.streams.pop(stream.number, None)
        self._tell_idle()

    def _tell_idle(self) -> None:
        if self._idle and not self.streams:
            self._idle.set()

    def write(self, data: bytes) -> bool:
        """False when too much is waiting for the child already. Between two children nothing is written: the streams
        remember what they said until they are answered."""
        return self._pipe is None or self._pipe.write(data)

    def release(self, pin: str) -> None:
        self.pins.discard(pin)
        self.write(encode(Kind.RELEASE, header={"pin": pin}))

    def suspect(self) -> None:
        """A job did not answer in time: kill the child unless it shows that it still listens. One that is loading its
        models does not, and has a time limit of its own."""
        if self._pipe and self.ready:
            self._pipe.ping(self.spec.stuck_s, self._kill)

    def _kill(self) -> None:
        if self.pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

    def receive(self, frame: Frame) -> None:
        if stream := self.streams.get(frame.stream):  # else it was cancelled meanwhile
            stream.receive(frame)

    # ------------------------------------------------------------ the child

    async def _keep(self, first: asyncio.Future[None]) -> None:
        """One child after the other, until cancelled. A failure of the very first one is start()'s."""
        failures = 0
        while True:
            began_s = time.monotonic()
            try:
                await self._live(first)
                reason = "the worker process ended"
            except (ConfigurationError, EngineError, OSError) as error:
                if not first.done():
                    first.set_exception(
                        self.spec.error(f"no worker process: {error}") if isinstance(error, OSError) else error
                    )
                    return
                reason = str(error)
            if first.cancelled():
                return
            self.restarts += 1
            metrics.worker_restarts_total.labels(self.spec.error.stage, "died").inc()
            self._give_up_streams(reason)
            if self._idle:
                return
            failures = 0 if time.monotonic() - began_s > HEALTHY_S else failures + 1
            if failures:
                await asyncio.sleep(BACKOFF_S[min(failures, len(BACKOFF_S)) - 1])

    async def _live(self, first: asyncio.Future[None]) -> None:
        """One child, from its start to its end."""
        ours, theirs = socket.socketpair()
        with ours, theirs:
            process = await self._spawn(theirs.fileno())
            theirs.close()
            self.pid = process.pid
            pipe = _Pipe(self.receive, self.spec.error)
            try:
                await asyncio.get_running_loop().create_unix_connection(lambda: pipe, sock=ours)
                self._pipe = pipe
                pipe.write(encode(Kind.START, header={"service": self.spec.service, "config": dict(self.spec.config)}))
                for stream in list(self.streams.values()):
                    stream.replay()
                await self._until_ready(pipe)
                if not first.done():
                    first.set_result(None)
                await pipe.lost
            finally:
                self.ready = False
                self._pipe = None
                pipe.close()
                # In the middle of a long piece of work it would see the end of its input late, and nothing that it
                # could still say is wanted.
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
                self.pid = None

    async def _spawn(self, descriptor: int) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "callcenter.inference.worker"),
            *(str(descriptor), str(self.spec.nice), str(os.getpid())),
            pass_fds=[descriptor],
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            env={**os.environ, **ONE_THREAD, "PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path)},
        )

    async def _until_ready(self, pipe: "_Pipe") -> None:
        try:
            async with asyncio.timeout(self.spec.start_timeout_s):
                await pipe.ready
        except TimeoutError:
            raise self.spec.error("the worker was not ready in time", kind="timeout") from None
        self.ready = True
        self._needed_bytes = self.rss_bytes()

    def _give_up_streams(self, reason: str) -> None:
        self.pins.clear()
        again = []
        for stream in list(self.streams.values()):
            if stream.repeatable:
                stream.retried = True
                self.detach(stream)
                again.append(stream)
            else:
                stream.fail(reason, "died")
        self.orphaned(again)


class _Pipe(asyncio.Protocol):
    """Our end of the socket to one child."""

    def __init__(self, receive: Callable[[Frame], None], error: type[EngineError]) -> None:
        loop = asyncio.get_running_loop()
        self.ready: asyncio.Future[None] = loop.create_future()
        self.lost: asyncio.Future[None] = loop.create_future()
        self._receive = receive
        self._error = error
        self._decoder = Decoder()
        self._transport: asyncio.Transport | None = None
        self._alarm: asyncio.TimerHandle | None = None

    def write(self, data: bytes) -> bool:
        if self._transport is None:  # it has just died: what streams have said is said again to the next
            return True
        self._transport.write(data)
        return self._transport.get_write_buffer_size() <= WRITE_LIMIT_BYTES

    def ping(self, limit_s: float, stuck: Callable[[], None]) -> None:
        if self._alarm is None:
            self.write(encode(Kind.PING))
            self._alarm = asyncio.get_running_loop().call_later(limit_s, stuck)

    def close(self) -> None:
        self._silence()
        self.ready.cancel()
        if self._transport:
            self._transport.abort()

    def _silence(self) -> None:
        if self._alarm:
            self._alarm.cancel()
            self._alarm = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but name

    def data_received(self, data: bytes) -> None:
        for frame in self._decoder.feed(data):
            match frame.kind:
                case Kind.READY:
                    if not self.ready.done():
                        self.ready.set_result(None)
                case Kind.REFUSED:
                    message = frame.header["message"]
                    if not self.ready.done():
                        self.ready.set_exception(
                            ConfigurationError(message) if frame.header["configuration"] else self._error(message)
                        )
                case Kind.PONG:
                    self._silence()
                case _:
                    self._receive(frame)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if not self.ready.done():
            self.ready.set_exception(self._error("the worker ended while it was starting", kind="died"))
        if not self.lost.done():
            self.lost.set_result(None)

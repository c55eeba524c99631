"""Worker processes for models that would hold the GIL (or are under a licence that wants a process of its own)."""

import asyncio
import itertools
import time
from collections.abc import Mapping
from typing import Any

from callcenter.errors import EngineError
from callcenter.inference.process import WorkerProcess, WorkerSpec
from callcenter.inference.stream import WorkerStream


class WorkerPool:
    """N children that each host the same service; a stream lives in one of them, chosen by load or by its pin.

    `service` is "package.module:Factory" (see inference.service), `config` any JSON object. Failures are raised as
    `error`, the caller's stage. A child that dies is started again after a moment; jobs of its that had not answered
    yet are given to another child, once.
    """

    def __init__(
        self,
        service: str,
        config: Mapping[str, Any],
        *,
        error: type[EngineError] = EngineError,
        workers: int = 1,
        nice: int = 5,
        queue_limit: int = 64,
        timeout_s: float = 8.0,
        start_timeout_s: float = 120.0,
        stuck_s: float = 5.0,
    ) -> None:
        self._error = error
        self._timeout_s = timeout_s
        self._queue_limit = queue_limit
        spec = WorkerSpec(service, config, nice, error, start_timeout_s, stuck_s)
        self._workers = [WorkerProcess(spec, self._place_again) for _ in range(workers)]
        self._numbers = itertools.count(1)
        self._closed = False

    async def start(self) -> None:
        """Until every child is ready. Raises ConfigurationError (with the child's own message) or the pool's error."""
        try:
            await asyncio.gather(*(worker.start() for worker in self._workers))
        except BaseException:
            await self.aclose()
            raise

    async def aclose(self) -> None:
        """No child is left when it returns. Open streams fail with kind "closed"."""
        self._closed = True
        await asyncio.gather(*(worker.aclose() for worker in self._workers))

    def open(
        self, method: str, options: Mapping[str, Any], *, pin: str | None = None, timeout_s: float | None = None
    ) -> WorkerStream:
        """Begin a job. `timeout_s` counts from finish() to the first result, and between results.

        Streams with the same `pin` (a call) live in the same child, until release(pin) or that child's death; the
        service finds it in options["pin"]. Raises the pool's error: "overloaded" when queue_limit jobs are waiting for
        an answer already, "closed".
        """
        if self._closed:
            raise self._error("the worker pool is closed", kind="closed")
        if self.queue_depth >= self._queue_limit:
            raise self._error("too many jobs are waiting for a worker", kind="overloaded", retryable=True)
        if pin is not None:
            options = {**options, "pin": pin}
        limit_s = self._timeout_s if timeout_s is None else timeout_s
        stream = WorkerStream(next(self._numbers), method, options, self._error, limit_s)
        self._choose(pin).attach(stream)
        return stream

    def release(self, pin: str) -> None:
        """The call is over: its child forgets it."""
        for worker in self._workers:
            if pin in worker.pins:
                worker.release(pin)

    @property
    def queue_depth(self) -> int:
        """Jobs with complete input and no end yet."""
        return sum(stream.finished for worker in self._workers for stream in worker.streams.values())

    @property
    def oldest_wait_s(self) -> float:
        """How long the job that has waited longest for its first result has done so since its input was complete."""
        streams = (stream for worker in self._workers for stream in worker.streams.values())
        since_s = min((s.finished_at_s for s in streams if s.finished_at_s and not s.started), default=None)
        return 0.0 if since_s is None else time.monotonic() - since_s

    @property
    def size(self) -> int:
        """Workers that there are to be."""
        return len(self._workers)

    @property
    def ready_workers(self) -> int:
        return sum(worker.ready for worker in self._workers)

    @property
    def restarts(self) -> int:
        return sum(worker.restarts for worker in self._workers)

    def rss_bytes(self) -> dict[int, int]:
        """Resident memory of the children that live, by process id."""
        return {worker.pid: worker.rss_bytes() for worker in self._workers if worker.pid is not None}

    def _choose(self, pin: str | None) -> WorkerProcess:
        if pin is not None:
            for worker in self._workers:
                if pin in worker.pins:
                    return worker
            best = min(self._workers, key=lambda worker: (not worker.ready, len(worker.pins), len(worker.streams)))
            best.pins.add(pin)
            return best
        return min(self._workers, key=lambda worker: (not worker.ready, len(worker.streams)))

    def _place_again(self, streams: list[WorkerStream]) -> None:
        for stream in streams:
            if self._closed:
                stream.fail("the worker pool was closed", "closed")
            else:
                self._choose(stream.pin).attach(stream)

"""Worker processes for models that would hold the GIL (or are under a licence that wants a process of its own)."""

import asyncio
import itertools
import time
from collections.abc import Mapping
from typing import Any

from callcenter import metrics
from callcenter.errors import ConfigurationError, EngineError
from callcenter.inference.process import WorkerProcess, WorkerSpec
from callcenter.inference.stream import WorkerStream

WATCH_S = 1.0
REPLACE_AGAIN_S = 60.0
"""After a successor could not be started."""


class WorkerPool:
    """N children that each host the same service; a stream lives in one of them, chosen by load or by its pin.

    `service` is "package.module:Factory" (see inference.service), `config` any JSON object. Failures are raised as
    `error`, the caller's stage. A child that dies is started again after a moment; jobs of its that had not answered
    yet are given to another child, once. A child that outgrows `memory_limit_mb` finishes its jobs while a successor,
    started beside it, takes the new ones.
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
        memory_limit_mb: int = 4096,
    ) -> None:
        self._error = error
        self._timeout_s = timeout_s
        self._queue_limit = queue_limit
        self._memory_limit_bytes = memory_limit_mb * 2**20
        self._spec = WorkerSpec(service, config, nice, error, start_timeout_s, stuck_s)
        self._workers = [self._new_worker() for _ in range(workers)]
        self._leaving: dict[WorkerProcess, asyncio.Task[None]] = {}
        self._watching: asyncio.Task[None] | None = None
        self._numbers = itertools.count(1)
        self._closed = False

    async def start(self) -> None:
        """Until every child is ready. Raises ConfigurationError (with the child's own message) or the pool's error."""
        try:
            await asyncio.gather(*(worker.start() for worker in self._workers))
        except BaseException:
            await self.aclose()
            raise
        self._watching = asyncio.create_task(self._watch())

    async def aclose(self) -> None:
        """No child is left when it returns. Open streams fail with kind "closed"."""
        self._closed = True
        for task in (self._watching, *self._leaving.values()):
            if task:
                task.cancel()
                await asyncio.wait([task])
        await asyncio.gather(*(worker.aclose() for worker in self._all()))

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
        for worker in self._all():
            if pin in worker.pins:
                worker.release(pin)

    @property
    def queue_depth(self) -> int:
        """Jobs with complete input and no end yet."""
        return sum(stream.finished for worker in self._all() for stream in worker.streams.values())

    @property
    def oldest_wait_s(self) -> float:
        """How long the job that has waited longest for its first answer has waited; 0.0 when none waits."""
        waiting = [
            stream.finished_at_s
            for worker in self._all()
            for stream in worker.streams.values()
            if stream.finished_at_s is not None and not stream.started
        ]
        return time.monotonic() - min(waiting) if waiting else 0.0

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
        return {worker.pid: worker.rss_bytes() for worker in self._all() if worker.pid is not None}

    def _all(self) -> list[WorkerProcess]:
        return [*self._workers, *self._leaving]

    def _new_worker(self) -> WorkerProcess:
        return WorkerProcess(self._spec, self._place_again)

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

    # ------------------------------------------------------------ watching

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(WATCH_S)
            self._publish()
            grown = next((worker for worker in self._workers if worker.outgrew(self._memory_limit_bytes)), None)
            if grown and not await self._replace(grown):
                await asyncio.sleep(REPLACE_AGAIN_S)

    def _publish(self) -> None:
        stage = self._error.stage
        metrics.worker_rss_bytes.labels(stage).set(sum(self.rss_bytes().values()))
        metrics.worker_queue_depth.labels(stage).set(self.queue_depth)
        metrics.worker_oldest_wait.labels(stage).set(self.oldest_wait_s)
        metrics.workers_ready.labels(stage).set(self.ready_workers)

    async def _replace(self, worker: WorkerProcess) -> bool:
        """False when there is no successor: then it goes on."""
        successor = self._new_worker()
        try:
            await successor.start()
        except (ConfigurationError, EngineError):
            metrics.errors_total.labels(self._error.stage, "no_successor").inc()
            return False
        except BaseException:
            await successor.aclose()
            raise
        metrics.worker_restarts_total.labels(self._error.stage, "memory").inc()
        self._workers[self._workers.index(worker)] = successor
        self._leaving[worker] = asyncio.create_task(self._see_off(worker))
        return True

    async def _see_off(self, worker: WorkerProcess) -> None:
        await worker.retire()
        del self._leaving[worker]

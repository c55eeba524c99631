"""An utterance that is recognized in a worker process while it is spoken."""

import time
from collections.abc import Callable
from typing import Any

from callcenter import metrics
from callcenter.audio import duration_ms
from callcenter.inference.pool import WorkerPool
from callcenter.inference.service import Result
from callcenter.ports import Transcript

Interpret = Callable[[Result, int, int], Transcript]
"""(the worker's result, audio_ms, latency_ms)"""


class ProcessUtterance:
    """`ports.Utterance`."""

    def __init__(self, pool: WorkerPool, options: dict[str, Any], interpret: Interpret) -> None:
        """`options` of the service's method "recognize" hold "rate_hz". Raises RecognitionError: overloaded, closed."""
        self._pool, self._rate_hz, self._interpret = pool, options["rate_hz"], interpret
        self._stream = pool.open("recognize", options)
        self._bytes = 0

    def feed(self, pcm: bytes) -> None:
        self._bytes += len(pcm)
        self._stream.send(pcm)

    async def finish(self) -> Transcript:
        finished_s = time.monotonic()
        self._stream.finish()
        metrics.stt_queue_depth.set(self._pool.queue_depth)
        try:
            result = await self._stream.result()
        finally:
            metrics.stt_queue_depth.set(self._pool.queue_depth)
        latency_ms = round((time.monotonic() - finished_s) * 1000)
        return self._interpret(result, round(duration_ms(self._bytes, self._rate_hz)), latency_ms)

    def cancel(self) -> None:
        self._stream.cancel()

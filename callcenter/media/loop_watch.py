"""Watches what carries the audio: how late the event loop wakes, and how long a thread waits for the interpreter.

A frame is as late as the loop. A long wait for the GIL names the culprit's kind: code that holds it (pure Python in a
thread, a C call that does not let go), which belongs into a worker process.
"""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable

import structlog
from prometheus_client import Histogram

from callcenter import metrics
from callcenter.config import MediaSettings
from callcenter.media.load import Smoothed

LAG_INTERVAL_S = 0.05
GIL_INTERVAL_S = 0.1
"""Each look makes the loop's thread give the GIL away once, so not too often."""
WINDOW = 200
"""Samples: 10 s of the loop's, 20 s of the interpreter's."""
FEWEST = 100
"""Samples, below which a p99 says nothing."""
LOOK_S = 1.0
SILENT_S = 60.0
"""What lasts is said this often."""

log = structlog.get_logger(__name__)


class LateWatch:
    """The last samples of one lateness, in milliseconds, and whether they are worth a warning."""

    def __init__(
        self, histogram: Histogram, warning_ms: float, event: str, advice: str, clock: Callable[[], float]
    ) -> None:
        self._histogram, self._warning_ms = histogram, warning_ms
        self._event, self._advice, self._clock = event, advice, clock
        self._samples: deque[float] = deque(maxlen=WINDOW)
        self._said_s = float("-inf")

    def feed(self, late_s: float) -> None:
        """From any thread."""
        self._histogram.observe(late_s)
        self._samples.append(late_s * 1000)

    @property
    def p99_ms(self) -> float:
        """Of the last samples; 0 while there are too few."""
        samples = sorted(self._samples.copy())
        return samples[int(len(samples) * 0.99)] if len(samples) >= FEWEST else 0.0

    def look(self) -> None:
        """Warn, if it is too much and nothing was said lately."""
        if (p99_ms := self.p99_ms) > self._warning_ms and self._clock() - self._said_s >= SILENT_S:
            self._said_s = self._clock()
            log.warning(self._event, p99_ms=round(p99_ms, 1), above_ms=self._warning_ms, do=self._advice)


class LoopWatch:
    def __init__(self, settings: MediaSettings, clock: Callable[[], float] = time.monotonic) -> None:
        self._lag, self._clock = Smoothed(), clock
        self.loop = LateWatch(
            metrics.loop_lag,
            settings.loop_lag_warning_ms,
            "event_loop_late",
            "callers hear gaps: lower audiosocket.max_calls, raise media.workers or use a machine with more cores; "
            "see whether gil_wait is long too",
            clock,
        )
        self.gil = LateWatch(
            metrics.gil_wait,
            settings.gil_wait_warning_ms,
            "interpreter_held",
            "something in this process holds the GIL, or the machine has no core left: what computes belongs into a "
            "worker process (inference/)",
            clock,
        )

    @property
    def lag_ms(self) -> float:
        """Moving average of the loop's lateness."""
        return self._lag.value

    async def run(self) -> None:
        """Measure until cancelled."""
        ended = threading.Event()
        thread = threading.Thread(target=self._watch_gil, args=(ended,), name="gil watch", daemon=True)
        thread.start()
        try:
            await self._watch_loop()
        finally:
            ended.set()

    async def _watch_loop(self) -> None:
        look_s = self._clock() + LOOK_S
        while True:
            due_s = time.perf_counter() + LAG_INTERVAL_S  # uvloop's own clock counts whole milliseconds
            await asyncio.sleep(LAG_INTERVAL_S)
            late_s = max(0.0, time.perf_counter() - due_s)
            self.loop.feed(late_s)
            self._lag.feed(late_s * 1000)
            if self._clock() >= look_s:
                look_s = self._clock() + LOOK_S
                self.loop.look()
                self.gil.look()

    def _watch_gil(self, ended: threading.Event) -> None:
        while not ended.is_set():
            due_s = time.perf_counter() + GIL_INTERVAL_S
            time.sleep(GIL_INTERVAL_S)  # without the GIL; what follows has to get it
            self.gil.feed(max(0.0, time.perf_counter() - due_s))

"""Silero VAD with onnxruntime: one model for all calls, their windows run in batches, large ones in a thread.

The model looks at 32 ms and a few samples from before, and carries a recurrent state; both belong to the stream. A
window alone costs 31 us, in batches 4 us (8 kHz, see silero_network): what arrives within 8 ms (48 ms while nobody
speaks), or while a batch is being run, goes together. What a stream keeps are bytes, so that a batch is put together
by joining.
"""

import asyncio
import hashlib
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from callcenter.audio import SAMPLE_BYTES
from callcenter.errors import ConfigurationError, RecognitionError
from callcenter.ports import Activity
from callcenter.vad.silero_network import STATE_SIZE, network

if TYPE_CHECKING:
    from onnxruntime import InferenceSession  # type: ignore[import-untyped]  # ships no types

MODEL = Path(__file__).with_name("silero_vad.onnx")
SHA256 = "1a153a22f4509e292a94e67d6f9b85e8deb25b4988682b7e174c65279d8788e3"
WINDOW_MS = 32
CONTEXT_MS = 4
MAX_BATCH = 256
INLINE_WINDOWS = 16
"""So few are run where they were fed: 8 take 65 us, and asking the thread costs 45."""
URGENT_INTERVAL_S = 0.008
"""Between two batches. A run costs five times as much when others have used the cache meanwhile, so few are better."""
INTERVAL_S = 0.048
"""The same while nobody speaks: half of what an idle call costs."""
MAX_ROUNDS = 8
"""So many windows of one stream are run before other streams get their turn."""
OUTPUTS = ["activity", "next_state"]
_ROW_BYTES = 4 * STATE_SIZE

Rate = Literal[8000, 16000]
RATES: tuple[Rate, ...] = (8000, 16000)


@dataclass(slots=True, eq=False)
class _Memory:
    """What the model knows of the past of one stream."""

    state: bytes = bytes(_ROW_BYTES)


@dataclass(slots=True, eq=False)
class _Job:
    rate_hz: Rate
    memory: _Memory
    windows: deque[bytes]
    """Each with the samples from before it."""
    answer: asyncio.Future[Sequence[Activity]]
    found: list[Activity] = field(default_factory=list)


class SileroDetector:
    """`ports.VoiceDetector`."""

    def __init__(self, model: Path = MODEL, sha256: str = SHA256) -> None:
        self._model, self._sha256 = model, sha256
        self._sessions: dict[Rate, InferenceSession] = {}
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="vad")
        self._waiting: deque[_Job] = deque()  # a stream waits for its answer before it feeds more: bounded by the calls
        self._running = False
        """In the thread."""
        self._timer: asyncio.TimerHandle | None = None
        self._due_s = self._last_s = 0.0

    async def start(self) -> None:
        if not self._sessions:
            self._sessions = await asyncio.get_running_loop().run_in_executor(self._thread, self._load)

    def open(self, rate_hz: Rate) -> "SileroStream":
        return SileroStream(self, rate_hz)

    async def aclose(self) -> None:
        self._sessions = {}
        if self._timer is not None:
            self._timer.cancel()
        for job in self._waiting:
            job.answer.cancel()
        self._waiting.clear()
        await asyncio.to_thread(self._thread.shutdown)

    def _load(self) -> "dict[Rate, InferenceSession]":
        from onnxruntime import InferenceSession, SessionOptions

        try:
            model = self._model.read_bytes()
        except OSError as error:
            raise ConfigurationError(f"{self._model}: {error.strerror}; install callcenter again") from error
        if hashlib.sha256(model).hexdigest() != self._sha256:
            raise ConfigurationError(f"{self._model}: is not silero's model any more; install callcenter again")
        options = SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        return {
            rate_hz: InferenceSession(
                network(model, rate_hz, rate_hz * CONTEXT_MS // 1000, rate_hz * WINDOW_MS // 1000),
                options,
                providers=["CPUExecutionProvider"],
            )
            for rate_hz in RATES
        }

    def submit(self, job: _Job, *, urgent: bool) -> None:
        if not self._sessions:
            raise RecognitionError("the voice detector is not running", kind="closed")
        self._waiting.append(job)
        if not self._running:
            self._schedule(URGENT_INTERVAL_S if urgent else INTERVAL_S)

    def _schedule(self, interval_s: float) -> None:
        """Whoever feeds until then comes along."""
        due_s = self._last_s + interval_s
        if self._timer is not None:
            if self._due_s <= due_s:
                return
            self._timer.cancel()
        loop = asyncio.get_running_loop()
        self._due_s = due_s
        self._timer = loop.call_at(max(loop.time(), due_s), self._run_next)

    def _run_next(self) -> None:
        self._timer = None
        batch = self._next_batch()
        if not batch:
            return
        loop, session = asyncio.get_running_loop(), self._sessions[batch[0].rate_hz]
        self._last_s = loop.time()
        self._running = True
        if sum(len(job.windows) for job in batch) <= INLINE_WINDOWS:
            self._settle(batch, _run(session, batch))
        else:  # not run_in_executor: two futures less a batch
            self._thread.submit(self._run_in_thread, session, batch, loop)

    def _next_batch(self) -> list[_Job]:
        """The oldest jobs of one rate, each stream at most once."""
        batch: list[_Job] = []
        memories: set[_Memory] = set()
        rest: list[_Job] = []
        waiting = self._waiting
        while waiting and len(batch) < MAX_BATCH:
            job = waiting.popleft()
            if job.memory in memories or job.rate_hz != (batch[0] if batch else job).rate_hz:
                rest.append(job)
            else:
                memories.add(job.memory)
                batch.append(job)
        waiting.extendleft(reversed(rest))
        return batch

    def _settle(self, batch: list[_Job], error: Exception | None) -> None:
        self._running = False
        for job in batch:
            if job.answer.done():  # nobody waits any more
                continue
            if error:
                job.answer.set_exception(RecognitionError(f"voice detection failed: {type(error).__name__}"))
            elif job.windows:
                self._waiting.append(job)
            else:
                job.answer.set_result(job.found)
        if self._waiting:
            self._schedule(URGENT_INTERVAL_S)

    def _run_in_thread(self, session: "InferenceSession", batch: list[_Job], loop: asyncio.AbstractEventLoop) -> None:
        loop.call_soon_threadsafe(self._settle, batch, _run(session, batch))


def _run(session: "InferenceSession", batch: list[_Job]) -> Exception | None:
    """What onnxruntime raised, whatever it is: for everybody who waits."""
    jobs = batch
    try:
        for _ in range(MAX_ROUNDS):
            _run_round(session, jobs)
            jobs = [job for job in jobs if job.windows]
            if not jobs:
                break
    except Exception as error:
        return error
    return None


def _run_round(session: "InferenceSession", jobs: list[_Job]) -> None:
    """One window of each."""
    count = len(jobs)
    pcm = np.frombuffer(b"".join([job.windows.popleft() for job in jobs]), "<i2").reshape(count, -1)
    states = np.frombuffer(b"".join([job.memory.state for job in jobs]), np.float32).reshape(count, STATE_SIZE)
    activities, states = session.run(OUTPUTS, {"pcm": pcm, "state": states})
    state_bytes = states.tobytes()
    at = 0
    for job, activity in zip(jobs, activities.tolist(), strict=True):
        job.memory.state = state_bytes[at : at + _ROW_BYTES]
        job.found.append(Activity(*activity))
        at += _ROW_BYTES


class SileroStream:
    """`ports.VoiceStream`."""

    def __init__(self, detector: SileroDetector, rate_hz: Rate) -> None:
        self._detector = detector
        self._rate_hz = rate_hz
        self._window_bytes = rate_hz * WINDOW_MS // 1000 * SAMPLE_BYTES
        self._context_bytes = rate_hz * CONTEXT_MS // 1000 * SAMPLE_BYTES
        self._whole_bytes = self._context_bytes + self._window_bytes
        self.reset()

    @property
    def window_ms(self) -> int:
        return WINDOW_MS

    async def feed(self, pcm: bytes, *, urgent: bool = True) -> Sequence[Activity]:
        held = self._pcm
        held += pcm
        if len(held) < self._whole_bytes:
            return ()
        ends = range(self._whole_bytes, len(held) + 1, self._window_bytes)
        windows = deque([bytes(held[end - self._whole_bytes : end]) for end in ends])
        del held[: len(ends) * self._window_bytes]
        answer: asyncio.Future[Sequence[Activity]] = asyncio.get_running_loop().create_future()
        self._detector.submit(_Job(self._rate_hz, self._memory, windows, answer), urgent=urgent)
        return await answer

    def reset(self) -> None:
        self._pcm = bytearray(self._context_bytes)  # what the next window needs from before it, then what is new
        self._memory = _Memory()  # a window still being run keeps the old one

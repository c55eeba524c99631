"""Silero VAD with onnxruntime: one model for all calls, their windows run in batches by one thread.

The model looks at 32 ms and a few samples from before, and carries a recurrent state; both belong to the stream. A
window alone costs 90 us, in batches 30 us (8 kHz): what arrives in one turn of the event loop, or while a batch is
being run, goes together.
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
import numpy.typing as npt

from callcenter.errors import ConfigurationError, RecognitionError
from callcenter.ports import Activity

if TYPE_CHECKING:
    from onnxruntime import InferenceSession  # type: ignore[import-untyped]  # ships no types

MODEL = Path(__file__).with_name("silero_vad.onnx")
SHA256 = "1a153a22f4509e292a94e67d6f9b85e8deb25b4988682b7e174c65279d8788e3"
WINDOW_MS = 32
MAX_BATCH = 128
MIN_INTERVAL_S = 0.003
"""Between two batches: a third of the CPU less at 50 calls, for 2 ms more delay."""
MAX_ROUNDS = 8
"""So many windows of one stream are run before other streams get their turn."""
SILENCE_POWER = 10**-9.6
_STATE_SHAPE = (2, 1, 128)

Floats = npt.NDArray[np.float32]


@dataclass(slots=True, eq=False)
class _Memory:
    """What the model knows of the past of one stream."""

    context: Floats
    state: Floats = field(default_factory=lambda: np.zeros(_STATE_SHAPE, np.float32))


@dataclass(slots=True, eq=False)
class _Job:
    rate_hz: int
    memory: _Memory
    windows: deque[Floats]
    answer: asyncio.Future[Sequence[Activity]]
    found: list[Activity] = field(default_factory=list)


class SileroDetector:
    """`ports.VoiceDetector`."""

    def __init__(self, model: Path = MODEL, sha256: str = SHA256) -> None:
        self._model, self._sha256 = model, sha256
        self._session: InferenceSession | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="vad")
        self._waiting: deque[_Job] = deque()  # a stream waits for its answer before it feeds more: bounded by the calls
        self._busy = False
        self._next_at_s = 0.0

    async def start(self) -> None:
        if self._session is None:
            self._session = await asyncio.get_running_loop().run_in_executor(self._thread, self._load)

    def open(self, rate_hz: Literal[8000, 16000]) -> "SileroStream":
        return SileroStream(self, rate_hz)

    async def aclose(self) -> None:
        for job in self._waiting:
            job.answer.cancel()
        self._waiting.clear()
        await asyncio.to_thread(self._thread.shutdown)

    def _load(self) -> "InferenceSession":
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
        return InferenceSession(model, options, providers=["CPUExecutionProvider"])

    def submit(self, job: _Job) -> None:
        if self._session is None:
            raise RecognitionError("the voice detector is not running", kind="closed")
        self._waiting.append(job)
        if not self._busy:
            self._schedule()

    def _schedule(self) -> None:
        self._busy = True
        loop = asyncio.get_running_loop()
        loop.call_at(max(loop.time(), self._next_at_s), self._run_next)  # whoever feeds until then comes along

    def _run_next(self) -> None:
        batch = self._next_batch()
        if not batch:
            self._busy = False
            return
        loop = asyncio.get_running_loop()
        self._next_at_s = loop.time() + MIN_INTERVAL_S
        running = loop.run_in_executor(self._thread, self._run, batch)
        running.add_done_callback(lambda done: self._settle(batch, done))

    def _next_batch(self) -> list[_Job]:
        """The oldest jobs of one rate, each stream at most once."""
        batch: dict[int, _Job] = {}
        rest: deque[_Job] = deque()
        while self._waiting:
            job = self._waiting.popleft()
            first = next(iter(batch.values()), job)
            if len(batch) < MAX_BATCH and job.rate_hz == first.rate_hz and id(job.memory) not in batch:
                batch[id(job.memory)] = job
            else:
                rest.append(job)
        self._waiting = rest
        return list(batch.values())

    def _settle(self, batch: list[_Job], done: asyncio.Future[None]) -> None:
        error = None if done.cancelled() else done.exception()
        for job in batch:
            if job.answer.done():  # nobody waits any more
                continue
            if done.cancelled() or error:
                job.answer.set_exception(RecognitionError(f"voice detection failed: {type(error).__name__}"))
            elif job.windows:
                self._waiting.append(job)
            else:
                job.answer.set_result(job.found)
        if self._waiting:
            self._schedule()
        else:
            self._busy = False

    def _run(self, batch: list[_Job]) -> None:
        """In the thread."""
        for _ in range(MAX_ROUNDS):
            jobs = [job for job in batch if job.windows]
            if not jobs:
                return
            self._run_round(jobs)

    def _run_round(self, jobs: list[_Job]) -> None:
        """One window of each."""
        assert self._session is not None  # noqa: S101  # submit() looked
        windows = [job.windows.popleft() for job in jobs]
        samples = np.stack([np.concatenate((job.memory.context, w)) for job, w in zip(jobs, windows, strict=True)])
        states = np.concatenate([job.memory.state for job in jobs], axis=1)
        rate = np.array(jobs[0].rate_hz, np.int64)
        speech, states = self._session.run(None, {"input": samples, "state": states, "sr": rate})
        power = np.mean(np.square(samples[:, -windows[0].size :]), axis=1)
        levels_dbfs = 10 * np.log10(np.maximum(power, SILENCE_POWER))
        for row, job in enumerate(jobs):
            job.memory.context = samples[row, -job.memory.context.size :]
            job.memory.state = states[:, row : row + 1]
            job.found.append(Activity(float(speech[row, 0]), float(levels_dbfs[row])))


class SileroStream:
    """`ports.VoiceStream`."""

    def __init__(self, detector: SileroDetector, rate_hz: Literal[8000, 16000]) -> None:
        self._detector = detector
        self._rate_hz = rate_hz
        self._window = rate_hz * WINDOW_MS // 1000
        self._context = self._window // 8
        self._pcm = bytearray()
        self._memory = self._blank()

    @property
    def window_ms(self) -> int:
        return WINDOW_MS

    async def feed(self, pcm: bytes) -> Sequence[Activity]:
        self._pcm += pcm
        count = len(self._pcm) // (2 * self._window)
        if not count:
            return ()
        whole = count * 2 * self._window
        samples = np.frombuffer(bytes(self._pcm[:whole]), "<i2").astype(np.float32) * np.float32(1 / 32768)
        del self._pcm[:whole]
        answer: asyncio.Future[Sequence[Activity]] = asyncio.get_running_loop().create_future()
        windows = deque(samples.reshape(count, self._window))
        self._detector.submit(_Job(self._rate_hz, self._memory, windows, answer))
        return await answer

    def reset(self) -> None:
        self._pcm.clear()
        self._memory = self._blank()  # a window still being run keeps the old one

    def _blank(self) -> _Memory:
        return _Memory(np.zeros(self._context, np.float32))

"""smart-turn v3.2 behind `ports.TurnModel`: hears in the voice whether the caller has finished (23 languages, BSD-2).

A vote costs 25 ms of CPU. One thread gives them, without the GIL; a vote that cannot come in time is not given at all:
the turn is then decided by silence and words, and the vote counted as missed.
"""

import asyncio
import hashlib
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np

from callcenter import metrics
from callcenter.audio import SAMPLE_BYTES, resample
from callcenter.errors import ConfigurationError, RecognitionError
from callcenter.vad.log_mel import RATE_HZ, SAMPLES, log_mel

MODEL = Path(__file__).with_name("smart_turn_v3.2.onnx")
SHA256 = "2bb026316b14a660486a75b1733cd3fbab8c2fd0314dc9af7be49f8cca967e4f"


class Network:
    """The model itself; any thread may run it."""

    def __init__(self, model: Path = MODEL, sha256: str = SHA256) -> None:
        """Raises ConfigurationError."""
        from onnxruntime import InferenceSession, SessionOptions  # type: ignore[import-untyped]  # ships no types

        try:
            network = model.read_bytes()
        except OSError as error:
            raise ConfigurationError(f"{model}: {error.strerror}; install callcenter again") from error
        if hashlib.sha256(network).hexdigest() != sha256:
            raise ConfigurationError(f"{model}: is not smart-turn's model any more; install callcenter again")
        options = SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session = InferenceSession(network, options, providers=["CPUExecutionProvider"])

    def vote(self, pcm: bytes, rate_hz: int) -> float:
        """Probability that the turn is complete; of long utterances the last 8 s are heard."""
        newest = pcm[-SAMPLES * rate_hz // RATE_HZ * SAMPLE_BYTES :]
        samples = np.frombuffer(resample(newest, rate_hz, RATE_HZ), "<i2").astype(np.float32) / np.float32(32768)
        (found,) = self._session.run(None, {"input_features": log_mel(samples)[None]})
        return float(found[0, 0])


class SmartTurn:
    """`ports.TurnModel`."""

    def __init__(self, *, timeout_ms: int, waiting: int = 4, load: Callable[[], Network] = Network) -> None:
        """At most `waiting` questions stand in the queue; the next is refused at once."""
        self._timeout_s, self._most_waiting = timeout_ms / 1000, waiting
        self._load = load
        self._network: Network | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="smart-turn")
        self._waiting = 0

    async def start(self) -> None:
        if self._network is None:
            self._network = await asyncio.get_running_loop().run_in_executor(self._thread, self._load)

    async def complete(self, pcm: bytes, rate_hz: Literal[8000, 16000]) -> float:
        if self._network is None:
            raise RecognitionError("the end-of-turn model is not running", kind="closed")
        if self._waiting > self._most_waiting:
            metrics.turn_votes_total.labels("skipped").inc()
            raise RecognitionError("too many ask the end-of-turn model", kind="overloaded")
        due_s = time.monotonic() + self._timeout_s
        question = partial(_vote_in_time, self._network, pcm, rate_hz, due_s)
        running = asyncio.get_running_loop().run_in_executor(self._thread, question)
        self._waiting += 1
        running.add_done_callback(self._done)
        try:
            async with asyncio.timeout(self._timeout_s):
                vote = await asyncio.shield(running)
        except TimeoutError:
            metrics.turn_votes_total.labels("late").inc()
            raise RecognitionError("the end-of-turn model was too slow", kind="timeout") from None
        except Exception as error:  # whatever a library raises: the turn is decided without this vote
            raise RecognitionError(f"the end-of-turn model failed: {type(error).__name__}") from error
        metrics.turn_votes_total.labels("given").inc()
        return vote

    async def aclose(self) -> None:
        self._network = None
        await asyncio.to_thread(partial(self._thread.shutdown, cancel_futures=True))

    def _done(self, running: asyncio.Future[float]) -> None:
        self._waiting -= 1
        if not running.cancelled():
            running.exception()  # whoever waited may have gone; where somebody waits, complete() raises it


def _vote_in_time(network: Network, pcm: bytes, rate_hz: int, due_s: float) -> float:
    """In the thread. A question that waited too long there costs no CPU any more."""
    if time.monotonic() > due_s:
        raise TimeoutError
    return network.vote(pcm, rate_hz)

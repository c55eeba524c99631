"""What hearing voice activity costs: the real detector, fed as calls feed it, one frame a call every 20 ms.

The generator runs in the same process; what it costs by itself is measured in the same run, with streams that hear
nothing, and taken off. What is said does not matter: the network computes the same for silence and for speech.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from callcenter.audio import FRAME_MS, frame_bytes
from callcenter.bench.report import Report, Run, repeat
from callcenter.ports import Activity
from callcenter.vad.silero import CONTEXT_MS, MODEL, WINDOW_MS, Rate, SileroDetector
from callcenter.vad.silero_network import STATE_SIZE, network

RATE_HZ: Rate = 8000
TICKS_A_FRAME = 4
"""The calls' frames do not come at once: a quarter of them every 5 ms."""
MOST_LATE_MS = float(FRAME_MS)
BATCHES = (1, 8, 32, 128)
BATCH_RUNS = 200


class _Stream(Protocol):
    async def feed(self, pcm: bytes) -> Sequence[Activity]: ...


class _Deaf:
    async def feed(self, pcm: bytes) -> Sequence[Activity]:
        return ()


@dataclass(frozen=True, slots=True)
class Heard:
    cpu_s: float
    elapsed_s: float
    windows: int
    answers_ms: list[float]
    """From a frame that completed a window to the window's activity."""
    late_ms: list[float]
    """The generator, behind its own clock."""


async def feed_calls(open_stream: Callable[[], _Stream], calls: int, seconds: float) -> Heard:
    """So many calls in real time."""
    noise = np.random.default_rng(0).standard_normal(RATE_HZ) * 500
    pcm, size = noise.astype("<i2").tobytes(), frame_bytes(RATE_HZ)
    frames = [pcm[at : at + size] for at in range(0, len(pcm), size)]
    queues: list[asyncio.Queue[bytes | None]] = [asyncio.Queue() for _ in range(calls)]
    answers_ms: list[float] = []
    late_ms: list[float] = []

    async def listen(queue: asyncio.Queue[bytes | None]) -> int:
        stream, windows = open_stream(), 0
        while (frame := await queue.get()) is not None:
            fed_s = time.monotonic()
            if found := await stream.feed(frame):
                answers_ms.append((time.monotonic() - fed_s) * 1000)
                windows += len(found)
        return windows

    async with asyncio.TaskGroup() as tasks:
        listening = [tasks.create_task(listen(queue)) for queue in queues]
        began_s, began_cpu_s = time.monotonic(), time.process_time()
        for tick in range(round(seconds * 1000 / FRAME_MS) * TICKS_A_FRAME):
            due_s = began_s + tick * FRAME_MS / TICKS_A_FRAME / 1000
            await asyncio.sleep(max(0.0, due_s - time.monotonic()))
            late_ms.append((time.monotonic() - due_s) * 1000)
            for queue in queues[tick % TICKS_A_FRAME :: TICKS_A_FRAME]:
                queue.put_nowait(frames[tick // TICKS_A_FRAME % len(frames)])
        cpu_s, elapsed_s = time.process_time() - began_cpu_s, time.monotonic() - began_s
        for queue in queues:
            queue.put_nowait(None)
    windows = sum(one.result() for one in listening)
    return Heard(cpu_s, elapsed_s, windows, answers_ms, late_ms)


async def measure(calls: int, seconds: float) -> Run:
    detector = SileroDetector()
    await detector.start()
    try:
        alone = await feed_calls(_Deaf, calls, seconds)
        heard = await feed_calls(lambda: detector.open(RATE_HZ), calls, seconds)
    finally:
        await detector.aclose()
    late_ms = float(np.percentile(heard.late_ms, 99))
    share = (heard.cpu_s - alone.cpu_s) / heard.elapsed_s
    return Run(
        {
            "calls_a_core": calls / share,
            "cpu_a_call_us_a_s": share / calls * 1e6,
            "generator_cpu_a_call_us_a_s": alone.cpu_s / alone.elapsed_s / calls * 1e6,
            "answer_p50_ms": float(np.percentile(heard.answers_ms, 50)),
            "answer_p99_ms": float(np.percentile(heard.answers_ms, 99)),
            "late_p99_ms": late_ms,
            **{f"network_in_batches_of_{size}_us": cost for size, cost in network_us().items()},
        },
        f"generator late by {late_ms:.0f} ms (p99), at most {MOST_LATE_MS:.0f} allowed"
        if late_ms > MOST_LATE_MS
        else "",
    )


def network_us() -> dict[int, float]:
    """The floor: CPU of the network alone for one window, by the size of the batch."""
    from onnxruntime import InferenceSession, SessionOptions  # type: ignore[import-untyped]  # ships no types

    options = SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    context, window = RATE_HZ * CONTEXT_MS // 1000, RATE_HZ * WINDOW_MS // 1000
    session = InferenceSession(
        network(MODEL.read_bytes(), RATE_HZ, context, window), options, providers=["CPUExecutionProvider"]
    )
    costs = {}
    for size in BATCHES:
        inputs = {
            "pcm": np.full((size, context + window), 300, np.int16),
            "state": np.zeros((size, STATE_SIZE), np.float32),
        }
        began_s = time.process_time()
        for _ in range(BATCH_RUNS):
            session.run(None, inputs)
        costs[size] = (time.process_time() - began_s) / BATCH_RUNS / size * 1e6
    return costs


async def bench(calls: int, seconds: float, runs: int) -> Report:
    settings = {"calls": calls, "seconds": seconds, "rate_hz": RATE_HZ}
    return await repeat("voice activity of many calls", settings, runs, lambda: measure(calls, seconds))

"""The configured recognizer, heard as calls hear it: audio comes in real time, and the transcript is waited for."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import mean
from typing import Literal
from uuid import uuid4

import numpy as np

from callcenter.audio import FRAME_MS, duration_ms, frame_bytes
from callcenter.bench.processes import usage
from callcenter.bench.report import Report, Run, repeat
from callcenter.bench.said import Said, say
from callcenter.config import Settings
from callcenter.dialogue.grammar import build_grammars
from callcenter.errors import RecognitionError
from callcenter.ports import Expectation, Recognizer
from callcenter.shop import Shop
from callcenter.stt.choose import choose_recognizer

RATE_HZ: Literal[8000] = 8000
MOST_LATE_MS = float(FRAME_MS)


@dataclass(slots=True)
class Heard:
    latencies_ms: list[float]
    late_ms: list[float]
    """The callers, behind their own clocks."""
    right: int = 0
    failed: int = 0


async def listen(recognizer: Recognizer, said: Sequence[Said], settings: Settings, callers: int) -> Heard:
    """So many callers at once say their share of the sentences, one after the other."""
    heard = Heard([], [])

    async def one(number: int) -> None:
        session = recognizer.open(uuid4(), RATE_HZ, settings.language)
        await asyncio.sleep(number * FRAME_MS / 1000 / callers)
        for sentence in said[number::callers]:
            utterance = session.begin(Expectation(sentence.state))
            try:
                await _speak(utterance.feed, sentence.pcm, heard)
                began_s = time.monotonic()
                transcript = await utterance.finish()
            except RecognitionError:
                heard.failed += 1
            else:
                heard.latencies_ms.append((time.monotonic() - began_s) * 1000)
                heard.right += transcript.text == sentence.text
            finally:
                utterance.cancel()
        await session.aclose()

    async with asyncio.TaskGroup() as tasks:
        for number in range(callers):
            tasks.create_task(one(number))
    return heard


async def _speak(feed: Callable[[bytes], None], pcm: bytes, heard: Heard) -> None:
    size, began_s = frame_bytes(RATE_HZ), time.monotonic()
    for number, start in enumerate(range(0, len(pcm), size), 1):
        due_s = began_s + number * FRAME_MS / 1000
        await asyncio.sleep(max(0.0, due_s - time.monotonic()))
        heard.late_ms.append((time.monotonic() - due_s) * 1000)
        feed(pcm[start : start + size])


async def measure(recognizer: Recognizer, said: Sequence[Said], settings: Settings, callers: int) -> Run:
    workers = getattr(recognizer, "pool", None)
    pids = list(workers.rss_bytes()) if workers else []
    before = usage(*pids)
    heard = await listen(recognizer, said, settings, callers)
    after = usage(*pids)
    audio_s = sum(duration_ms(len(sentence.pcm), RATE_HZ) for sentence in said) / 1000
    late_ms = float(np.percentile(heard.late_ms, 99))
    return Run(
        {
            "latency_p50_ms": float(np.percentile(heard.latencies_ms, 50)) if heard.latencies_ms else None,
            "latency_p95_ms": float(np.percentile(heard.latencies_ms, 95)) if heard.latencies_ms else None,
            "right_share": heard.right / len(said),
            "failed": heard.failed,
            "real_time_factor": (after.cpu_s - before.cpu_s) / audio_s if pids else None,
            "workers_rss_mb": after.rss_bytes / 2**20 if pids else None,
            "utterance_mean_s": mean(duration_ms(len(sentence.pcm), RATE_HZ) for sentence in said) / 1000,
            "late_p99_ms": late_ms,
        },
        f"callers late by {late_ms:.0f} ms (p99), at most {MOST_LATE_MS:.0f} allowed" if late_ms > MOST_LATE_MS else "",
    )


async def bench(settings: Settings, sentences: int, callers: int, runs: int) -> Report:
    shop = Shop.load(settings.shop)
    recognizer, why = choose_recognizer(settings, build_grammars(shop))
    said = await asyncio.to_thread(say, shop, (settings.language,), sentences)
    await recognizer.start()
    asked = {"recognizer": f"{recognizer.name} ({why})", "sentences": len(said), "callers": callers}
    try:
        return await repeat(
            "recognition of sentences spoken in real time",
            asked,
            runs,
            lambda: measure(recognizer, said, settings, callers),
        )
    finally:
        await recognizer.aclose()

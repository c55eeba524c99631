"""The configured voice: how soon the first sound of a sentence is there, made and from the cache."""

import asyncio
import time
from collections.abc import Iterable
from contextlib import aclosing
from itertools import count

import numpy as np

from callcenter.audio import level_dbfs
from callcenter.bench.report import Report, Run, repeat
from callcenter.config import Settings
from callcenter.ports import Synthesizer, Voice
from callcenter.tts.choose import choose_synthesizer
from callcenter.tts.silence import QUIET_DBFS

SENTENCES = {
    "en": "Your parcel number {} ships on Monday, and we will call you.",
    "uk": "Вашу посилку номер {} відправлять у понеділок, і ми вам зателефонуємо.",
    "ru": "Вашу посылку номер {} отправят в понедельник, и мы вам позвоним.",
}
PAUSE_S = 0.02
_WINDOW_MS = 2


async def first_sound(synthesizer: Synthesizer, text: str, voice: Voice) -> tuple[float, float]:
    """Milliseconds from speak() to the first chunk, and of silence before the first sound in it."""
    began_s = time.monotonic()
    stream = synthesizer.speak(text, voice)
    pcm, first_ms = b"", 0.0
    async with aclosing(aiter(stream)) as chunks:
        async for chunk in chunks:
            first_ms = first_ms or (time.monotonic() - began_s) * 1000
            pcm += chunk
    size = stream.rate_hz * _WINDOW_MS // 1000 * 2
    levels = [level_dbfs(pcm[at : at + size]) for at in range(0, len(pcm), size)]
    quiet = next((number for number, level in enumerate(levels) if level > QUIET_DBFS), len(levels))
    return first_ms, float(quiet * _WINDOW_MS)


async def measure(synthesizer: Synthesizer, voice: Voice, numbers: Iterable[int]) -> Run:
    """`numbers` make sentences that are not in the cache yet."""
    texts = [SENTENCES[voice.language].format(number) for number in numbers]
    made, again = [], []
    for text in texts:
        made.append(await first_sound(synthesizer, text, voice))
        await asyncio.sleep(PAUSE_S)
    for text in texts:
        again.append(await first_sound(synthesizer, text, voice))
        await asyncio.sleep(PAUSE_S)
    return Run(
        {
            "made_first_chunk_p50_ms": float(np.percentile([one[0] for one in made], 50)),
            "made_first_chunk_p95_ms": float(np.percentile([one[0] for one in made], 95)),
            "silence_before_it_p95_ms": float(np.percentile([one[1] for one in made], 95)),
            "cached_first_chunk_p50_ms": float(np.percentile([one[0] for one in again], 50)),
            "cached_first_chunk_p95_ms": float(np.percentile([one[0] for one in again], 95)),
        }
    )


async def bench(settings: Settings, sentences: int, runs: int) -> Report:
    """The cache is in memory alone: nothing is left of the bench's sentences."""
    tts = settings.tts.model_copy(update={"cache_mb": 0})
    synthesizer, why = choose_synthesizer(settings.model_copy(update={"tts": tts}))
    voice = Voice(settings.language, tts.voices.get(settings.language, ""), tts.speed)
    numbers = count(0, sentences)
    await synthesizer.start()
    try:
        return await repeat(
            "from a sentence to its first sound",
            {"voice": f"{synthesizer.name} ({why})", "sentences": sentences},
            runs,
            lambda: measure(synthesizer, voice, range(first := next(numbers), first + sentences)),
        )
    finally:
        await synthesizer.aclose()

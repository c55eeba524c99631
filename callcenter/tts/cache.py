"""A speech cache around any synthesizer: memory for what is said all the time, disk for the rest.

Whatever goes wrong with the disk costs a synthesis, never a call: a missing, unreadable or broken file is a miss, a
full disk means that nothing new is kept. What was not synthesized to its end is never kept.
"""

import asyncio
import hashlib
import json
from collections import OrderedDict
from collections.abc import AsyncGenerator, Iterable, Iterator
from contextlib import aclosing
from pathlib import Path
from typing import Literal

import structlog

from callcenter import metrics
from callcenter.audio import LINE_RATE_HZ, SAMPLE_BYTES, Resampler
from callcenter.errors import EngineError
from callcenter.ports import Synthesizer, Voice
from callcenter.tts.cache_files import CacheFiles, CorruptFile
from callcenter.tts.synthesis import Synthesis

log = structlog.get_logger(__name__)
Outcome = Literal["hit", "miss", "corrupt", "unreadable", "not_written"]

MEMORY_BYTES = 32 * 2**20
"""Half an hour of speech; warmed phrases stay whatever else is said."""
PIECE_BYTES = LINE_RATE_HZ * SAMPLE_BYTES // 2
WARM_AT_ONCE = 2
_VERSION = 2
"""Of the keys: one more when the same words sound different (a voice's settings in code)."""


class CachedSynthesizer:
    """ports.Synthesizer; its streams come at the line's rate, whatever the backend's.

    `identity` tells voices apart that the port's Voice does not: backend, model, file. The same text wanted twice at
    once is synthesized once.
    """

    def __init__(
        self,
        inner: Synthesizer,
        folder: Path,
        *,
        identity: str = "",
        limit_mb: int = 512,
        rate_hz: int = LINE_RATE_HZ,
        memory_bytes: int = MEMORY_BYTES,
    ) -> None:
        self._inner, self._identity, self._rate_hz = inner, identity or inner.name, rate_hz
        self._files = CacheFiles(folder, limit_mb * 2**20) if limit_mb else None
        self._memory = _Memory(memory_bytes)
        self._running: dict[str, Synthesis] = {}
        self._writing: set[asyncio.Task[None]] = set()
        self._disk = asyncio.Lock()
        """One write at a time: the cache must not compete with the journal for the disk."""
        self._complained: set[Outcome] = set()

    @property
    def name(self) -> str:
        return self._inner.name

    @property
    def inner(self) -> Synthesizer:
        return self._inner

    async def start(self) -> None:
        await self._inner.start()
        if self._files:
            try:
                await asyncio.to_thread(self._files.make_room)
            except OSError as error:
                self._complain("unreadable", error)

    async def aclose(self) -> None:
        for synthesis in list(self._running.values()):
            await synthesis.aclose()
        if self._writing:
            await asyncio.wait(self._writing)
        await self._inner.aclose()

    def speak(self, text: str, voice: Voice) -> "CachedSpeech":
        key = self._key(text, voice)
        pcm = self._memory.get(key)
        return CachedSpeech(self, key, text, voice, self._rate_hz, pcm)

    async def warm(self, phrases: Iterable[str], voice: Voice) -> int:
        """Have these words (as they are spoken, a sentence each) ready in memory, for good; returns how many could not
        be had. Phrases that are there already cost nothing."""
        gate = asyncio.Semaphore(WARM_AT_ONCE)

        async def one(text: str) -> bool:
            async with gate:
                try:
                    async with aclosing(aiter(self.speak(text, voice))) as chunks:
                        async for _ in chunks:
                            pass
                except EngineError as error:
                    metrics.errors_total.labels(component=error.stage, kind=error.kind).inc()
                    return False
                return self._memory.pin(self._key(text, voice))

        results = await asyncio.gather(*(one(text) for text in dict.fromkeys(phrases) if text.strip()))
        return results.count(False)

    # ------------------------------------------------------------ for CachedSpeech

    async def find(self, key: str) -> bytes | None:
        """From memory or disk; None: it is not there."""
        if (pcm := self._memory.get(key)) is not None or self._files is None:
            return pcm
        try:
            pcm = await asyncio.to_thread(self._files.read, key, self._rate_hz)
        except FileNotFoundError:
            return None
        except CorruptFile:
            self._count("corrupt")
            return None
        except OSError as error:
            self._complain("unreadable", error)
            return None
        self._memory.put(key, pcm)
        return pcm

    def synthesis(self, key: str, text: str, voice: Voice) -> tuple[Synthesis, bool]:
        """The one that makes these words, and whether it was under way already."""
        if (running := self._running.get(key)) and not running.failed:
            return running, True
        synthesis = Synthesis(self._at_line_rate(text, voice))
        self._running[key] = synthesis

        def ended(pcm: bytes | None) -> None:
            if self._running.get(key) is synthesis:
                del self._running[key]
            if pcm:
                self._keep(key, pcm)

        synthesis.start(ended)
        return synthesis, False

    def _count(self, outcome: Outcome) -> None:
        metrics.tts_cache_total.labels(result=outcome).inc()

    def count_lookup(self, hit: bool) -> None:
        self._count("hit" if hit else "miss")

    # ------------------------------------------------------------

    async def _at_line_rate(self, text: str, voice: Voice) -> AsyncGenerator[bytes, None]:
        stream = self._inner.speak(text, voice)
        resampler = Resampler(stream.rate_hz, self._rate_hz)
        async with aclosing(aiter(stream)) as chunks:
            async for chunk in chunks:
                if pcm := resampler.feed(chunk):
                    yield pcm
        if tail := resampler.flush():
            yield tail

    def _keep(self, key: str, pcm: bytes) -> None:
        self._memory.put(key, pcm)
        if self._files:
            task = asyncio.create_task(self._write(self._files, key, pcm))
            self._writing.add(task)
            task.add_done_callback(self._writing.discard)

    async def _write(self, files: CacheFiles, key: str, pcm: bytes) -> None:
        async with self._disk:
            try:
                await asyncio.to_thread(files.write, key, pcm, self._rate_hz)
            except OSError as error:
                self._complain("not_written", error)

    def _complain(self, outcome: Outcome, error: OSError) -> None:
        self._count(outcome)
        if outcome not in self._complained:  # once: a full disk would fill itself with the news
            self._complained.add(outcome)
            log.warning("tts_cache_disk", problem=outcome, reason=error.strerror)

    def _key(self, text: str, voice: Voice) -> str:
        parts = [_VERSION, self._identity, voice.language, voice.name, voice.speed, self._rate_hz, text]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


class CachedSpeech:
    """ports.SpeechStream. From memory it needs no wait at all."""

    def __init__(
        self, cache: CachedSynthesizer, key: str, text: str, voice: Voice, rate_hz: int, pcm: bytes | None
    ) -> None:
        self.rate_hz = rate_hz
        self.cached = pcm is not None
        """Settled when the first chunk is there."""
        self._cache, self._key, self._text, self._voice, self._pcm = cache, key, text, voice, pcm

    async def __aiter__(self) -> AsyncGenerator[bytes, None]:
        pcm = self._pcm if self._pcm is not None else await self._cache.find(self._key)
        if pcm is not None:
            self.cached = True
            self._cache.count_lookup(True)
            for piece in _pieces(pcm):
                yield piece
            return
        synthesis, self.cached = self._cache.synthesis(self._key, self._text, self._voice)
        self._cache.count_lookup(self.cached)
        async with aclosing(synthesis.chunks()) as chunks:
            async for chunk in chunks:
                yield chunk


def _pieces(pcm: bytes) -> Iterator[bytes]:
    for start in range(0, len(pcm), PIECE_BYTES):
        yield pcm[start : start + PIECE_BYTES]


class _Memory:
    """The least recently used go first, but pinned ones never."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit = limit_bytes
        self._recent: OrderedDict[str, bytes] = OrderedDict()
        self._pinned: dict[str, bytes] = {}
        self._bytes = 0

    def get(self, key: str) -> bytes | None:
        if (pinned := self._pinned.get(key)) is not None:
            return pinned
        if key in self._recent:
            self._recent.move_to_end(key)
        return self._recent.get(key)

    def put(self, key: str, pcm: bytes) -> None:
        if key in self._pinned or key in self._recent:
            return
        self._recent[key] = pcm
        self._bytes += len(pcm)
        while self._bytes > self._limit and len(self._recent) > 1:
            _, gone = self._recent.popitem(last=False)
            self._bytes -= len(gone)

    def pin(self, key: str) -> bool:
        """False: it is not here (any more)."""
        if key not in self._pinned:
            if key not in self._recent:
                return False
            self._pinned[key] = self._recent.pop(key)
            self._bytes -= len(self._pinned[key])
        return True

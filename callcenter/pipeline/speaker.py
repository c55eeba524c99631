"""Our voice in one call: sentences in, audio onto an answer's track."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing

from callcenter import metrics
from callcenter.audio import Resampler
from callcenter.errors import SynthesisError
from callcenter.pipeline.answer import Answer
from callcenter.pipeline.player import Segment, Track
from callcenter.ports import Synthesizer, Voice
from callcenter.text_normalization import verbalize


class Speaker:
    def __init__(
        self,
        synthesizer: Synthesizer,
        voice: Voice,
        line_rate_hz: int,
        lexicon: Mapping[str, str],
        timeout_s: float,
    ) -> None:
        self._synthesizer, self._voice = synthesizer, voice
        self._line_rate_hz, self._lexicon, self._timeout_s = line_rate_hz, lexicon, timeout_s

    async def say(self, text: str, answer: Answer, track: Track, *, filler: bool = False) -> None:
        """Speak one sentence; returns when all of its audio is on the track. Raises SynthesisError."""
        segment = Segment(text, filler=filler)
        answer.segments.append(segment)
        words = verbalize(text, self._voice.language, self._lexicon)
        if not words.strip():
            track.complete(segment)
            return
        began_s = asyncio.get_running_loop().time()
        stream = self._synthesizer.speak(words, self._voice)
        resampler = Resampler(stream.rate_hz, self._line_rate_hz)
        first = True
        async with aclosing(aiter(stream)) as chunks:
            while (pcm := await self._next(chunks)) is not None:
                if first:
                    self._account(answer, words, stream.cached, began_s)
                    first = False
                await track.put(segment, resampler.feed(pcm))
        if first:
            raise SynthesisError("the voice answered without any audio", kind="bad_answer")
        await track.put(segment, resampler.flush())
        track.complete(segment)

    async def _next(self, chunks: AsyncGenerator[bytes, None]) -> bytes | None:
        try:
            async with asyncio.timeout(self._timeout_s):
                return await anext(chunks, None)
        except TimeoutError as error:
            raise SynthesisError("no audio in time", kind="timeout") from error

    def _account(self, answer: Answer, words: str, cached: bool, began_s: float) -> None:
        now_s = asyncio.get_running_loop().time()
        metrics.tts_first_audio.observe(now_s - began_s)
        answer.waited(began_s, now_s)
        answer.tts_backend = self._synthesizer.name
        if answer.tts_latency_ms is None:
            answer.tts_latency_ms = round((now_s - began_s) * 1000)
        if cached:
            answer.tts_cached_characters += len(words)
        else:
            answer.tts_characters += len(words)

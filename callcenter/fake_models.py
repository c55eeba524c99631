"""Stand-ins for every model, of known speed, so that our own share of a call is left (`serve --fake-models`).

The session around them is the real one: line, voice activity, end of turn, interruptions, agent, pacing, journal.
"""

import asyncio
import re
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

import numpy as np

from callcenter.audio import LINE_RATE_HZ, duration_ms
from callcenter.ports import (
    ChatDelta,
    ChatRequest,
    Expectation,
    Language,
    TextDelta,
    Transcript,
    Usage,
    Voice,
)

HEARD = "I would like to know when my parcel ships"
ANSWER = "Sure, I can help you with that. Your parcel ships on Monday. Is there anything else?"
TOKEN = re.compile(r"\s?\w+|[^\w\s]")
TONE_MS_A_CHARACTER = 40
TONE_HZ = 500
TONE_PEAK = 8000
PIECE_MS = 240


@dataclass(frozen=True, slots=True)
class Fakes:
    """What is replaced: the language model, of this speed, and unless `llm_only` recognizer and voice, which then take
    no time."""

    first_token_ms: int = 300
    tokens_per_s: float = 40
    llm_only: bool = False


class FixedRecognizer:
    """ports.Recognizer: the same words whatever was said, at once."""

    name = "fixed"

    async def start(self) -> None:
        """There is nothing to load."""

    def open(self, call_id: UUID, rate_hz: Literal[8000, 16000], language: Language) -> "FixedSession":
        return FixedSession(rate_hz)

    async def aclose(self) -> None:
        """Nothing is held."""


class FixedSession:
    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz

    def begin(self, expectation: Expectation, *, continues: bool = False) -> "FixedUtterance":
        return FixedUtterance(self._rate_hz)

    async def aclose(self) -> None:
        """Nothing is held."""


class FixedUtterance:
    def __init__(self, rate_hz: int) -> None:
        self._rate_hz, self._bytes = rate_hz, 0

    def feed(self, pcm: bytes) -> None:
        self._bytes += len(pcm)

    async def finish(self) -> Transcript:
        return Transcript(HEARD, "en", 1.0, round(duration_ms(self._bytes, self._rate_hz)), 0, FixedRecognizer.name)

    def cancel(self) -> None:
        """Nothing is under way."""


class ScriptedModel:
    """ports.ChatModel: the same answer to everything, token by token at a steady speed."""

    name = "scripted"

    def __init__(self, speed: Fakes) -> None:
        self._speed = speed
        self._tokens = TOKEN.findall(ANSWER)

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatDelta, None]:
        loop = asyncio.get_running_loop()
        due_s = loop.time() + self._speed.first_token_ms / 1000
        for token in self._tokens:
            await asyncio.sleep(max(0.0, due_s - loop.time()))
            due_s += 1 / self._speed.tokens_per_s
            yield TextDelta(token)
        yield Usage(sum(len(message.content) for message in request.messages) // 4, len(self._tokens))

    async def aclose(self) -> None:
        """Nothing is held."""


class ToneVoice:
    """ports.Synthesizer: 40 ms of tone a character."""

    name = "tone"

    def __init__(self) -> None:
        phase = 2 * np.pi * TONE_HZ / LINE_RATE_HZ * np.arange(LINE_RATE_HZ * PIECE_MS // 1000)
        self.piece = (TONE_PEAK * np.sin(phase)).astype("<i2").tobytes()

    async def start(self) -> None:
        """There is nothing to load."""

    def speak(self, text: str, voice: Voice) -> "Tone":
        return Tone(self.piece, TONE_MS_A_CHARACTER * len(text))

    async def aclose(self) -> None:
        """Nothing is held."""


class Tone:
    rate_hz = LINE_RATE_HZ
    cached = False

    def __init__(self, piece: bytes, length_ms: int) -> None:
        self._piece, self._length_ms = piece, length_ms

    async def __aiter__(self) -> AsyncGenerator[bytes, None]:
        left = self._length_ms * LINE_RATE_HZ // 1000 * 2
        while left > 0:
            yield self._piece[:left]
            left -= len(self._piece)

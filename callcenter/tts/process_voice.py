"""A voice that lives in worker processes: espeak-ng and Piper."""

from collections.abc import AsyncGenerator, Mapping
from typing import Any

from callcenter.audio import LINE_RATE_HZ
from callcenter.errors import SynthesisError
from callcenter.inference.pool import WorkerPool
from callcenter.ports import Voice
from callcenter.tts.speech import Speech


class ProcessVoice:
    """ports.Synthesizer over a service with the method "speak"."""

    def __init__(
        self,
        name: str,
        service: str,
        config: Mapping[str, Any],
        *,
        workers: int = 1,
        timeout_s: float = 8.0,
        rate_hz: int = LINE_RATE_HZ,
        memory_limit_mb: int = 2048,
    ) -> None:
        self._name, self._rate_hz = name, rate_hz
        self.pool = WorkerPool(
            service,
            config,
            error=SynthesisError,
            workers=workers,
            timeout_s=timeout_s,
            memory_limit_mb=memory_limit_mb,
        )

    @property
    def name(self) -> str:
        return self._name

    async def start(self) -> None:
        await self.pool.start()

    async def aclose(self) -> None:
        await self.pool.aclose()

    def speak(self, text: str, voice: Voice) -> Speech:
        return Speech(self._rate_hz, lambda: self._synthesize(text, voice))

    async def _synthesize(self, text: str, voice: Voice) -> AsyncGenerator[bytes, None]:
        stream = self.pool.open(
            "speak",
            {
                "text": text,
                "language": voice.language,
                "voice": voice.name,
                "speed": voice.speed,
                "rate_hz": self._rate_hz,
            },
        )
        stream.finish()
        try:
            async for result in stream:
                yield result.data
        finally:
            stream.cancel()

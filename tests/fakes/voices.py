"""A voice that does what the test says."""

import asyncio
from collections.abc import AsyncGenerator

from callcenter.errors import SynthesisError
from callcenter.ports import Voice
from callcenter.tts.speech import Speech


def tone(text: str, samples: int = 4000) -> bytes:
    """Loud, and another for another text."""
    return (1000 + sum(text.encode()) % 1000).to_bytes(2, "little") * samples


class ScriptedVoice:
    """`tone(text)` in four chunks, a moment apart. `fails` breaks it after that many chunks."""

    name = "scripted"

    def __init__(self, rate_hz: int = 8000, pause_s: float = 0.0) -> None:
        self.rate_hz, self.pause_s = rate_hz, pause_s
        self.fails: int | None = None
        self.spoken: list[str] = []
        """What was begun."""
        self.given_up: list[str] = []
        self.started = self.closed = False

    async def start(self) -> None:
        self.started = True

    async def aclose(self) -> None:
        self.closed = True

    def speak(self, text: str, voice: Voice) -> Speech:
        return Speech(self.rate_hz, lambda: self._synthesize(text))

    async def _synthesize(self, text: str) -> AsyncGenerator[bytes, None]:
        self.spoken.append(text)
        try:
            for number in range(4):
                if number == self.fails:
                    raise SynthesisError("broken", kind="server", retryable=True)
                await asyncio.sleep(self.pause_s)
                yield tone(text, 1000)
        except (asyncio.CancelledError, GeneratorExit):
            self.given_up.append(text)
            raise

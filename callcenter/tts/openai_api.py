"""A voice behind any server with OpenAI's `/v1/audio/speech`: raw PCM, streamed while it is made."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any

from callcenter.audio import SAMPLE_BYTES
from callcenter.errors import SynthesisError
from callcenter.ports import Language, Voice
from callcenter.tts.line_audio import pause_ms
from callcenter.tts.silence import SilenceTrimmer
from callcenter.tts.speech import Speech

API_RATE_HZ = 24_000
"""Of response_format "pcm": 24 kHz, 16 bit, mono, no header (OpenAI's API reference, audio/speech)."""
DEFAULT_VOICE = "alloy"
CONNECT_TIMEOUT_S = 3.0
MOST_AUDIO_BYTES = API_RATE_HZ * 2 * 120


class OpenAIVoice:
    """ports.Synthesizer. Kinds of its SynthesisErrors: "timeout", "connection", "rate_limit", "server", "refused" (the
    server does not accept the request or the key), "bad_answer". Messages never hold what the server wrote."""

    def __init__(
        self,
        base_url: str,
        api_key: str | None,
        model: str,
        *,
        timeout_s: float = 8.0,
        voices: Mapping[Language, str] | None = None,
    ) -> None:
        import httpx

        self._model, self._voices = model, dict(voices or {})
        self._client = httpx.AsyncClient(
            base_url=base_url.rstrip("/") + "/",
            headers={"Authorization": f"Bearer {api_key}"} if api_key else {},
            timeout=httpx.Timeout(timeout_s, connect=min(timeout_s, CONNECT_TIMEOUT_S)),
        )

    @property
    def name(self) -> str:
        return "openai"

    async def start(self) -> None:
        """Nothing to load; whether the server answers is seen when it is asked."""

    async def aclose(self) -> None:
        await self._client.aclose()

    def speak(self, text: str, voice: Voice) -> Speech:
        return Speech(API_RATE_HZ, lambda: self._synthesize(text, voice))

    async def _synthesize(self, text: str, voice: Voice) -> AsyncGenerator[bytes, None]:
        import httpx

        request = {
            "model": self._model,
            "input": text,
            "voice": voice.name or self._voices.get(voice.language) or DEFAULT_VOICE,
            "response_format": "pcm",
            "speed": voice.speed,
        }
        try:
            async with self._client.stream("POST", "audio/speech", json=request) as response:
                if response.status_code != 200:
                    raise _refusal(response.status_code)
                trimmer = SilenceTrimmer(API_RATE_HZ)
                async with aclosing(_whole_samples(response)) as chunks:
                    async for chunk in chunks:
                        if pcm := trimmer.feed(chunk):
                            yield pcm
                yield trimmer.finish() + bytes(API_RATE_HZ * pause_ms(text) // 1000 * SAMPLE_BYTES)
        except httpx.TimeoutException as error:
            raise SynthesisError("the speech server did not answer in time", kind="timeout", retryable=True) from error
        except httpx.TransportError as error:
            message = f"no connection to the speech server ({type(error).__name__})"
            raise SynthesisError(message, kind="connection", retryable=True) from error
        except httpx.HTTPError as error:
            raise SynthesisError(f"not readable: {type(error).__name__}", kind="bad_answer") from error


async def _whole_samples(response: Any) -> AsyncGenerator[bytes, None]:
    rest = b""
    total = 0
    async for data in response.aiter_bytes():
        if not total and (data[:4] in (b"RIFF", b"OggS", b"fLaC") or data[:3] == b"ID3" or data[:1] in (b"{", b"<")):
            raise SynthesisError("the speech server sent something else than raw PCM", kind="bad_answer")
        total += len(data)
        if total > MOST_AUDIO_BYTES:
            raise SynthesisError("the speech server does not stop", kind="bad_answer")
        data = rest + data
        whole = len(data) & ~1
        rest = data[whole:]
        if whole:
            yield data[:whole]
    if not total:
        raise SynthesisError("the speech server sent no audio", kind="bad_answer", retryable=True)


def _refusal(status: int) -> SynthesisError:
    if status == 429:
        return SynthesisError("too many requests to the speech server (429)", kind="rate_limit", retryable=True)
    if status >= 500:
        return SynthesisError(f"the speech server failed ({status})", kind="server", retryable=True)
    return SynthesisError(f"the speech server refused the request ({status})", kind="refused")

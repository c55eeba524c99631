"""Any server with OpenAI's `/v1/audio/transcriptions`: speaches, vLLM, whisper.cpp, OpenAI itself.

The audio goes up when the caller has stopped: one WAV of 16 kHz, which every server takes.
"""

import asyncio
import io
import logging
import time
import wave
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from callcenter.audio import SAMPLE_BYTES, Resampler, duration_ms
from callcenter.errors import RecognitionError
from callcenter.ports import Expectation, Language, Transcript
from callcenter.stt.languages import code_of, spoken_language
from callcenter.stt.plausibility import Segment, judge

if TYPE_CHECKING:
    import httpx

RATE_HZ = 16_000
CONNECT_TIMEOUT_S = 3.0
ATTEMPTS = 2
"""A transcription may be asked for twice: it changes nothing on the server."""
PAUSE_S = 0.1
LONGEST_RETRY_AFTER_S = 1.0
PLAIN_LOG_PROBABILITY = -0.2
"""Where the server tells none: a confidence of 0.8."""


class OpenAIRecognizer:
    """`ports.Recognizer`. Kinds of its RecognitionErrors: "timeout", "connection", "rate_limit", "server", "refused"
    (the server does not accept the request or the key), "bad_answer". Messages never hold what the server wrote."""

    name = "openai"

    def __init__(self, base_url: str, api_key: str | None, model: str, *, timeout_s: float = 8.0) -> None:
        import httpx

        logging.getLogger("httpx").setLevel(logging.WARNING)  # it logs every request at INFO
        self._model, self._timeout_s = model, timeout_s
        self._verbose = True
        self._client = httpx.AsyncClient(
            base_url=base_url.rstrip("/") + "/",
            headers={"Authorization": f"Bearer {api_key}"} if api_key else {},
            timeout=httpx.Timeout(timeout_s, connect=min(timeout_s, CONNECT_TIMEOUT_S)),
        )

    async def start(self) -> None:
        """Nothing to load; whether the server answers is seen when it is asked."""

    def open(self, call_id: UUID, rate_hz: Literal[8000, 16000], language: Language) -> "UploadSession":
        return UploadSession(self, rate_hz, language)

    async def aclose(self) -> None:
        await self._client.aclose()

    async def transcribe(self, wav: bytes, prompt: str) -> Mapping[str, Any]:
        """The server's answer. Raises RecognitionError."""
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._attempt_all(wav, prompt)
        except TimeoutError:
            raise _too_late() from None

    async def _attempt_all(self, wav: bytes, prompt: str) -> Mapping[str, Any]:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return await self._attempt(wav, prompt)
            except _Unsupported:
                self._verbose = False
            except RecognitionError as error:
                if attempt == ATTEMPTS or not error.retryable:
                    raise
                await asyncio.sleep(getattr(error, "retry_after_s", PAUSE_S))
        return await self._attempt(wav, prompt)

    async def _attempt(self, wav: bytes, prompt: str) -> Mapping[str, Any]:
        import httpx

        fields = {"model": self._model, "temperature": "0"}
        fields["response_format"] = "verbose_json" if self._verbose else "json"
        if prompt:
            fields["prompt"] = prompt
        files = {"file": ("speech.wav", wav, "audio/wav")}
        try:
            response = await self._client.post("audio/transcriptions", data=fields, files=files)
        except httpx.TimeoutException as error:
            raise _too_late() from error
        except httpx.TransportError as error:
            message = f"no connection to the transcription server ({type(error).__name__})"
            raise RecognitionError(message, kind="connection", retryable=True) from error
        return self._read(response)

    def _read(self, response: "httpx.Response") -> Mapping[str, Any]:
        if response.status_code == 400 and self._verbose and "response_format" in response.text:
            raise _Unsupported
        if response.status_code != 200:
            raise _refusal(response)
        try:
            answer = response.json()
        except ValueError as error:
            raise RecognitionError("the transcription server sent no JSON", kind="bad_answer") from error
        if not isinstance(answer, dict) or not isinstance(answer.get("text"), str):
            raise RecognitionError("the transcription server sent no text", kind="bad_answer")
        return answer


class _Unsupported(Exception):
    """The model gives no verbose_json (gpt-4o-transcribe): plain JSON will do."""


class _RateLimited(RecognitionError):
    def __init__(self, retry_after_s: float) -> None:
        super().__init__(
            "too many requests to the transcription server (429)",
            kind="rate_limit",
            retryable=retry_after_s <= LONGEST_RETRY_AFTER_S,
        )
        self.retry_after_s = retry_after_s


class UploadSession:
    """`ports.RecognitionSession`."""

    def __init__(self, recognizer: OpenAIRecognizer, rate_hz: Literal[8000, 16000], language: Language) -> None:
        self.recognizer, self.rate_hz, self.language = recognizer, rate_hz, language

    def begin(self, expectation: Expectation, *, continues: bool = False) -> "Upload":
        return Upload(self, expectation.prompt)

    async def aclose(self) -> None:
        """Nothing is kept for a call."""


class Upload:
    """`ports.Utterance`."""

    def __init__(self, session: UploadSession, prompt: str) -> None:
        self._session, self._prompt = session, prompt
        self._resampler = Resampler(session.rate_hz, RATE_HZ)
        self._pcm = bytearray()
        self._bytes = 0
        self._sending: asyncio.Task[Mapping[str, Any]] | None = None

    def feed(self, pcm: bytes) -> None:
        self._bytes += len(pcm)
        self._pcm += self._resampler.feed(pcm)

    async def finish(self) -> Transcript:
        began_s = time.monotonic()
        wav = _wav(bytes(self._pcm))
        self._pcm.clear()
        self._sending = asyncio.create_task(self._session.recognizer.transcribe(wav, self._prompt))
        try:
            answer = await self._sending
        except asyncio.CancelledError:
            self._sending.cancel()
            if asyncio.current_task().cancelling():  # type: ignore[union-attr]  # we are in one
                raise
            raise RecognitionError("the utterance was cancelled", kind="closed") from None
        return self._transcript(answer, round((time.monotonic() - began_s) * 1000))

    def cancel(self) -> None:
        self._pcm.clear()
        if self._sending:
            self._sending.cancel()

    def _transcript(self, answer: Mapping[str, Any], latency_ms: int) -> Transcript:
        verdict = judge(_segments(answer))
        guess = answer.get("language")
        return Transcript(
            text=verdict.text,
            language=spoken_language(
                verdict.text, code_of(guess) if isinstance(guess, str) else self._session.language
            ),
            confidence=verdict.confidence,
            audio_ms=round(duration_ms(self._bytes, self._session.rate_hz)),
            latency_ms=latency_ms,
            backend=OpenAIRecognizer.name,
            rejected=verdict.rejected,
        )


def _segments(answer: Mapping[str, Any]) -> list[Segment]:
    """Of verbose_json, where they say how sure the model was; else the text as one."""
    segments = []
    for given in answer.get("segments") or ():
        try:
            segments.append(
                Segment(
                    str(given["text"]),
                    float(given["avg_logprob"]),
                    float(given.get("no_speech_prob") or 0.0),
                    float(given.get("compression_ratio") or 1.0),
                )
            )
        except (AttributeError, KeyError, TypeError, ValueError):
            segments = []
            break
    return segments or [Segment(answer["text"], PLAIN_LOG_PROBABILITY)]


def _wav(pcm: bytes) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setparams((1, SAMPLE_BYTES, RATE_HZ, len(pcm) // SAMPLE_BYTES, "NONE", ""))
        writer.writeframesraw(pcm)
    return file.getvalue()


def _too_late() -> RecognitionError:
    return RecognitionError("the transcription server did not answer in time", kind="timeout")


def _refusal(response: "httpx.Response") -> RecognitionError:
    status = response.status_code
    if status == 429:
        try:
            return _RateLimited(float(response.headers.get("retry-after", PAUSE_S)))
        except ValueError:  # a date
            return _RateLimited(LONGEST_RETRY_AFTER_S * 2)
    if status >= 500:
        return RecognitionError(f"the transcription server failed ({status})", kind="server", retryable=True)
    return RecognitionError(f"the transcription server refused the request ({status})", kind="refused")

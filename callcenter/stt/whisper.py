"""Whisper on this machine (faster-whisper, the `whisper` extra): free speech in Ukrainian, Russian and English.

On one thread 3 s of speech take a tiny model 0.3 s, base 0.65 s, small 2.2 s: on a machine without a GPU a small model
is late for a conversation, and base is weak in Ukrainian. Short windows (whisper_window) are the way out where the
model takes them, a server (openai_api) where it does not.
"""

from importlib.util import find_spec
from pathlib import Path
from typing import Literal
from uuid import UUID

from callcenter.errors import ConfigurationError, RecognitionError
from callcenter.inference.pool import WorkerPool
from callcenter.inference.service import Result
from callcenter.ports import Expectation, Language, Transcript
from callcenter.stt.models import NEEDED_FILES, is_whisper
from callcenter.stt.process_utterance import ProcessUtterance
from callcenter.stt.whisper_model import WHOLE_S

GET_WHISPER = "pip install 'callcenter[whisper]'"


class WhisperRecognizer:
    """`ports.Recognizer`."""

    name = "whisper"

    def __init__(
        self,
        model: Path,
        *,
        window_s: int = WHOLE_S,
        workers: int = 2,
        timeout_s: float = 8.0,
        memory_limit_mb: int = 4096,
    ) -> None:
        """`model` is a folder in CTranslate2's format (see models.find_whisper); `window_s`: see whisper_window."""
        self._model = model
        self.pool = WorkerPool(
            "callcenter.stt.whisper_service:WhisperService",
            {"model": str(model), "window_s": window_s},
            error=RecognitionError,
            workers=workers,
            timeout_s=timeout_s,
            memory_limit_mb=memory_limit_mb,
        )

    async def start(self) -> None:
        if not find_spec("faster_whisper"):
            raise ConfigurationError(f"stt.backend: faster-whisper is not installed; {GET_WHISPER}")
        if not is_whisper(self._model):
            missing = " and ".join(NEEDED_FILES)
            raise ConfigurationError(f"stt.model: {self._model} must hold {missing}; callcenter models list shows some")
        await self.pool.start()

    def open(self, call_id: UUID, rate_hz: Literal[8000, 16000], language: Language) -> "WhisperSession":
        return WhisperSession(self.pool, rate_hz)

    async def aclose(self) -> None:
        await self.pool.aclose()


class WhisperSession:
    """`ports.RecognitionSession`."""

    def __init__(self, pool: WorkerPool, rate_hz: Literal[8000, 16000]) -> None:
        self._pool, self._rate_hz = pool, rate_hz

    def begin(self, expectation: Expectation, *, continues: bool = False) -> ProcessUtterance:
        return ProcessUtterance(self._pool, {"rate_hz": self._rate_hz, "prompt": expectation.prompt}, _interpret)

    async def aclose(self) -> None:
        """Nothing is kept for a call."""


def _interpret(result: Result, audio_ms: int, latency_ms: int) -> Transcript:
    return Transcript(audio_ms=audio_ms, latency_ms=latency_ms, backend=WhisperRecognizer.name, **result.values)

"""faster-whisper in a worker process, one thread, int8: an utterance is decoded when it is complete."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from callcenter.audio import Resampler
from callcenter.inference.service import Handler, Result
from callcenter.stt.languages import CANDIDATES, choose_language, spoken_language
from callcenter.stt.plausibility import Segment, judge

RATE_HZ = 16_000
SHORTEST_S = 0.1
"""Less holds no word, and Whisper would invent one."""
WINDOW_S = 30
TOKENS_A_SECOND = 15
"""Twice as many as a fast speaker of Ukrainian makes: without a limit a loop of one word takes seconds."""
MOST_TOKENS = 200


class WhisperService:
    """`inference.service.Service`. Configuration: "model", a folder. Method "recognize" with options "rate_hz" and
    "prompt"; one result: "text", "language", "confidence" and "rejected"."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._model = _load(config["model"])

    def open(self, method: str, options: Mapping[str, Any]) -> Handler:
        return _Hearing(self, options)

    def release(self, pin: str) -> None:
        """Nothing is kept for a call."""

    def recognize(self, pcm: bytes, prompt: str) -> dict[str, Any]:
        audio = np.frombuffer(pcm, "<i2").astype(np.float32) / 32768
        if audio.size < SHORTEST_S * RATE_HZ:
            return {"text": "", "language": CANDIDATES[0], "confidence": 0.0, "rejected": True}
        with self._model.one_encoding(enough=audio.size <= WINDOW_S * RATE_HZ):
            language, clear = self._detect(audio)
            found, _ = self._model.transcribe(
                audio,
                language=language,
                beam_size=1,
                temperature=0.0,
                vad_filter=False,
                condition_on_previous_text=False,
                without_timestamps=True,
                initial_prompt=prompt or None,
                max_new_tokens=min(MOST_TOKENS, round(TOKENS_A_SECOND * audio.size / RATE_HZ) + 20),
            )
            verdict = judge([Segment(s.text, s.avg_logprob, s.no_speech_prob, s.compression_ratio) for s in found])
        return {
            "text": verdict.text,
            "language": spoken_language(verdict.text, language, clear=clear),
            "confidence": verdict.confidence,
            "rejected": verdict.rejected,
        }

    def _detect(self, audio: Any) -> tuple[str, bool]:
        if not self._model.model.is_multilingual:
            return "en", True
        _, _, odds = self._model.detect_language(features=self._model.feature_extractor(audio))
        return choose_language(dict(odds))


def _load(folder: str) -> Any:
    from contextlib import contextmanager

    from faster_whisper import WhisperModel  # type: ignore[import-untyped]  # ships no types

    class OneEncoding(WhisperModel):  # type: ignore[misc]  # as above
        """Encoding is most of the work, and detecting the language and transcribing each ask for it."""

        keeping = False
        kept: Any = None

        @contextmanager
        def one_encoding(self, *, enough: bool) -> Any:
            self.keeping, self.kept = enough, None
            try:
                yield
            finally:
                self.keeping, self.kept = False, None

        def encode(self, features: Any) -> Any:
            if self.kept is None or not self.keeping:
                self.kept = super().encode(features)
            return self.kept

    return OneEncoding(folder, device="cpu", compute_type="int8", cpu_threads=1, num_workers=1, local_files_only=True)


class _Hearing:
    """`inference.service.Handler`."""

    def __init__(self, service: WhisperService, options: Mapping[str, Any]) -> None:
        self._service, self._options = service, options
        self._resampler = Resampler(options["rate_hz"], RATE_HZ)
        self._pcm = bytearray()

    def feed(self, data: bytes) -> None:
        self._pcm += self._resampler.feed(data)

    def finish(self) -> Iterable[Result]:
        yield Result(self._service.recognize(bytes(self._pcm), self._options["prompt"]))

    def cancel(self) -> None:
        self._pcm.clear()

"""faster-whisper in a worker process: an utterance is decoded when it is complete."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from callcenter.audio import Resampler
from callcenter.inference.service import Handler, Result
from callcenter.stt.languages import CANDIDATES, spoken_language
from callcenter.stt.plausibility import judge
from callcenter.stt.whisper_model import RATE_HZ, WHOLE_S, Heard, LoadedWhisper

SHORTEST_S = 0.1
"""Less holds no word, and Whisper would invent one."""
TOGETHER = 4
"""Utterances in one batch of short windows: a third of the work for each. With padding, encoding is nearly all of the
work and gains nothing: there each answer comes as early as it can."""


class WhisperService:
    """`inference.service.BatchService`. Configuration: "model", a folder, and "window_s", see whisper_model. Method
    "recognize" with options "rate_hz" and "prompt"; one result: "text", "language", "confidence" and "rejected"."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._whisper = LoadedWhisper(config["model"])
        self._window_s: int = config["window_s"]
        self.most_at_once = TOGETHER if self._window_s < WHOLE_S else 1

    def open(self, method: str, options: Mapping[str, Any]) -> Handler:
        return _Hearing(self, options)

    def release(self, pin: str) -> None:
        """Nothing is kept for a call."""

    def finish_many(self, handlers: Sequence["_Hearing"]) -> Sequence[Iterable[Result]]:
        answers: dict[_Hearing, dict[str, Any]] = {}
        for prompt in dict.fromkeys(handler.prompt for handler in handlers):
            together = [handler for handler in handlers if handler.prompt == prompt]
            answers |= zip(together, self.recognize([handler.pcm for handler in together], prompt), strict=True)
        return [[Result(answers[handler])] for handler in handlers]

    def recognize(self, pcms: Sequence[bytes], prompt: str) -> list[dict[str, Any]]:
        """Utterances that expect the same; the values of a result for each."""
        audios = [np.frombuffer(pcm, "<i2").astype(np.float32) * np.float32(1 / 32768) for pcm in pcms]
        long_enough = [audio for audio in audios if audio.size >= SHORTEST_S * RATE_HZ]
        heard = iter(self._whisper.hear(long_enough, prompt, self._window_s) if long_enough else ())
        return [_values(next(heard) if audio.size >= SHORTEST_S * RATE_HZ else _NOTHING) for audio in audios]


_NOTHING = Heard((), CANDIDATES[0], clear=True)


def _values(heard: Heard) -> dict[str, Any]:
    verdict = judge(heard.segments)
    return {
        "text": verdict.text,
        "language": spoken_language(verdict.text, heard.language, clear=heard.clear),
        "confidence": verdict.confidence,
        "rejected": verdict.rejected,
    }


class _Hearing:
    """`inference.service.Handler`."""

    def __init__(self, service: WhisperService, options: Mapping[str, Any]) -> None:
        self._service = service
        self.prompt: str = options["prompt"]
        self._resampler = Resampler(options["rate_hz"], RATE_HZ)
        self._pcm = bytearray()

    @property
    def pcm(self) -> bytes:
        return bytes(self._pcm)

    def feed(self, data: bytes) -> None:
        self._pcm += self._resampler.feed(data)

    def finish(self) -> Iterable[Result]:
        (values,) = self._service.recognize([self.pcm], self.prompt)
        yield Result(values)

    def cancel(self) -> None:
        self._pcm.clear()

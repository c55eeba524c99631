"""A Whisper model in this process: one thread, int8. Decodes without timestamps, greedily, several utterances at once.

Whisper was trained on windows of 30 s, and everybody pads to them: with a base model 80% of the work on 4 s of speech
is encoding silence (540 ms of 670). Of shorter windows it understands less the shorter they are: with 1 s of silence
after the words base and tiny.en say them over and over, with windows of 10 s they hear nearly the same in a quarter of
the time. So windows are shorter only as far as they were compared with padding on the model at hand (whisper_window).
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from callcenter.stt.languages import choose_language
from callcenter.stt.plausibility import Segment

Floats = npt.NDArray[np.float32]
RATE_HZ = 16_000
FRAMES_A_SECOND = 100
WHOLE_S = 30
WHOLE_FRAMES = WHOLE_S * FRAMES_A_SECOND
TAIL_FRAMES = 50
"""Of silence at least, by which the model sees that the speech has ended."""
TOKENS_A_SECOND = 15
"""Twice as many as a fast speaker of Ukrainian makes: without a limit a loop of one word takes seconds."""
MOST_TOKENS = 200


@dataclass(frozen=True, slots=True)
class Heard:
    """Of one utterance, before anybody judges whether to believe it."""

    segments: tuple[Segment, ...]
    language: str
    clear: bool
    """It was clearly that language."""


def window_frames(frames: int, window_s: int) -> int:
    """How much is encoded of an utterance of so many frames of 10 ms, 30 s at most: whole seconds, and at least
    `window_s`."""
    seconds = max(window_s, -(-(frames + TAIL_FRAMES) // FRAMES_A_SECOND))
    return min(WHOLE_FRAMES, seconds * FRAMES_A_SECOND)


class LoadedWhisper:
    """`folder` is in CTranslate2's format."""

    def __init__(self, folder: str) -> None:
        from faster_whisper import WhisperModel  # type: ignore[import-untyped]  # ships no types

        self._whisper = WhisperModel(
            folder, device="cpu", compute_type="int8", cpu_threads=1, num_workers=1, local_files_only=True
        )
        self._model = self._whisper.model
        self._tokenizers: dict[str, Any] = {}

    def hear(self, audios: Sequence[Floats], prompt: str, window_s: int) -> list[Heard]:
        """Samples at 16 kHz, each utterance of 0.1 s at least; together they cost less than one by one when the window
        is short."""
        features = [self._whisper.feature_extractor(audio)[:, :-1] for audio in audios]
        heard = self._decode([whole[:, :WHOLE_FRAMES] for whole in features], prompt, window_s)
        return [
            Heard((*first.segments, *self._rest(whole, first.language, window_s)), first.language, first.clear)
            for whole, first in zip(features, heard, strict=True)
        ]

    def _rest(self, features: Floats, language: str, window_s: int) -> list[Segment]:
        """Of an utterance longer than a window."""
        segments: list[Segment] = []
        for start in range(WHOLE_FRAMES, features.shape[1], WHOLE_FRAMES):
            (heard,) = self._decode([features[:, start : start + WHOLE_FRAMES]], "", window_s, language)
            segments += heard.segments
        return segments

    def _decode(self, pieces: Sequence[Floats], prompt: str, window_s: int, language: str = "") -> list[Heard]:
        from faster_whisper.transcribe import get_ctranslate2_storage  # type: ignore[import-untyped]  # ships no types

        longest = max(piece.shape[1] for piece in pieces)
        batch = np.zeros((len(pieces), pieces[0].shape[0], window_frames(longest, window_s)), np.float32)
        for row, piece in zip(batch, pieces, strict=True):
            row[:, : piece.shape[1]] = piece
        encoded = self._model.encode(get_ctranslate2_storage(batch))
        languages = [(language, True)] * len(pieces) if language else self._detect(encoded, len(pieces))
        prompts = [self._prompt(detected, prompt) for detected, _ in languages]
        most_tokens = min(MOST_TOKENS, round(TOKENS_A_SECOND * longest / FRAMES_A_SECOND) + 20)
        results = self._model.generate(
            encoded,
            prompts,
            beam_size=1,
            max_length=len(prompts[0]) + most_tokens,
            return_scores=True,
            return_no_speech_prob=True,
            suppress_tokens=self._suppressed(),
        )
        return [
            Heard((self._segment(result, detected),), detected, clear)
            for result, (detected, clear) in zip(results, languages, strict=True)
        ]

    def _detect(self, encoded: Any, count: int) -> list[tuple[str, bool]]:
        if not self._model.is_multilingual:
            return [("en", True)] * count
        odds = [{token[2:-2]: share for token, share in found} for found in self._model.detect_language(encoded)]
        return [choose_language(shares) for shares in odds]

    def _tokenizer(self, language: str) -> Any:
        from faster_whisper.tokenizer import Tokenizer  # type: ignore[import-untyped]  # ships no types

        if language not in self._tokenizers:
            whisper = self._whisper
            self._tokenizers[language] = Tokenizer(
                whisper.hf_tokenizer, self._model.is_multilingual, task="transcribe", language=language
            )
        return self._tokenizers[language]

    def _prompt(self, language: str, words: str) -> list[int]:
        tokenizer = self._tokenizer(language)
        before = tokenizer.encode(f" {words.strip()}") if words else []
        prompt: list[int] = self._whisper.get_prompt(tokenizer, before, without_timestamps=True)
        return prompt

    def _suppressed(self) -> list[int]:
        """Music notes, brackets and what is never part of a text, as transcribe() of faster-whisper leaves them out."""
        from faster_whisper.transcribe import get_suppressed_tokens

        return list(get_suppressed_tokens(self._tokenizer("en"), [-1]))

    def _segment(self, result: Any, language: str) -> Segment:
        tokens = result.sequences_ids[0]
        text = self._tokenizer(language).decode(tokens).strip()
        raw = text.encode()
        return Segment(
            text,
            log_probability=result.scores[0] * len(tokens) / (len(tokens) + 1),
            no_speech=result.no_speech_prob,
            compression_ratio=len(raw) / len(zlib.compress(raw)),
        )

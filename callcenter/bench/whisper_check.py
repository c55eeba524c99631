"""Does a Whisper model hear the same in short windows as in padded ones? Both hear the same sentences over a telephone
line, alone and in batches, as calls would have it; what they differ in decides (whisper_window.Verdict)."""

import re
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from rapidfuzz.distance import Levenshtein

from callcenter.audio import LINE_RATE_HZ, resample
from callcenter.bench.said import Said, recordings, say
from callcenter.config import Settings
from callcenter.errors import ConfigurationError
from callcenter.shop import Shop
from callcenter.stt.models import find_whisper
from callcenter.stt.whisper_model import RATE_HZ, Floats, Heard, LoadedWhisper, Window
from callcenter.stt.whisper_service import TOGETHER
from callcenter.stt.whisper_window import Verdict, write_verdict

_NOT_LETTERS = re.compile(r"[^\w\s]+")


def check_configured(settings: Settings, sentences: int, recorded: Path | None) -> tuple[Verdict, Path]:
    """Of the settings' model; the verdict, and where it is written. `recorded`: a folder of people's speech. Raises
    ConfigurationError."""
    model = find_whisper(settings, settings.stt.model)
    if model is None:
        raise ConfigurationError(f"stt.model: {settings.stt.model} is not on this machine; callcenter models list")
    said = say(Shop.load(settings.shop), ("en", "uk", "ru"), sentences)
    said += recordings(recorded) if recorded else []
    verdict = check(LoadedWhisper(str(model)), said)
    return verdict, write_verdict(settings.state_dir, model, verdict)


def check(whisper: LoadedWhisper, said: Sequence[Said]) -> Verdict:
    audios = [_samples(sentence.pcm) for sentence in said]
    padded, padded_s = _hear(whisper, audios, "padded", together=1)
    short, short_s = _hear(whisper, audios, "short", together=1)
    batched, batched_s = _hear(whisper, audios, "short", together=TOGETHER)
    words = sum(len(_words(heard)) for heard in padded)
    pairs = [*zip(padded, short, strict=True), *zip(padded, batched, strict=True)]
    return Verdict(
        utterances=len(said),
        words=words,
        different_words=sum(Levenshtein.distance(_words(one), _words(other)) for one, other in pairs)
        / max(1, 2 * words),
        log_probability_lost=float(np.mean([_sureness(one) - _sureness(other) for one, other in pairs])),
        times_as_fast=2 * padded_s / (short_s + batched_s),
    )


def _hear(
    whisper: LoadedWhisper, audios: Sequence[Floats], window: Window, *, together: int
) -> tuple[list[Heard], float]:
    """And the CPU that it took."""
    began_s = time.process_time()
    heard: list[Heard] = []
    for start in range(0, len(audios), together):
        heard += whisper.hear(audios[start : start + together], "", window)
    return heard, time.process_time() - began_s


def _samples(pcm: bytes) -> Floats:
    return np.frombuffer(resample(pcm, LINE_RATE_HZ, RATE_HZ), "<i2").astype(np.float32) * np.float32(1 / 32768)


def _words(heard: Heard) -> list[str]:
    text = " ".join(segment.text for segment in heard.segments)
    return _NOT_LETTERS.sub(" ", text.lower()).split()


def _sureness(heard: Heard) -> float:
    return float(np.mean([segment.log_probability for segment in heard.segments]))

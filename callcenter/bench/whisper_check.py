"""Does a Whisper model hear the same in short windows as in padded ones? Both hear the same sentences over a telephone
line, alone and in batches, as calls would have it; what they differ in decides (whisper_window.Verdict).

Compared is what the model is sure of with padding: what it guesses at comes out otherwise whenever anything changes.
"""

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
from callcenter.stt.whisper_model import RATE_HZ, WHOLE_S, Floats, Heard, LoadedWhisper
from callcenter.stt.whisper_service import TOGETHER
from callcenter.stt.whisper_window import CANDIDATES_S, Comparison, Verdict, write_verdict

SURE = -0.5
"""Log probability with padding."""
NOISE_DB = 40.0
"""Under the speech: a good line, on which small models are sure of something."""
_NOT_LETTERS = re.compile(r"[^\w\s]+")


def check_configured(settings: Settings, sentences: int, recorded: Path | None) -> tuple[Verdict, Path]:
    """Of the settings' model; the verdict, and where it is written. `recorded`: a folder of people's speech. Raises
    ConfigurationError."""
    model = find_whisper(settings, settings.stt.model)
    if model is None:
        raise ConfigurationError(f"stt.model: {settings.stt.model} is not on this machine; callcenter models list")
    said = say(Shop.load(settings.shop), ("en", "uk", "ru"), sentences, noise_db=NOISE_DB)
    said += recordings(recorded) if recorded else []
    verdict = check(LoadedWhisper(str(model)), said)
    return verdict, write_verdict(settings.state_dir, model, verdict)


def check(whisper: LoadedWhisper, said: Sequence[Said]) -> Verdict:
    audios = [_samples(sentence.pcm) for sentence in said]
    padded, _ = _hear(whisper, audios, WHOLE_S, together=1)
    sure = [(audio, heard) for audio, heard in zip(audios, padded, strict=True) if _sureness(heard) >= SURE]
    comparisons = [_compare(whisper, sure, window_s) for window_s in CANDIDATES_S] if sure else []
    return Verdict(len(sure), sum(len(_words(heard)) for _, heard in sure), tuple(comparisons))


def _compare(whisper: LoadedWhisper, sure: Sequence[tuple[Floats, Heard]], window_s: int) -> Comparison:
    audios = [audio for audio, _ in sure]
    padded, padded_s = _hear(whisper, audios, WHOLE_S, together=1)
    short, short_s = _hear(whisper, audios, window_s, together=1)
    batched, batched_s = _hear(whisper, audios, window_s, together=TOGETHER)
    pairs = [*zip(padded, short, strict=True), *zip(padded, batched, strict=True)]
    different = sum(Levenshtein.distance(_words(one), _words(other)) for one, other in pairs)
    return Comparison(
        window_s,
        different_words=different / max(1, sum(len(_words(one)) for one, _ in pairs)),
        log_probability_lost=float(np.mean([_sureness(one) - _sureness(other) for one, other in pairs])),
        times_as_fast=2 * padded_s / (short_s + batched_s),
    )


def _hear(
    whisper: LoadedWhisper, audios: Sequence[Floats], window_s: int, *, together: int
) -> tuple[list[Heard], float]:
    """And the CPU that it took."""
    began_s = time.process_time()
    heard: list[Heard] = []
    for start in range(0, len(audios), together):
        heard += whisper.hear(audios[start : start + together], "", window_s)
    return heard, time.process_time() - began_s


def _samples(pcm: bytes) -> Floats:
    return np.frombuffer(resample(pcm, LINE_RATE_HZ, RATE_HZ), "<i2").astype(np.float32) * np.float32(1 / 32768)


def _words(heard: Heard) -> list[str]:
    text = " ".join(segment.text for segment in heard.segments)
    return _NOT_LETTERS.sub(" ", text.lower()).split()


def _sureness(heard: Heard) -> float:
    return float(np.mean([segment.log_probability for segment in heard.segments]))

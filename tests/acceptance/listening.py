"""Whether a recording holds the words that it is said to: found by comparison with the voice saying them."""

import asyncio
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt

from callcenter.audio import LINE_RATE_HZ
from callcenter.ports import Language
from callcenter.shop import Shop
from callcenter.text_normalization import SentenceSplitter, verbalize
from callcenter.tts.espeak import WORDS_PER_MINUTE

PROJECT = Path(__file__).parents[2]
MATCH = 0.85
"""The same words through A-law and a resampler come to 0.9 and more (espeak-ng never says them twice alike to the
sample), other words of the same voice to 0.7 at most."""
LONGEST_S = 2.0
CUTS = (0.35, 0.5, 0.65)
SLIP = 8
"""Hops that what follows a cut may come early or late: a busy machine leaves out a frame or two of 20 ms."""
HOP = 80  # 10 ms
BANDS = 20
Floats = npt.NDArray[np.float64]


def _spectrogram(pcm: bytes) -> Floats:
    """Loudness in decibels, of BANDS bands every 10 ms: shape (frames, bands)."""
    samples = np.frombuffer(pcm, "<i2").astype(np.float64)
    frames = np.lib.stride_tricks.sliding_window_view(samples, 256)[::HOP] * np.hanning(256)
    power = np.abs(np.fft.rfft(frames, axis=1))[:, 4:104] ** 2
    decibels: Floats = 10 * np.log10(power.reshape(len(frames), BANDS, -1).mean(axis=2) + 1e4)
    return decibels


async def voice(words: str, language: Language = "en", speed: float = 1.0) -> bytes:
    """The agent's embedded voice saying these words, 8 kHz."""
    pace = ("--words-per-minute", str(round(WORDS_PER_MINUTE * speed)))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "callcenter.tts.espeak_speak", "--language", language, *pace, words),
        cwd=PROJECT,
        stdout=asyncio.subprocess.PIPE,
    )
    pcm, _ = await process.communicate()
    assert process.returncode == 0
    return pcm


def similarity(wanted: bytes, recording: bytes) -> float:
    """Highest correlation, -1..1, of the sound of `wanted` (its first two seconds) anywhere in `recording`; of its
    worse part, where frames are missing between two parts."""
    samples = np.frombuffer(wanted, "<i2")
    loud = np.flatnonzero(np.abs(samples.astype(int)) > 300)
    speech = samples[loud[0] : loud[-1]][: int(LONGEST_S * LINE_RATE_HZ)]
    template, heard = _spectrogram(speech.tobytes()), _spectrogram(recording)
    if len(heard) < len(template):
        return -1.0
    whole = float(_correlations(heard, template).max())
    cuts = (int(cut * len(template)) for cut in CUTS)
    return whole if whole >= MATCH else max(whole, *(_in_two_parts(heard, template, cut) for cut in cuts))


def _in_two_parts(heard: Floats, template: Floats, cut: int) -> float:
    before, behind = _correlations(heard, template[:cut]), _correlations(heard, template[cut:])
    near = np.lib.stride_tricks.sliding_window_view(np.pad(behind, SLIP, constant_values=-1.0), 2 * SLIP + 1).max(
        axis=1
    )
    both = min(len(before), len(near) - cut)
    return float(np.minimum(before[:both], near[cut : cut + both]).max()) if both > 0 else -1.0


def _correlations(heard: Floats, template: Floats) -> Floats:
    """At every place: shape (places,)."""
    windows = np.lib.stride_tricks.sliding_window_view(heard, len(template), axis=0)  # (places, bands, frames)
    return np.array([_correlation(window.T, template) for window in windows])


def _correlation(one: Floats, other: Floats) -> float:
    one, other = one - one.mean(), other - other.mean()
    return float((one * other).sum() / np.sqrt((one * one).sum() * (other * other).sum() + 1e-9))


async def played(text: str, recording: bytes, language: Language = "en") -> bool:
    """Whether every sentence of `text` can be heard in the recording."""
    lexicon = Shop.load(PROJECT / "shops/tires").lexicon(language)
    splitter = SentenceSplitter(language)
    sentences = [*splitter.feed(text), *splitter.flush()]
    spoken = [await voice(verbalize(sentence, language, lexicon), language) for sentence in sentences]
    return bool(spoken) and all(similarity(each, recording) >= MATCH for each in spoken)

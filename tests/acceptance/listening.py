"""Whether a recording holds the words that it is said to: found by correlation with the voice saying them again."""

import asyncio
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt

from callcenter.audio import LINE_RATE_HZ
from callcenter.ports import Language
from callcenter.shop import Shop
from callcenter.text_normalization import SentenceSplitter, verbalize

PROJECT = Path(__file__).parents[2]
MATCH = 0.6
"""Correlation of the same speech through A-law and a resampler is above 0.9; of other words below 0.3."""
LONGEST_S = 2.0
Floats = npt.NDArray[np.float64]


async def voice(words: str, language: Language = "en") -> bytes:
    """The agent's embedded voice saying these words, 8 kHz."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "callcenter.tts.espeak_speak", "--language", language, words),
        cwd=PROJECT,
        stdout=asyncio.subprocess.PIPE,
    )
    pcm, _ = await process.communicate()
    assert process.returncode == 0
    return pcm


def similarity(wanted: bytes, recording: bytes) -> float:
    """Highest normalized correlation, 0..1, of `wanted` (its first two seconds) anywhere in `recording`."""
    template, heard = (np.frombuffer(pcm, "<i2").astype(np.float64) for pcm in (wanted, recording))
    loud = np.flatnonzero(np.abs(template) > 300)
    template = template[loud[0] :][: int(LONGEST_S * LINE_RATE_HZ)]
    if heard.size < template.size:
        return 0.0
    size = 1 << (heard.size + template.size).bit_length()
    spectrum = np.fft.rfft(heard, size) * np.conj(np.fft.rfft(template, size))
    products = np.fft.irfft(spectrum, size)[: heard.size - template.size + 1]
    energy = np.concatenate([[0.0], np.cumsum(heard * heard)])
    energies = energy[template.size :] - energy[: -template.size]
    norm = np.sqrt(np.maximum(energies, 1.0) * np.sum(template * template))
    return float(np.max(products / norm))


async def played(text: str, recording: bytes, language: Language = "en") -> bool:
    """Whether every sentence of `text` can be heard in the recording."""
    lexicon = Shop.load(PROJECT / "shops/tires").lexicon(language)
    splitter = SentenceSplitter(language)
    sentences = [*splitter.feed(text), *splitter.flush()]
    spoken = [await voice(verbalize(sentence, language, lexicon), language) for sentence in sentences]
    return bool(spoken) and all(similarity(each, recording) >= MATCH for each in spoken)

"""What synthetic callers say to a recognizer: sentences of the shop, in the languages that it serves."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from callcenter.ports import Language
from callcenter.shop import Shop
from callcenter.stt.bench import shop_sentences
from callcenter.stt.foreign_speech import SENTENCES
from callcenter.stt.synthetic import ENGLISH, Caller, Mouths, over_the_line, recorded

_VOICES = {"uk": ("uk", "uk+f2", "uk+m3"), "ru": ("ru", "ru+f2", "ru+m3")}


@dataclass(frozen=True, slots=True)
class Said:
    text: str
    """"" when nobody knows."""
    state: str
    """The grammar that it is of."""
    pcm: bytes
    """As it comes out of an 8 kHz line."""


def say(shop: Shop, languages: Sequence[Language], count: int, *, noise_db: float = 22.0) -> list[Said]:
    """About so many sentences, shared by the languages; the same each time."""
    rng = np.random.default_rng(0)
    said = []
    with Mouths() as mouths:
        for language in languages:
            for number, (state, text) in enumerate(_texts(shop, language)[: -(-count // len(languages))]):
                pcm = mouths.say(text, _caller(language, number))
                said.append(Said(text, state, over_the_line(pcm, rng, noise_db=noise_db)))
    return said


def recordings(folder: Path) -> list[Said]:
    """Of people: every WAV file below it, in pieces of 3 s, over a telephone line."""
    rng = np.random.default_rng(1)
    files = sorted(folder.rglob("*.wav"))
    return [Said("", "root", over_the_line(piece, rng)) for file in files for piece in recorded(file)]


def _texts(shop: Shop, language: Language) -> list[tuple[str, str]]:
    if language != "en":
        return [("root", text) for text in SENTENCES[language]]
    by_state = shop_sentences(shop, tries=12)
    return [(state, texts[turn]) for turn in range(12) for state, texts in by_state.items()]


def _caller(language: Language, number: int) -> Caller:
    if language == "en":
        return ENGLISH[number % len(ENGLISH)]
    voices = _VOICES[language]
    return Caller(voices[number % len(voices)], 160)

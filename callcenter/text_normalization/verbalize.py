"""Display text as words for the voice: `verbalize` of the package."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import lru_cache

from callcenter.ports import Language
from callcenter.text_normalization import english
from callcenter.text_normalization.plain import plain
from callcenter.text_normalization.slavic import SlavicFigures
from callcenter.text_normalization.words_ru import RUSSIAN
from callcenter.text_normalization.words_uk import UKRAINIAN

_UK, _RU = SlavicFigures(UKRAINIAN), SlavicFigures(RUSSIAN)
_FIGURES: dict[Language, Callable[[str], str]] = {
    "en": english.verbalize_figures,
    "uk": _UK.verbalize,
    "ru": _RU.verbalize,
}
_FIGURE_BY_FIGURE: dict[Language, Callable[[str], str]] = {
    "en": english.figure_by_figure,
    "uk": _UK.figure_by_figure,
    "ru": _RU.figure_by_figure,
}
_SPELL: dict[Language, Callable[[str], str]] = {"en": english.spell, "uk": _UK.spell, "ru": _RU.spell}
_ABBREVIATIONS: dict[Language, Mapping[str, str]] = {
    "en": english.ABBREVIATIONS,
    "uk": UKRAINIAN.abbreviations,
    "ru": RUSSIAN.abbreviations,
}
_SYMBOLS: dict[Language, Mapping[str, str]] = {
    "en": english.SYMBOLS,
    "uk": {
        **UKRAINIAN.conjunctions,
        "%": "відсотків",
        "+": "плюс",
        "№": "номер",
        "°": "градусів",
        "$": "доларів",
        "€": "євро",
        "₴": "гривень",
    },
    "ru": {
        **RUSSIAN.conjunctions,
        "%": "процентов",
        "+": "плюс",
        "№": "номер",
        "°": "градусов",
        "$": "долларов",
        "€": "евро",
        "₴": "гривен",
    },
}
_ABBREVIATION = re.compile(r"(?<![\w.])([^\W\d_]+(?:\.[^\W\d_]+)*)\.(?!\w)")
_CAPITALS = re.compile(r"(?<![\w'’ʼ-])([A-Z]{1,4}|[^\W\d_a-zA-Z]{2,4})(?!-?[\w'’ʼ])")
_ROMAN = re.compile(r"(?<![\w-])(?:II|III|IV)(?![\w-])")
_ROMAN_NUMBERS = {"II": 2, "III": 3, "IV": 4}
"""Of models; longer ones are not met, shorter ones are letters."""
_SLASH = re.compile(r"(?<=\w)\s?/\s?(?=\w)")
_UNSPOKEN = re.compile(r"[^\w\s.,!?;:…'’ʼ\-–—()«»\"“”„%]|_", re.UNICODE)
_SPACE_BEFORE = re.compile(r"\s+([.,!?;:…)»”])")
_SPACES = re.compile(r"\s+")


def verbalize(text: str, language: Language, lexicon: Mapping[str, str] | None = None) -> str:
    """`text` (a sentence, as written) in words only: no figures, no abbreviations, no signs but punctuation.

    `lexicon` is how the shop's names are written so that the voice reads them right ("Michelin": "мішлен"); whole
    words, whatever the case. Never raises; nothing but markup gives "".
    """
    text = _plain_digits(plain(text))
    if lexicon:
        pattern, words = _lexicon(frozenset(lexicon.items()))
        text = pattern.sub(lambda match: words[match[0].lower()], text)
    text = _ROMAN.sub(lambda match: str(_ROMAN_NUMBERS[match[0]]), text)
    text = _FIGURES[language](text)
    text = _ABBREVIATION.sub(lambda match: _expand(match, _ABBREVIATIONS[language]), text)
    if language != "en":  # an English voice knows which of its own words are spelled
        text = _CAPITALS.sub(lambda match: _spelled(match, text, language), text)
    text = _SLASH.sub(" ", text)
    for sign, word in _SYMBOLS[language].items():
        if sign in text:
            text = text.replace(sign, f" {word} ")
    text = _UNSPOKEN.sub(" ", text)
    text = re.sub(r"\d+", lambda match: f" {_FIGURE_BY_FIGURE[language](match[0])} ", text)
    return _SPACE_BEFORE.sub(r"\1", _SPACES.sub(" ", text)).strip()


def _plain_digits(text: str) -> str:
    """Every script's figures as 0-9, and "½" as 1/2."""
    if text.isascii():
        return text
    return "".join(_plain_digit(character) for character in text)


def _plain_digit(character: str) -> str:
    if character.isascii() or not character.isnumeric():
        return character
    if character.isdigit():
        return str(unicodedata.digit(character))
    return unicodedata.normalize("NFKC", character).replace("\u2044", "/")


@lru_cache(maxsize=16)
def _lexicon(entries: frozenset[tuple[str, str]]) -> tuple[re.Pattern[str], dict[str, str]]:
    words = {written.lower(): spoken for written, spoken in entries}
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)", re.IGNORECASE), words


def _expand(match: re.Match[str], abbreviations: Mapping[str, str]) -> str:
    words = abbreviations.get(match[1].lower())
    if words is None:
        return match[0]
    rest = match.string[match.end() :].strip()
    return words if rest else f"{words}."


def _spelled(match: re.Match[str], text: str, language: Language) -> str:
    if not match[1].isupper() or (len(match[1]) == 1 and not match[1].isascii()):
        return match[0]
    if not match[1].isascii() and (text.isupper() or set(match[1].lower()) & set("аеєиіїоуюяыэё")):
        return match[0]  # a word that is said, as "ТОВ" is, or a text that shouts
    return _SPELL[language](match[1])

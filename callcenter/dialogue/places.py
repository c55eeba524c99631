"""Which city is meant, and which of the places that were named. Pure."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from rapidfuzz import fuzz

from callcenter.dialogue.numbers import NumberWords
from callcenter.dialogue.patterns import NEVER
from callcenter.dialogue.words import latin, normalize, stem, tokens

ALIKE_LETTERS = 4
"""Shorter words are the same or others."""
FEW_WORDS = 2
"""With which a number is the place of one among others: "number two"."""
ALIKE_SCORE = 75
"""rapidfuzz's ratio (0..100) from which two words are one: low, since it is told from a few others only."""


class PlaceWords:
    def __init__(
        self, cities: Mapping[str, re.Pattern[str]], numbers: NumberWords, not_there: re.Pattern[str] = NEVER
    ) -> None:
        """`cities`: what each is called; `numbers` must know the ordinal ones; `not_there` fits what stands before a
        city that is not meant."""
        self._cities, self._not_there = cities, not_there
        self._numbers = numbers

    def city(self, text: str) -> str | None:
        """The one that a normalized text names first, as the store calls it; of "not to Odesa, to Lviv" the second."""
        named = sorted((match.start(), city) for city, p in self._cities.items() for match in p.finditer(text))
        return next((city for start, city in named if not self._not_there.search(text[:start])), None)

    def choose(self, text: str, options: Sequence[str], choice: int | None = None) -> int | None:
        """The index of the option that a normalized text means: by its place among them ("the second", which is
        `Understood.choice`; "two"), or by a word that none of the others has: of a street, a district. An option is its
        name and address as the store writes them; the words may be in other letters."""
        if choice is not None:
            place = choice - 1 if choice > 0 else len(options) + choice
            return place if 0 <= place < len(options) else None
        words = tokens(self._numbers.in_digits(text))
        scores = self._scores([_letters(word) for word in words], options)
        if max(scores, default=0) > 0:
            return scores.index(max(scores)) if scores.count(max(scores)) == 1 else None
        if len(words) > FEW_WORDS:  # "the one near the river"
            return None
        named = [int(word) for word in words if word.isdecimal() and len(word) <= 2]
        return named[-1] - 1 if named and 0 < named[-1] <= len(options) else None

    def _scores(self, said: Sequence[str], options: Sequence[str]) -> list[float]:
        """How much was said of each option; a word that several of them have counts less, one that all have nothing,
        and a number (of a house) only beside a word."""
        several = [{_letters(word) for word in self._words(option)} for option in options]
        having = Counter(word for words in several for word in words)
        weights = {word: 1 / count for word, count in having.items() if count < len(options) or len(options) == 1}
        scores = list[float]()
        for words in several:
            telling = [word for word in words if word in weights and any(_alike(word, other) for other in said)]
            is_named = not all(map(str.isdecimal, telling))
            scores.append(sum(weights[word] for word in telling) if is_named else 0)
        return scores

    def _words(self, option: str) -> list[str]:
        return tokens(self._numbers.in_digits(normalize(option)))


def _letters(word: str) -> str:
    return latin(stem(word))


def _alike(word: str, other: str) -> bool:
    if word.isdecimal() or other.isdecimal() or word == other:
        return word == other
    return min(len(word), len(other)) >= ALIKE_LETTERS and fuzz.ratio(word, other) >= ALIKE_SCORE

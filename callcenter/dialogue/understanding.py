"""What an utterance says: which intents, and what of the wish. The first tier of the cascade: patterns.

Patterns of all the shop's languages are tried, whatever language we speak: callers mix them.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from callcenter.dialogue.names import NameIndex
from callcenter.dialogue.numbers import NumberWords, TireSize
from callcenter.dialogue.wish import Wish
from callcenter.dialogue.words import normalize
from callcenter.ports import CallerSaid
from callcenter.shop import CatalogueNames
from callcenter.shop.language import LanguagePack, expand

LOWEST_PRICE = 300
"""A smaller number is no price of a tire in the shop's currency."""
MOST_TIRES = 99
SHORTEST_NAME = 4
"""Of a tire's model."""
YEARS = range(1960, 2100)
SPOKEN_YEAR = re.compile(r"(?<![0-9])(19|20) ?([0-9]{2})(?![0-9])")
""" "2018", "twenty eighteen"."""
Key = TypeVar("Key", int, str)


@dataclass(frozen=True, slots=True)
class Understood:
    words: str
    """Normalized."""
    intents: frozenset[str] = frozenset()
    """Of the language packs, and "wish" and "choice"."""
    wish: Wish = field(default_factory=Wish)
    choice: int | None = None
    """Which of what was offered: from 1, -1 for the last."""
    quantity: int | None = None
    unknown: tuple[str, ...] = ()
    """Words that nothing else was understood from: perhaps a tire's model."""
    keyed: bool = False
    confidence: float = 1.0


class Understanding:
    def __init__(self, packs: Iterable[LanguagePack], names: CatalogueNames) -> None:
        packs = tuple(packs)
        self._numbers = NumberWords(
            {word: value for pack in packs for word, value in pack.numbers.items()},
            {word: value for pack in packs for word, value in pack.multipliers.items()},
            (word for pack in packs for word in pack.size_words),
        )
        self._names = NameIndex(names, self._numbers, (word for pack in packs for word in pack.common_words))
        self._intents = _united(pack.intents for pack in packs)
        self._seasons = _united(pack.seasons for pack in packs)
        self._choices = _united(pack.choices for pack in packs)
        self._quantity_words = _united(pack.quantity_words for pack in packs)
        self._prices = _compiled(pattern for pack in packs for pattern in pack.price_limit)
        self._quantities = _compiled(pattern for pack in packs for pattern in pack.quantity)
        self._years = _compiled(pattern for pack in packs for pattern in pack.year)
        self._rims = _compiled(pattern for pack in packs for pattern in pack.rim)

    def read(self, said: CallerSaid, known_make: str = "") -> Understood:
        """`known_make`: the make that has been talked about, so that a model alone is understood."""
        text = normalize(said.text)
        if said.keyed:
            return self._keyed(text)
        size = self._numbers.size(text)
        digits = self._numbers.in_digits(text)
        price = self._number(self._prices, digits, lambda n: n >= LOWEST_PRICE)
        wish = Wish(
            vehicle=self._names.vehicle(text, known_make),
            year=self._year(digits) if size is None and price is None else None,
            size=size,
            rim=self._number(self._rims, digits, lambda n: 12 <= n <= 24) if size is None else None,
            season=_first(self._seasons, text),
            brand=self._names.brand(text),
            max_price=price,
        )
        choice = _first(self._choices, text)
        intents = {intent for intent, pattern in self._intents.items() if pattern.search(text)}
        intents |= {"wish"} if wish else set()
        intents |= {"choice"} if choice is not None else set()
        return Understood(
            words=text,
            intents=frozenset(intents),
            wish=wish,
            choice=choice,
            quantity=self._quantity(text, digits),
            unknown=self._unknown(text),
            confidence=said.confidence,
        )

    def _unknown(self, text: str) -> tuple[str, ...]:
        for patterns in (self._intents, self._seasons, self._choices, self._quantity_words):
            for pattern in patterns.values():
                text = pattern.sub(" ", text)
        words = (word for word in text.split() if len(word) >= SHORTEST_NAME and not word.isdigit())
        return tuple(word for word in words if not self._numbers.knows(word) and not self._names.knows(word))

    def _keyed(self, text: str) -> Understood:
        digits = "".join(character for character in text if character.isdigit())
        size = TireSize.parse(digits)
        choice = int(digits) if digits in ("1", "2", "3") else None
        intents = {"wish"} if size else {"choice"} if choice else set()
        return Understood(digits, frozenset(intents), Wish(size=size), choice, keyed=True)

    def _number(self, patterns: Iterable[re.Pattern[str]], digits: str, fits: Callable[[int], bool]) -> int | None:
        for found in _matches(patterns, digits):
            if len(found) < 8 and fits(int(found)):
                return int(found)
        return None

    def _year(self, digits: str) -> int | None:
        for found in _matches(self._years, digits):
            year = int(found) + 2000 if len(found) <= 2 else int(found[:8])
            if year in YEARS and (len(found) == 4 or int(found) <= 40):
                return year
        spoken = SPOKEN_YEAR.search(digits)
        return int(spoken[1] + spoken[2]) if spoken else None

    def _quantity(self, text: str, digits: str) -> int | None:
        counted = self._number(self._quantities, digits, lambda n: 1 <= n <= MOST_TIRES)
        return counted if counted is not None else _first(self._quantity_words, text)


def _compiled(patterns: Iterable[str]) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(expand(pattern)) for pattern in patterns)


def _united(groups: Iterable[Mapping[Key, Iterable[str]]]) -> dict[Key, re.Pattern[str]]:
    """One pattern a key, of all languages."""
    collected: dict[Key, list[str]] = {}
    for group in groups:
        for key, patterns in group.items():
            collected.setdefault(key, []).extend(patterns)
    return {key: re.compile(expand("|".join(patterns))) for key, patterns in collected.items()}


def _first(patterns: Mapping[Key, re.Pattern[str]], text: str) -> Key | None:
    """The key that is named first in the text."""
    found = [
        (match.start(), index, key) for index, (key, p) in enumerate(patterns.items()) if (match := p.search(text))
    ]
    return min(found)[2] if found else None


def _matches(patterns: Iterable[re.Pattern[str]], text: str) -> Iterator[str]:
    for pattern in patterns:
        yield from (match["n"] for match in pattern.finditer(text))

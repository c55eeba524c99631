"""Which car and which brand is meant, in Latin or Cyrillic letters and in any case of the word."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from rapidfuzz import fuzz, process

from callcenter.dialogue.numbers import NumberWords
from callcenter.dialogue.words import normalize, stem, tokens
from callcenter.shop import CatalogueNames

Kind = Literal["make", "model", "brand"]
FUZZY_LETTERS = 5
"""Shorter words are never taken for a misheard name."""
FUZZY_SCORE = 82
"""rapidfuzz's ratio (0..100) from which a word is a misheard name."""
MOST_BETWEEN = 1
"""Words between a make and a model that counts only behind it: "tesla model three"."""
FUNCTION_LETTERS = frozenset("aceioykbз")
"""Words of one letter, look-alikes folded: "а 4 штуки" is no Audi."""


@dataclass(frozen=True, slots=True)
class Named:
    """A name in the text: a make, a model with its make, or a brand."""

    kind: Kind
    name: str
    make: str = ""
    start: int = 0
    end: int = 0
    """In tokens."""
    alone: bool = True
    """Counts by itself; else only behind its make (a BMW's "5")."""


@dataclass(frozen=True, slots=True)
class Vehicle:
    make: str
    model: str = ""

    def __str__(self) -> str:
        return f"{self.make} {self.model}".strip()


class NameIndex:
    def __init__(
        self, names: CatalogueNames, numbers: NumberWords, common_words: Iterable[str], no_names: Iterable[str] = ()
    ) -> None:
        """`common_words` are models only behind their make, `no_names` are none at all."""
        self._numbers = numbers
        self._no_names = frozenset(no_names)
        self._common = {tuple(self._stems(word)) for word in common_words}
        self._entries: dict[tuple[str, ...], list[Named]] = {}
        self._fuzzy: dict[str, tuple[str, ...]] = {}
        for make, aliases in names.makes.items():
            self._add(Named("make", make), aliases)
        for (make, model), aliases in names.models.items():
            self._add(Named("model", model, make), aliases)
        for brand, aliases in names.brands.items():
            self._add(Named("brand", brand), aliases)
        self._words = {part for key in self._entries for part in key}
        self._longest = max(map(len, self._entries), default=0)

    def knows(self, word: str) -> bool:
        """It is part of some name."""
        return word not in self._no_names and stem(word) in self._words

    def brand(self, text: str) -> str | None:
        """In a normalized text."""
        return next(iter(self.brands(text)), None)

    def brands(self, text: str) -> tuple[str, ...]:
        """All in a normalized text, each once."""
        return tuple(dict.fromkeys(found.name for found in self._find(text) if found.kind == "brand"))

    def vehicle(self, text: str, known_make: str = "") -> Vehicle | None:
        """In a normalized text; `known_make` is the make that has been talked about."""
        found = list(self._find(text, known_make))
        makes = [named for named in found if named.kind == "make"]
        models = [named for named in found if named.kind == "model"]
        for make in makes:
            for model in models:
                if model.make == make.name and (model.alone or 0 <= model.start - make.end <= MOST_BETWEEN):
                    return Vehicle(make.name, model.name)
        if makes:
            return Vehicle(makes[0].name)
        models.sort(key=lambda named: (named.make != known_make, not named.alone))
        for model in models:
            if model.alone or model.make == known_make:
                return Vehicle(model.make, model.name)
        return None

    # ---------------------------------------------------------------- finding

    def _find(self, text: str, known_make: str = "") -> Iterator[Named]:
        words = self._stems(text)
        fuzzy_used, i, make_end = False, 0, len(words)
        while i < len(words):
            if (
                (hit := self._exact(words, i, known_make, behind_make=0 <= i - make_end <= MOST_BETWEEN)) is None
                and not fuzzy_used
                and (near := self._near(words[i]))
            ):
                hit, fuzzy_used = (self._entries[near], 1), True
            if hit is None:
                i += 1
                continue
            several, length = hit
            for named in several:
                make_end = i + length if named.kind == "make" else make_end
                yield Named(named.kind, named.name, named.make, i, i + length, named.alone)
            i += length

    def _exact(
        self, words: Sequence[str], start: int, known_make: str, *, behind_make: bool
    ) -> tuple[list[Named], int] | None:
        """The longest name that begins here; one that counts only behind its make just there."""
        for length in range(min(self._longest, len(words) - start), 0, -1):
            several = self._entries.get(tuple(words[start : start + length]), ())
            if fitting := [named for named in several if named.alone or behind_make or named.make == known_make]:
                return fitting, length
        return None

    def _near(self, word: str) -> tuple[str, ...] | None:
        if len(word) < FUZZY_LETTERS or word.isdecimal():
            return None
        best = process.extractOne(word, self._fuzzy.keys(), scorer=fuzz.ratio, score_cutoff=FUZZY_SCORE)
        return self._fuzzy[best[0]] if best else None

    # ---------------------------------------------------------------- building

    def _stems(self, text: str) -> list[str]:
        spelled = self._numbers.in_digits(normalize(text))
        return ["" if word in self._no_names else stem(word) for word in tokens(spelled)]

    def _add(self, named: Named, aliases: Iterable[str]) -> None:
        for spelling in (named.name, *aliases):
            key = tuple(self._stems(spelling))
            if not key:
                continue
            alone = named.kind != "model" or not self._is_weak(key)
            entry = Named(named.kind, named.name, named.make, alone=alone)
            if entry not in (several := self._entries.setdefault(key, [])):
                several.append(entry)
            if len(key) == 1 and len(key[0]) >= FUZZY_LETTERS and alone:
                self._fuzzy[key[0]] = key

    def _is_weak(self, key: tuple[str, ...]) -> bool:
        """Numbers, single letters and words of everyday speech are no model by themselves."""
        words = "".join(part for part in key if not part.isdecimal())
        return key in self._common or words in FUNCTION_LETTERS or not words or (len(key) == 1 and len(words) < 3)

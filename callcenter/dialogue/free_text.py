"""What callers say in words of their own: a name, an address, what a call-back is about. Pure."""

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import takewhile

from callcenter.dialogue.numbers import NumberWords
from callcenter.dialogue.patterns import CUT, compiled, cut_all, either, matches, segments
from callcenter.shop.language import LanguagePack

MOST_NAMES = 3
"""Words of one person."""
SHORTEST_STREET = 4
MOST_OF_A_STREET = 2
"""Words, where nothing else tells that they are one."""


class FreeText:
    def __init__(
        self,
        packs: Iterable[LanguagePack],
        numbers: NumberWords,
        *,
        known: Iterable[re.Pattern[str]],
        courtesies: Iterable[re.Pattern[str]],
        is_product: Callable[[str], bool],
    ) -> None:
        """`known`: everything else that words may mean; `courtesies`: of these, what is said around an address;
        `is_product`: a word is a car's or a brand's."""
        texts = tuple(pack.free_text for pack in packs)
        self._numbers = numbers
        self._names = compiled(pattern for text in texts for pattern in text.name)
        self._perhaps = compiled(pattern for text in texts for pattern in text.name_perhaps)
        self._no_names = (either(pattern for text in texts for pattern in text.around_name), *known)
        self._address_words = either(pattern for text in texts for pattern in text.address_words)
        self._addresses_perhaps = compiled(pattern for text in texts for pattern in text.address_perhaps)
        self._inside = either(pattern for text in texts for pattern in text.inside)
        around = either(pattern for text in texts for pattern in text.around_address)
        self._beside_number = either(pattern for text in texts for pattern in text.beside_number)
        around_twice = (around, around)  # "to" is not of it where it stands beside a cut
        self._no_address = (*courtesies, *around_twice)
        self._only_address = (*courtesies, *known, *around_twice)
        slashes = "|".join((CUT, *(pattern for text in texts for pattern in text.slashes)))
        self._slash = re.compile(rf"(?<=[0-9]) (?:{slashes}) (?=[0-9])")
        self._topics = compiled(pattern for text in texts for pattern in text.topic)
        self._no_topic = (either(pattern for text in texts for pattern in text.around_topic),)
        self._is_product = is_product

    def name(self, text: str, *, asked: bool = False) -> str:
        """The caller's name in a normalized text without days and times (When.rest), in the case that it was said in;
        "" where there is none. `asked`: a name was asked for, so that it may stand alone."""
        for match in matches(self._names, text):
            head, *tail = match["rest"].split()
            if _is_name(head) and cut_all(head, self._no_names[:1]) != CUT:
                return _titled([head, *self._names_at(" ".join(tail))[: MOST_NAMES - 1]])
        for match in matches(self._perhaps, text):
            if names := self._names_at(match["rest"]):
                return _titled(names)
        if not asked:
            return ""
        return next((_titled(names) for words in self._parts(text) if (names := self._people(words))), "")

    def address(
        self,
        text: str,
        *,
        asked: bool = False,
        perhaps: bool = False,
        delivers: bool = False,
        has_size: bool = False,
    ) -> str:
        """Street and house in a normalized text, "вулиця Хрещатик 10 квартира 5"; "" where there are none. `asked`: an
        address was asked for: it is what is left of the words. `perhaps`: one may be talked about, so that "to" will do
        instead of a word like "street"; `delivers`: something is to be delivered, so that nothing is needed.
        `has_size`: the numbers are those of a tire."""
        spoken = self._slash.sub(CUT, self._numbers.in_digits(text))
        if asked:
            return self._spelled([word for words in segments(cut_all(spoken, self._no_address)) for word in words])
        if has_size:
            return ""
        if self._address_words.search(spoken) is None:
            return (perhaps and self._unmarked(spoken)) or (self._bare(spoken) if delivers else "")
        for words in segments(cut_all(spoken, self._only_address)):
            if any(map(_has_digit, words)) and any(map(self._address_words.fullmatch, words)):
                return self._spelled(words)
        return ""

    def _unmarked(self, spoken: str) -> str:
        """ "To Khreshchatyk 6"."""
        for match in matches(self._addresses_perhaps, spoken):
            words = next(iter(segments(cut_all(match["rest"], self._only_address))), [])
            street = list(takewhile(_is_name, words))
            house = list(takewhile(_has_digit, words[len(street) :]))
            if street and house and not any(map(self._is_product, street)):
                return self._spelled([*street, *house])
        return ""

    def _bare(self, spoken: str) -> str:
        """ "Shevchenka 12": a name that nothing else is, and a number, alone."""
        said = segments(cut_all(spoken, (*self._only_address, *self._no_names[:1], self._beside_number)))
        words = said[0] if len(said) == 1 else []
        street = list(takewhile(_is_name, words))
        house = words[len(street) :]
        is_street = 0 < len(street) <= MOST_OF_A_STREET and len(street[-1]) >= SHORTEST_STREET
        if not is_street or not house or not _has_digit(house[0]) or any(map(self._is_product, street)):
            return ""
        return self._spelled([*street, *takewhile(_has_digit, house)])

    def corrected(self, address: str, said: str) -> str:
        """An address with the part of it that is said now, "flat 14"; what is said, where that is a whole one."""
        words, kept = said.split(), address.split()
        kind = next((word for word in words if self._is_address_word(word)), "")
        if not kept or not kind or not all(self._is_address_word(word) or _has_digit(word) for word in words):
            return said
        if kind in kept:
            start = kept.index(kind)
        elif self._inside.fullmatch(kind.casefold()):
            start = len(kept)
        else:  # the house stands after the street
            start = next((at for at, word in enumerate(kept) if _has_digit(word)), len(kept))
        end = start + (start < len(kept) and kept[start] == kind)
        while end < len(kept) and _has_digit(kept[end]):
            end += 1
        return " ".join((*kept[:start], *words, *kept[end:]))

    def _is_address_word(self, word: str) -> bool:
        return self._address_words.fullmatch(word.casefold()) is not None

    def topic(self, text: str, *, asked: bool = False) -> str:
        """What a call-back is about, in a normalized text without days and times (When.rest); "" where nobody said.
        `asked`: it was asked for: it is what is left of the words."""
        for match in matches(self._topics, text):
            if said := segments(cut_all(match["rest"], self._no_topic)):
                return " ".join(said[0])
        return " ".join(word for words in segments(cut_all(text, self._no_topic)) for word in words) if asked else ""

    def _parts(self, text: str) -> list[list[str]]:
        return segments(cut_all(text, self._no_names))

    def _names_at(self, text: str) -> list[str]:
        """The names that a text begins with."""
        known = cut_all(text, self._no_names)
        return [] if known.startswith(CUT) or not known else self._people(segments(known)[0])

    def _people(self, words: Iterable[str]) -> list[str]:
        names = list(takewhile(_is_name, words))[:MOST_NAMES]
        return [] if any(map(self._is_product, names)) else names

    def _spelled(self, words: Sequence[str]) -> str:
        return " ".join(word if self._address_words.fullmatch(word) else word.capitalize() for word in words)


def _is_name(word: str) -> bool:
    return len(word) > 1 and word.replace("'", "").isalpha()


def _titled(names: Iterable[str]) -> str:
    return " ".join(name.capitalize() for name in names)


def _has_digit(word: str) -> bool:
    return any(character.isdigit() for character in word)

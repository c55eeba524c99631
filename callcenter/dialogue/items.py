"""Kinds of tires and how many of each: "four of the first one and two of the second". Pure."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from callcenter.dialogue.numbers import NumberWords
from callcenter.dialogue.patterns import cut_all, either
from callcenter.dialogue.words import tokens

MOST_BETWEEN = 2
"""Words between a number and what there are so many of: "four tires of the first"."""
MARK, LAST = "_", -1
"""Before the number that stands for a choice in the words: it makes one word of both, and nobody says it. The last one
has 0."""


@dataclass(frozen=True, slots=True)
class Item:
    """One of what was offered, by its place or by its brand."""

    quantity: int | None = None
    """None: not said."""
    choice: int | None = None
    brand: str | None = None


@dataclass(frozen=True, slots=True)
class _Named:
    """A number of tires, or a tire."""

    at: int
    """In words."""
    quantity: int = 0
    choice: int | None = None
    brand: str | None = None


class ItemWords:
    def __init__(
        self,
        *,
        choices: Mapping[int, re.Pattern[str]],
        quantity_words: Mapping[int, re.Pattern[str]],
        each: Iterable[str],
        no_quantities: Sequence[re.Pattern[str]],
        numbers: NumberWords,
        brand: Callable[[str], str | None],
        most: int,
    ) -> None:
        """`each`: patterns of the packs; `no_quantities`: numbers of something else; `brand`: which one a word names;
        `most` tires of a kind."""
        self._choices = choices
        self._quantity_words = dict(sorted(quantity_words.items(), reverse=True))  # "two sets" before "set"
        self._each = either(each)
        self._no_quantities = no_quantities
        self._numbers = numbers
        self._brand = brand
        self._most = most

    def read(self, text: str) -> tuple[Item, ...]:
        """Of a normalized text: several as soon as there is a number of one of them, a single one where its number
        stands right before it. What is said of none of them is no item."""
        named = list(self._named(text))
        tires = [one for one in named if not one.quantity]
        if not tires or len(tires) == len(named):
            return ()
        if len(tires) == 1:
            before = [one for one in named if one.quantity and 0 < tires[0].at - one.at <= MOST_BETWEEN + 1]
            return (_item(tires[0], before[-1]),) if before else ()
        if self._each.search(text):
            number = next(one for one in named if one.quantity)
            return tuple(_item(tire, number) for tire in tires)
        if not named[0].quantity:  # "of the first one four, of the second two"
            return tuple(reversed(list(_counted(list(reversed(named))))))
        return tuple(_counted(named))

    def _named(self, text: str) -> Iterator[_Named]:
        text = self._with_marks(text)
        for quantity, pattern in self._quantity_words.items():
            text = pattern.sub(str(quantity), text)
        words = tokens(cut_all(self._numbers.in_digits(text), self._no_quantities))
        last: _Named | None = None
        for at, word in enumerate(words):
            found = self._of(word, at)
            if found is None or (last is not None and last.at == at - 1 and _is_same_tire(last, found)):
                continue
            last = found
            yield found

    def _with_marks(self, text: str) -> str:
        """With marks for choices."""
        found = ((match, choice) for choice, pattern in self._choices.items() for match in pattern.finditer(text))
        pieces, end = list[str](), 0
        for match, choice in sorted(found, key=lambda one: one[0].start()):
            if match.start() >= end:
                pieces += [text[end : match.start()], f" {MARK}{0 if choice == LAST else choice} "]
                end = match.end()
        return "".join((*pieces, text[end:]))

    def _of(self, word: str, at: int) -> _Named | None:
        if word.startswith(MARK):
            return _Named(at, choice=int(word.removeprefix(MARK)) or LAST)
        if word.isdecimal():
            return _Named(at, int(word)) if len(word) <= len(str(self._most)) and int(word) else None
        brand = self._brand(word)
        return _Named(at, brand=brand) if brand is not None else None


def _is_same_tire(one: _Named, other: _Named) -> bool:
    """ "The first, Nokian"."""
    return not one.quantity and not other.quantity and (one.choice is None) != (other.choice is None)


def _counted(named: Sequence[_Named]) -> Iterator[Item]:
    """Each tire with the last number before it."""
    number: _Named | None = None
    for one in named:
        if one.quantity:
            number = one
        else:
            yield _item(one, number)
            number = None


def _item(tire: _Named, number: _Named | None) -> Item:
    return Item(number.quantity if number is not None else None, tire.choice, tire.brand)

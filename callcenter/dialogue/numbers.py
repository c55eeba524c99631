"""Numbers said in words, in any of the shop's languages: whole ones, and the sizes of tires."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from callcenter.dialogue.words import tokens
from callcenter.shop.language import LanguagePack

WIDTHS_MM = frozenset(range(125, 356, 10))
PROFILES = frozenset(range(25, 90, 5))
RIMS_INCH = frozenset(range(12, 25))
MOST_FILLERS = 2
"""Words that may stand between two numbers of a size ("on R")."""
MOST_TOKENS = 4
"""Of one number of a size: "two hundred and fifteen"."""


@dataclass(frozen=True, slots=True)
class TireSize:
    width: int
    profile: int
    diameter: int

    def __str__(self) -> str:
        return f"{self.width}/{self.profile} R{self.diameter}"

    @classmethod
    def parse(cls, digits: str) -> "TireSize | None":
        """ "2155517"; None when that is no size."""
        if len(digits) != 7 or not digits.isascii() or not digits.isdigit():
            return None
        return cls.of(int(digits[:3]), int(digits[3:5]), int(digits[5:]))

    @classmethod
    def written(cls, text: str) -> "TireSize | None":
        """ "215/55 R17", also with a C behind it; None when that is no size."""
        return cls.parse("".join(filter(str.isdigit, text)))

    @classmethod
    def of(cls, width: int, profile: int, diameter: int) -> "TireSize | None":
        if width in WIDTHS_MM and profile in PROFILES and diameter in RIMS_INCH:
            return cls(width, profile, diameter)
        return None


class NumberWords:
    def __init__(
        self, numbers: Mapping[str, int], multipliers: Mapping[str, int], size_words: Iterable[str] = ()
    ) -> None:
        self._numbers, self._multipliers = dict(numbers), dict(multipliers)
        self._fillers = frozenset(size_words) | {"/"}

    @classmethod
    def of(cls, packs: Iterable[LanguagePack], *, ordinals: bool | None = None) -> "NumberWords":
        """Of all these languages. `ordinals`: True: "fifth" is 5 too, as in dates and times; False: none is a number,
        also not those that stand among a pack's numbers; None: just those do."""
        packs = tuple(packs)
        numbers = {word: value for pack in packs for word, value in pack.numbers.items()}
        ordinal_words = {word: value for pack in packs for word, value in pack.ordinal_words().items()}
        if ordinals is True:
            numbers = ordinal_words | numbers
        elif ordinals is False:
            numbers = {word: value for word, value in numbers.items() if word not in ordinal_words}
        multipliers = {word: value for pack in packs for word, value in pack.multipliers.items()}
        return cls(numbers, multipliers, (word for pack in packs for word in pack.size_words))

    def knows(self, word: str) -> bool:
        return word in self._numbers or word in self._multipliers or word in self._fillers

    def in_digits(self, text: str) -> str:
        """The normalized text with every whole number in digits: "до 4000 грн". What is digits already stays as it is
        written: "05"."""
        words, out, i = tokens(text), list[str](), 0
        while i < len(words):
            value, end = self.cardinal(words, i)
            as_written = value is None or (end == i + 1 and words[i].isdecimal())
            out.append(words[i] if as_written else str(value))
            i = end
        return " ".join(out)

    def size(self, text: str) -> TireSize | None:
        """The first size in a normalized text: "215/55 r17", "two fifteen fifty five seventeen", "2155517"."""
        words = list(_split(tokens(text)))
        for start in range(len(words)):
            for width, after_width in self._values(words, start, WIDTHS_MM):
                for profile, after_profile in self._values(words, self._skip(words, after_width), PROFILES):
                    for rim, _ in self._values(words, self._skip(words, after_profile), RIMS_INCH):
                        return TireSize(width, profile, rim)
        return None

    # ---------------------------------------------------------------- whole numbers

    def cardinal(self, words: Sequence[str], start: int) -> tuple[int | None, int]:
        """The number that begins here and where it ends; (None, start + 1) where none begins."""
        total, part, room, i = 0, 0, 1000, start
        while i < len(words):
            word = words[i]
            if (times := self._multipliers.get(word)) is not None:
                if i == start and times == 100:  # "a thousand" may stand alone
                    break
                if times == 100:
                    part, room = max(part, 1) * 100, 100
                else:
                    total, part, room = (total + max(part, 1) * times), 0, times
            elif word.isdecimal():
                if i > start and not (total and not part and len(word) <= 3 and room == 1000):
                    break
                part, room = int(word[:9]), 0
            elif (value := self._numbers.get(word)) is not None:
                if not _fits_behind(value, part, room, first=i == start or (total > 0 and part == 0)):
                    break
                if part >= 100 and i + 1 < len(words) and self._multipliers.get(words[i + 1]) == 100:
                    break  # "two hundred, five hundred"
                part, room = part + value, _room_behind(value)
            elif word == "and" and i > start and i + 1 < len(words) and self._numbers.get(words[i + 1]) and room == 100:
                pass
            else:
                break
            i += 1
        return (total + part, i) if i > start else (None, start + 1)

    # ---------------------------------------------------------------- numbers of a size

    def _skip(self, words: Sequence[str], start: int) -> int:
        end = start
        while end < len(words) and end - start < MOST_FILLERS and words[end] in self._fillers:
            end += 1
        return end

    def _values(self, words: Sequence[str], start: int, allowed: frozenset[int]) -> Iterator[tuple[int, int]]:
        """Allowed numbers that begin here, the longest first, and where each ends."""
        for end in range(min(start + MOST_TOKENS, len(words)), start, -1):
            value = self._read(words[start:end])
            if value is not None and value in allowed:
                yield value, end

    def _read(self, words: Sequence[str]) -> int | None:
        """One number however it is said: in digits, added up ("two hundred fifteen"), in pairs ("two fifteen", "two oh
        five") or digit by digit."""
        if len(words) == 1 and words[0].isdecimal():
            return int(words[0])
        value, end = self.cardinal(words, 0)
        if value is not None and end == len(words) and not any(word.isdecimal() for word in words):
            return value
        atoms = [int(word) if word.isdecimal() and len(word) <= 2 else self._numbers.get(word) for word in words]
        if any(atom is None for atom in atoms):
            return None
        match [atom for atom in atoms if atom is not None]:
            case [hundreds, *rest] if 1 <= hundreds <= 9 and (tail := _two_digits(rest)) is not None:
                return hundreds * 100 + tail
            case pair:
                return _two_digits(pair)


def _split(words: Sequence[str]) -> Iterator[str]:
    """Sizes written together are taken apart: 2155517, 21555, 5517."""
    for word in words:
        if word.isdecimal() and len(word) == 7:
            yield from (word[:3], word[3:5], word[5:])
        elif word.isdecimal() and len(word) == 5:
            yield from (word[:3], word[3:])
        else:
            yield word


def _two_digits(atoms: Sequence[int]) -> int | None:
    match atoms:
        case [whole] if 10 <= whole <= 99:
            return whole
        case [tens, unit] if tens in range(20, 100, 10) and 1 <= unit <= 9:
            return tens + unit
        case [tens, unit] if 0 <= tens <= 9 and 0 <= unit <= 9:
            return tens * 10 + unit
        case _:
            return None


def _fits_behind(value: int, part: int, room: int, *, first: bool) -> bool:
    if first:
        return True
    return 0 < value < room and part > 0


def _room_behind(value: int) -> int:
    """What may still be added to a number that ends with `value`."""
    if value >= 100:
        return 100
    return 10 if value >= 20 and value % 10 == 0 else 0

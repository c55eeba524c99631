"""Numbers as words: cardinals and ordinals of English, Ukrainian and Russian."""

from dataclasses import dataclass
from typing import Literal

Gender = Literal["m", "f", "n"]
Case = Literal["nominative", "genitive"]
LARGEST = 10**15 - 1
"""Beyond it figures are read one by one."""


def words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


@dataclass(frozen=True, slots=True)
class Noun:
    """A counted noun: "одна гривня, дві гривні, п'ять гривень; від однієї гривні"."""

    one: str
    few: str
    many: str
    gender: Gender = "m"
    of_one: str = ""
    """Genitive singular: after fractions, and after "from one"."""

    def form(self, number: int, case: Case = "nominative") -> str:
        ones, tens = number % 10, number % 100
        if ones == 1 and tens != 11:
            return self.one if case == "nominative" else self.of_one or self.few
        if case == "genitive":
            return self.many
        return self.few if 2 <= ones <= 4 and not 12 <= tens <= 14 else self.many


@dataclass(frozen=True, slots=True)
class SlavicNumerals:
    """What Ukrainian and Russian need; both decline alike."""

    units: tuple[str, ...]
    """0 to 19, masculine."""
    units_genitive: tuple[str, ...]
    tens: tuple[str, ...]
    """20, 30 … 90."""
    tens_genitive: tuple[str, ...]
    hundreds: tuple[str, ...]
    """100, 200 … 900."""
    hundreds_genitive: tuple[str, ...]
    one: dict[Gender, str]
    one_genitive: dict[Gender, str]
    two_feminine: str
    scales: tuple[Noun, ...]
    """Thousand, million …"""
    ordinal_units: tuple[str, ...]
    """Stems of 0th to 19th."""
    ordinal_tens: tuple[str, ...]
    ordinal_hundreds: tuple[str, ...]
    ordinal_thousands: dict[int, str]
    """Stems of the 1000th, 2000th …"""


def plural_en(number: int, one: str, many: str) -> str:
    return one if number == 1 else many


# ---------------------------------------------------------------- English

_EN_UNITS = words(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_EN_TENS = words("twenty thirty forty fifty sixty seventy eighty ninety")
_EN_SCALES = ("thousand", "million", "billion", "trillion")
_EN_ORDINALS = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}


def cardinal_en(number: int) -> str:
    words = []
    groups = _thousands(number)
    for power in range(len(groups) - 1, -1, -1):
        if groups[power]:
            words.append(_below_thousand_en(groups[power]))
            if power:
                words.append(_EN_SCALES[power - 1])
    return " ".join(words) or "zero"


def _below_thousand_en(number: int) -> str:
    words = []
    if number >= 100:
        words.append(f"{_EN_UNITS[number // 100]} hundred")
    if rest := number % 100:
        words.append(below_hundred_en(rest))
    return " ".join(words)


def below_hundred_en(number: int) -> str:
    if number < 20:
        return _EN_UNITS[number]
    tens = _EN_TENS[number // 10 - 2]
    return f"{tens}-{_EN_UNITS[number % 10]}" if number % 10 else tens


def ordinal_en(number: int) -> str:
    head, separator, last = _split_last(cardinal_en(number))
    regular = f"{last[:-1]}ieth" if last.endswith("y") else f"{last}th"
    return head + separator + _EN_ORDINALS.get(last, regular)


def _split_last(words: str) -> tuple[str, str, str]:
    at = max(words.rfind(" "), words.rfind("-"))
    return (words[:at], words[at], words[at + 1 :]) if at >= 0 else ("", "", words)


def pair_en(number: int) -> str:
    """Of three or four figures, as years, tire widths and flat numbers are read: "two fifteen", "twenty oh six"."""
    high, low = divmod(number, 100)
    if not low:
        return f"{cardinal_en(high)} hundred" if high % 10 else f"{cardinal_en(high // 10)} thousand"
    return f"{cardinal_en(high)} {'oh ' if low < 10 else ''}{cardinal_en(low)}"


# ---------------------------------------------------------------- Ukrainian and Russian


def cardinal_slavic(number: int, numerals: SlavicNumerals, gender: Gender = "m", case: Case = "nominative") -> str:
    if number == 0:
        return (numerals.units if case == "nominative" else numerals.units_genitive)[0]
    words: list[str] = []
    groups = _thousands(number)
    for power in range(len(groups) - 1, -1, -1):
        group = groups[power]
        if not group:
            continue
        if power:
            scale = numerals.scales[power - 1]
            if group != 1:  # "тисяча", not "одна тисяча"
                words += _below_thousand(group, numerals, scale.gender, case)
            words.append(scale.form(group, case))
        else:
            words += _below_thousand(group, numerals, gender, case)
    return " ".join(words)


def _below_thousand(number: int, numerals: SlavicNumerals, gender: Gender, case: Case) -> list[str]:
    nominative = case == "nominative"
    words = []
    if number >= 100:
        words.append((numerals.hundreds if nominative else numerals.hundreds_genitive)[number // 100 - 1])
    rest = number % 100
    if rest >= 20:
        words.append((numerals.tens if nominative else numerals.tens_genitive)[rest // 10 - 2])
        rest %= 10
    if rest == 1:
        words.append((numerals.one if nominative else numerals.one_genitive)[gender])
    elif rest == 2 and gender == "f" and nominative:
        words.append(numerals.two_feminine)
    elif rest:
        words.append((numerals.units if nominative else numerals.units_genitive)[rest])
    return words


def ordinal_stem(number: int, numerals: SlavicNumerals) -> tuple[str, str]:
    """What stands before the ordinal word ("дві тисячі двадцять "), and that word's stem ("шост"). Up to 9999."""
    rest = number % 100
    if rest:
        last = rest if rest < 20 or rest % 10 == 0 else rest % 10
        stems = numerals.ordinal_units if last < 20 else numerals.ordinal_tens
        return _before(number - last, numerals), stems[last if last < 20 else last // 10 - 2]
    if number == 0:
        return "", numerals.ordinal_units[0]
    if last := number % 1000:
        return _before(number - last, numerals), numerals.ordinal_hundreds[last // 100 - 1]
    return "", numerals.ordinal_thousands[number]


def _before(number: int, numerals: SlavicNumerals) -> str:
    return f"{cardinal_slavic(number, numerals)} " if number else ""


# ---------------------------------------------------------------- figures


def _thousands(number: int) -> list[int]:
    groups = []
    while number:
        number, group = divmod(number, 1000)
        groups.append(group)
    return groups


def digit_groups(digits: str) -> list[str]:
    """Threes, and twos at the end where threes do not come out: 3-2, 3-3, 3-2-2."""
    groups = []
    while len(digits) > 4:
        groups.append(digits[:3])
        digits = digits[3:]
    return [*groups, digits[:2], digits[2:]] if len(digits) == 4 else [*groups, digits]

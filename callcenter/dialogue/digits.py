"""Numbers of orders and phones, dictated digit by digit or in groups, in several utterances if need be. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from callcenter.dialogue.numbers import NumberWords
from callcenter.dialogue.patterns import CUT, compiled, cut, either, matches, segments
from callcenter.dialogue.words import tokens
from callcenter.shop.spoken import Dictation

PHONE_DIGITS = (12, 10, 9)
"""Of a Ukrainian number with the country's code, with the trunk prefix, without either (ITU-T E.164, E.129 of +380)."""
COUNTRY, TRUNK = "380", "0"
LAST_DIGITS = 4
"""Of a phone, by which its owner is recognized."""
SEVERAL = range(2, 5)
"""So many digits of one kind are said as "two fives"."""
MOST_CUTS = 1
"""Of what may be one group, in a number that is read as so many digits."""


@dataclass(frozen=True, slots=True)
class _Group:
    """What is said as one number."""

    digits: str
    end: int
    """In words."""
    is_cut: bool = False
    """The next group would have been part of it, had it not been meant for itself: "twenty" in "twenty one"."""


class DigitWords:
    """Digits are said one by one, in pairs, in threes, or mixed, and a group's leading zeros one by one ("oh five"). So
    words can be read in two ways only where a group that ends in zeros comes before one that could be added to it:
    "twenty one" is 21, or 20 and 1; "two hundred seventy four" is 274, or 200 and 74. People hear one number then, and
    so do we, unless a single cut makes the length that is wanted. What is said alone is never cut, since the rest of
    the number may follow. Whoever meant something else hears it: a number is always read back."""

    def __init__(self, dictations: Iterable[Dictation], numbers: NumberWords) -> None:
        several = tuple(dictations)
        self._numbers = numbers
        self._repeats = {word: times for one in several for word, times in one.repeats.items()}
        self._several = {word: digit for one in several for word, digit in one.several.items()}
        self._wrong = either(pattern for one in several for pattern in one.wrong)
        self._instead = compiled(pattern for one in several for pattern in one.instead)
        self._last = either(pattern for one in several for pattern in one.last)
        self._first = either(pattern for one in several for pattern in one.first)

    def read(self, text: str, length: int | None = None) -> str:
        """All digits of a normalized text, in the groups that they are said in; where that makes fewer than `length` of
        them, so that there are as many, if one cut between groups does it ("twenty one thirty" is 20130)."""
        return self.add("", text, length)

    def add(self, dictated: str, text: str, length: int | None = None) -> str:
        """The digits `dictated` so far with those of a normalized text behind them, or corrected by them ("no, seven",
        "the last one is seven", "not seven, eight"). A text that has `length` digits by itself takes their place. The
        result is longer than `length` where too much was said."""
        for match in matches(self._instead, self._numbers.in_digits(text)):
            old, new = match["old"].replace(" ", ""), match["new"].replace(" ", "")
            if (at := dictated.rfind(old)) >= 0:
                return dictated[:at] + new + dictated[at + len(old) :]
        text = text.replace(CUT, " ")
        spans = [match.span() for match in self._wrong.finditer(text)]
        parts, said = segments(cut(text, spans)), dictated
        if parts and not (spans and spans[0][0] == 0):
            said = self._joined(dictated, " ".join(parts.pop(0)), length)
        for words in parts:
            said = self._corrected(said, " ".join(words))
        return said

    def phone(self, text: str) -> str | None:
        """The phone in a normalized text or in digits: "+380671234567", "0671234567"; None where it has another number
        of digits."""
        for length in PHONE_DIGITS:
            digits = self.read(text, length)
            if len(digits) == length and _is_phone(digits):
                return f"+{digits}" if digits.startswith(COUNTRY) else TRUNK + digits.removeprefix(TRUNK)
        return None

    def last_four(self, text: str) -> str | None:
        """The last four digits of a phone: by themselves, or of the whole number."""
        digits = self.read(text, LAST_DIGITS)
        if len(digits) == LAST_DIGITS:
            return digits
        phone = self.phone(text)
        return phone[-LAST_DIGITS:] if phone else None

    # ---------------------------------------------------------------- reading

    def _joined(self, dictated: str, text: str, length: int | None) -> str:
        if dictated and (self._last.search(text) or self._first.search(text)):
            return self._corrected(dictated, text)
        words = self._words(text)
        if length is not None:
            most_cuts = 0 if dictated else MOST_CUTS  # who dictates in pieces tells by pauses where a group ends
            for before in dict.fromkeys((dictated, "")):
                if (exact := self._exact(words, length - len(before), most_cuts)) is not None:
                    return before + exact
        return dictated + self._natural(words)

    def _corrected(self, said: str, text: str) -> str:
        digits = self._natural(self._words(text))
        if self._first.search(text):
            return digits + said[len(digits) :]
        return said[: max(0, len(said) - len(digits))] + digits

    def _words(self, text: str) -> Sequence[str]:
        """Without those that only tell which digits are meant: "the last two"."""
        return tokens(self._first.sub(" ", self._last.sub(" ", text)))

    def _natural(self, words: Sequence[str]) -> str:
        """As it is heard: no group is cut."""
        read, start = list[str](), 0
        while start < len(words):
            group = next(self._groups(words, start))
            read.append(group.digits)
            start = group.end
        return "".join(read)

    def _exact(self, words: Sequence[str], length: int, most_cuts: int) -> str | None:
        """As exactly `length` digits, with as few cuts as possible; None where that takes more of them."""
        most = most_cuts if self._has_several_groups(words) else 0
        readings = (self._with_cuts(words, 0, length, cuts, set()) for cuts in range(most + 1))
        return next((read for read in readings if read is not None), None)

    def _has_several_groups(self, words: Sequence[str]) -> bool:
        groups, start = 0, 0
        while start < len(words):
            group = next(self._groups(words, start))
            groups, start = groups + bool(group.digits), group.end
        return groups > 1

    def _with_cuts(
        self, words: Sequence[str], start: int, left: int, cuts: int, dead: set[tuple[int, int, int]]
    ) -> str | None:
        """The words from `start` as exactly `left` digits with so many cuts at most; `dead` are ends that were tried in
        vain."""
        if start == len(words) or left < 0:
            return "" if left == 0 else None
        if (start, left, cuts) in dead:
            return None
        for group in self._groups(words, start):
            if group.is_cut and not cuts:
                continue
            rest = self._with_cuts(words, group.end, left - len(group.digits), cuts - group.is_cut, dead)
            if rest is not None:
                return group.digits + rest
        dead.add((start, left, cuts))
        return None

    def _groups(self, words: Sequence[str], start: int) -> Iterator[_Group]:
        """What begins here; the longest number first, but "two zeros" before a number that ends with that "two". Other
        words are no digits."""
        word = words[start]
        if (digit := self._several.get(word)) is not None:
            yield _Group(str(digit), start + 1)
            return
        if (times := self._repeats.get(word)) is not None and start + 1 < len(words):
            once = self._groups(words, start + 1)
            yield from (_Group(group.digits * times, group.end, group.is_cut) for group in once)
            return
        value, end = self._numbers.cardinal(words, start)
        if value is None:
            yield _Group("", start + 1)
            return
        plural = words[end] if end < len(words) else ""
        digit = self._several.get(plural) if len(plural) > 1 else None  # "two o five" has one zero
        if digit is not None:
            if value in SEVERAL and end == start + 1:
                yield _Group(str(digit) * value, end + 1)
            elif self._numbers.cardinal(words[:end], end - 1)[0] in SEVERAL:  # "forty two zeros"
                yield self._cardinal(words, start, end - 1)
        yield self._cardinal(words, start, end)
        for stop in range(end - 1, start, -1):
            if self._numbers.cardinal(words[:stop], start)[1] == stop:
                yield _Group(self._cardinal(words, start, stop).digits, stop, is_cut=True)

    def _cardinal(self, words: Sequence[str], start: int, end: int) -> _Group:
        value, _ = self._numbers.cardinal(words[:end], start)
        as_written = end == start + 1 and words[start].isdecimal()
        return _Group(words[start] if as_written else str(value), end)


def _is_phone(digits: str) -> bool:
    match len(digits):
        case 12:
            return digits.startswith(COUNTRY)
        case 10:
            return digits.startswith(TRUNK)
        case _:
            return not digits.startswith(TRUNK)

"""Numbers of orders and phones, dictated digit by digit or in groups, in several utterances if need be. Pure."""

from collections.abc import Iterable, Iterator, Sequence

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


class DigitWords:
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
        """All digits of a normalized text; where it can be read in several ways ("twenty one"), so that there are
        `length` of them, or else as few as possible."""
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
            for before in dict.fromkeys((dictated, "")):
                exact = self._exact(words, 0, length - len(before), set())
                if exact is not None:
                    return before + exact
        return dictated + self._shortest(words)

    def _corrected(self, said: str, text: str) -> str:
        digits = self._shortest(self._words(text))
        if self._first.search(text):
            return digits + said[len(digits) :]
        return said[: max(0, len(said) - len(digits))] + digits

    def _words(self, text: str) -> Sequence[str]:
        """Without those that only tell which digits are meant: "the last two"."""
        return tokens(self._first.sub(" ", self._last.sub(" ", text)))

    def _shortest(self, words: Sequence[str]) -> str:
        read, start = list[str](), 0
        while start < len(words):
            digits, start = next(self._pieces(words, start))
            read.append(digits)
        return "".join(read)

    def _exact(self, words: Sequence[str], start: int, left: int, dead: set[tuple[int, int]]) -> str | None:
        """The words from `start` as exactly `left` digits; `dead` are ends that were tried in vain."""
        if start == len(words) or left < 0:
            return "" if left == 0 else None
        if (start, left) in dead:
            return None
        for digits, end in self._pieces(words, start):
            if (rest := self._exact(words, end, left - len(digits), dead)) is not None:
                return digits + rest
        dead.add((start, left))
        return None

    def _pieces(self, words: Sequence[str], start: int) -> Iterator[tuple[str, int]]:
        """What begins here in digits, and where that ends; the longest number first. Other words are no digits."""
        word = words[start]
        if (digit := self._several.get(word)) is not None:
            yield str(digit), start + 1
            return
        if (times := self._repeats.get(word)) is not None and start + 1 < len(words):
            single = [(digits * times, end) for digits, end in self._pieces(words, start + 1) if len(digits) == 1]
            yield from single or [("", start + 1)]
            return
        value, end = self._numbers.cardinal(words, start)
        if value is None:
            yield "", start + 1
            return
        if value in SEVERAL and end < len(words) and (digit := self._several.get(words[end])) is not None:
            yield str(digit) * value, end + 1
        for stop in range(end, start, -1):
            part, reached = self._numbers.cardinal(words[:stop], start)
            if reached == stop:
                yield (word if stop == start + 1 and word.isdigit() else str(part)), stop


def _is_phone(digits: str) -> bool:
    match len(digits):
        case 12:
            return digits.startswith(COUNTRY)
        case 10:
            return digits.startswith(TRUNK)
        case _:
            return not digits.startswith(TRUNK)

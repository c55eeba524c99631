"""What a model must not say: its own instructions, and prices that no tool gave it. Pure."""

import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal, InvalidOperation
from itertools import combinations
from typing import Any

LEAK_WORDS = 8
"""So many words in a row, the same as in the instructions, are no coincidence."""
MOST_PIECES = 20
MONEY = frozenset({"price", "old_price", "cost", "total", "subtotal", "free_from", "delivery_cost"})
"""Names that the store gives to amounts."""
TEXTS = frozenset({"content"})
"""Names of the shop's own texts: amounts of money and percentages in them may be said."""
CURRENCY = r"(?:UAH|USD|EUR|грн\.?|грив\w*|hryvn\w*|dollars?|долар\w*|доллар\w*|euros?|євро|евро|[₴$€])"
AMOUNT = r"(\d{1,3}(?:[   ,]\d{3})+|\d+)(?:[.,](\d{1,2})(?!\d))?"
PRICE = re.compile(rf"(?:{CURRENCY}\s?{AMOUNT})|(?:{AMOUNT}\s?{CURRENCY})", re.IGNORECASE)
NUMBER = re.compile(AMOUNT)
PERCENT = re.compile(r"(\d{1,3})(?:[.,]\d+)?\s?(?:%|percent|відсот|процент)", re.IGNORECASE)
SURE = 100
"""Percent: a way of saying "certainly"."""


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold())


def _ngrams(text: str) -> set[tuple[str, ...]]:
    words = _words(text)
    return {tuple(words[i : i + LEAK_WORDS]) for i in range(len(words) - LEAK_WORDS + 1)}


class LeakGuard:
    """Knows the instructions; what stands in `public` too (phrases, greetings) may be said. Shared by calls."""

    def __init__(self, instructions: str, public: Iterable[str] = ()) -> None:
        self._secret = _ngrams(instructions).difference(*map(_ngrams, public))

    def leaks(self, text: str) -> bool:
        """`text`: all of the answer so far."""
        return not self._secret.isdisjoint(_ngrams(text))


class PriceGuard:
    """Of one call: which amounts the model may name: those that tools gave, so many times one of them, and the sum or
    the difference of two."""

    def __init__(self, in_digits: Callable[[str], str] = str, instructions: str = "") -> None:
        """`in_digits`: a text with its number words as digits. The instructions' own prices may be said."""
        self._in_digits = in_digits
        self._known: set[Decimal] = set()
        self._percents: set[int] = {SURE}
        self._learn_text(instructions)

    def learn(self, result: Any) -> None:
        """Every amount of money in a tool's result, however deep, may be said."""
        match result:
            case Mapping():
                for key, part in result.items():
                    if key in MONEY and isinstance(part, int | float):
                        self._known.add(Decimal(str(part)))
                    elif key in TEXTS and isinstance(part, str):
                        self._learn_text(part)
                    else:
                        self.learn(part)
            case list() | tuple():
                for part in result:
                    self.learn(part)
            case _:
                pass

    def checkpoint(self) -> Callable[[], None]:
        """Calling what is returned takes back everything that came after now."""
        known, percents = frozenset(self._known), frozenset(self._percents)

        def undo() -> None:
            self._known, self._percents = set(known), set(percents)

        return undo

    def allow(self, words: str) -> None:
        """The caller's own numbers may be said back to him, and what others of ours have said."""
        digits = self._in_digits(words)
        self._known.update(_amount(*match.groups()) for text in (words, digits) for match in NUMBER.finditer(text))
        self._percents.update(_percents(words))

    def invented(self, text: str) -> list[Decimal]:
        """Prices and percentages in the text that have no source."""
        percents = [Decimal(percent) for percent in _percents(text) if percent not in self._percents]
        prices = _prices(text) + _prices(self._in_digits(PRICE.sub(" ", text)))
        return [price for price in prices if not self._is_known(price)] + percents

    def _learn_text(self, text: str) -> None:
        self._known.update(_prices(text))
        self._percents.update(_percents(text))

    def _is_known(self, price: Decimal) -> bool:
        if any(abs(price - pieces * known) < 1 for pieces in range(1, MOST_PIECES + 1) for known in self._known):
            return True
        pairs = combinations(self._known, 2)
        return price > 0 and any(abs(price - abs(a - b)) < 1 or abs(price - a - b) < 1 for a, b in pairs)


def _prices(text: str) -> list[Decimal]:
    return [_amount(*(group for group in match.groups() if group is not None)) for match in PRICE.finditer(text)]


def _percents(text: str) -> list[int]:
    return [int(match[1]) for match in PERCENT.finditer(text)]


def _amount(whole: str, fraction: str | None = None) -> Decimal:
    try:
        return Decimal(re.sub(r"\D", "", whole) + (f".{fraction}" if fraction else ""))
    except InvalidOperation:
        return Decimal(0)

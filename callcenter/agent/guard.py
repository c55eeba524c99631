"""What a model must not say: its own instructions, and prices that no tool gave it. Pure."""

import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

LEAK_WORDS = 8
"""So many words in a row, the same as in the instructions, are no coincidence."""
MOST_PIECES = 20
MONEY = frozenset({"price", "old_price", "cost", "total", "subtotal"})
"""Names that the store gives to amounts."""
CURRENCY = r"(?:UAH|USD|EUR|грн\.?|грив\w*|hryvn\w*|dollars?|долар\w*|доллар\w*|euros?|євро|евро|[₴$€])"
AMOUNT = r"(\d{1,3}(?:[   ,]\d{3})+|\d+)(?:[.,](\d{1,2})(?!\d))?"
PRICE = re.compile(rf"(?:{CURRENCY}\s?{AMOUNT})|(?:{AMOUNT}\s?{CURRENCY})", re.IGNORECASE)
NUMBER = re.compile(AMOUNT)


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
    """Of one call: which amounts the model may name."""

    def __init__(self) -> None:
        self._known: set[Decimal] = set()

    def learn(self, result: Any) -> None:
        """Every amount of money in a tool's result, however deep, may be said."""
        match result:
            case Mapping():
                for key, part in result.items():
                    if key in MONEY and isinstance(part, int | float):
                        self._known.add(Decimal(str(part)))
                    else:
                        self.learn(part)
            case list() | tuple():
                for part in result:
                    self.learn(part)
            case _:
                pass

    def checkpoint(self) -> Callable[[], None]:
        """Calling what is returned takes back everything that came after now."""
        known = frozenset(self._known)

        def undo() -> None:
            self._known = set(known)

        return undo

    def allow(self, words: str) -> None:
        """The caller's own numbers may be said back to him."""
        self._known.update(_amount(*match.groups()) for match in NUMBER.finditer(words))

    def invented(self, text: str) -> list[Decimal]:
        """Prices in the text that are neither known nor a known one for several pieces."""
        named = (_amount(*(group for group in match.groups() if group is not None)) for match in PRICE.finditer(text))
        return [price for price in named if not self._is_known(price)]

    def _is_known(self, price: Decimal) -> bool:
        return any(abs(price - pieces * known) < 1 for pieces in range(1, MOST_PIECES + 1) for known in self._known)


def _amount(whole: str, fraction: str | None = None) -> Decimal:
    try:
        return Decimal(re.sub(r"\D", "", whole) + (f".{fraction}" if fraction else ""))
    except InvalidOperation:
        return Decimal(0)

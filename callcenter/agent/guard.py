"""What a model must not say: its own instructions, and prices that no tool gave it. Pure."""

import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal, InvalidOperation
from itertools import combinations
from typing import Any

LEAK_WORDS = 6
"""So many words in a row, the same as in the instructions, are no coincidence."""
LEAK_LETTERS = 40
"""So many letters are none either, however they are cut into words."""
TRACE_WORDS = 4
MOST_TRACES = 8
"""Runs of so many words that one call may have in common with the instructions: more are a recital in pieces."""
UNSPEAKABLE = re.compile(r"\S{40,}|(?<!\d)\d{4}(?:[ -]?\d{4}){2}[ -]?\d")
"""What nobody says on the phone: text in code (base64), and the number of a card to pay to."""
NEAR = 300
"""Characters before what is about to be said in which a run that goes on may have begun."""
UNHEARD = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
"""What may stand between two letters of a word and is not spoken."""
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
LOWEST = 300
"""A smaller number without a currency may be anything."""
_COSTS = (
    r"costs?|price\w*|for you|кошту\w*|цін\w*|обійд\w*|зроблю|віддам|стоит|стоят|цен[аеуы]\w*|обойд\w*|отдам|сделаю"
)
_APIECE = r"for you|apiece|each|for (?:one|four|the set)|per (?:one|tire|tyre)|за (?:шин\w|штук\w|одн\w+|комплект)"
BARE_PRICE = re.compile(
    rf"(?:{_COSTS})\b[^.!?;\d]{{0,16}}{AMOUNT}(?![\d/]|\s?%)|{AMOUNT}[^.!?;\d]{{0,8}}\b(?:{_APIECE})", re.I
)
"""A price whose currency goes without saying."""
NEGATION = re.compile(r"\b(?:not|no|cannot|can't|don't|не|нет|ні|немає|нема)\b", re.IGNORECASE)
SET = range(2, 5)
"""Pieces of which a difference is told."""
SURE = 100
"""Percent: a way of saying "certainly"."""


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", UNHEARD.sub("", text).casefold())


def _runs(words: list[str], length: int) -> set[tuple[str, ...]]:
    return {tuple(words[i : i + length]) for i in range(len(words) - length + 1)}


class LeakGuard:
    """Knows the instructions; what stands in `public` too (phrases, greetings) may be said. Shared by calls.

    A recital is known by its words or its letters, forwards or backwards, over all that was said in the call. One that
    is translated is not."""

    def __init__(self, instructions: str, public: Iterable[str] = ()) -> None:
        secret, free = _words(instructions), [_words(one) for one in public]
        self._secret, self._traces = (
            _runs(secret, length).difference(*(_runs(words, length) for words in free))
            for length in (LEAK_WORDS, TRACE_WORDS)
        )
        self._letters = "".join(secret)
        self._free_letters = " ".join("".join(words) for words in free)

    def leaks(self, text: str, before: str = "") -> bool:
        """`text`: what is about to be said, or all of the answer so far; `before`: what was said in the call until
        then. What the shop's own words have told of the instructions is no leak of `text`'s."""
        just, words = _words(before[-NEAR:]), _words(text)
        tail = just[1 - LEAK_WORDS :] + words
        return (
            UNSPEAKABLE.search(text) is not None
            or not self._secret.isdisjoint(_runs(tail, LEAK_WORDS) | _runs(tail[::-1], LEAK_WORDS))
            or self._spells("".join(just)[1 - LEAK_LETTERS :] + "".join(words))
            or self._adds_a_trace_too_many(just[1 - TRACE_WORDS :] + words, before, text)
        )

    def _adds_a_trace_too_many(self, tail: list[str], before: str, text: str) -> bool:
        if self._traces.isdisjoint(_runs(tail, TRACE_WORDS)):
            return False
        return len(self._traces & _runs(_words(f"{before} {text}"), TRACE_WORDS)) > MOST_TRACES

    def _spells(self, letters: str) -> bool:
        windows = (letters[i : i + LEAK_LETTERS] for i in range(len(letters) - LEAK_LETTERS + 1))
        return any(
            (one in self._letters or one[::-1] in self._letters) and one not in self._free_letters for one in windows
        )


class PriceGuard:
    """Of one call: which amounts the model may name: those that tools gave, so many times one of them, and the sum or
    the difference of two."""

    def __init__(
        self,
        in_digits: Callable[[str], str] = str,
        limits: Callable[[str], Iterable[int]] = lambda _: (),
        instructions: str = "",
    ) -> None:
        """`in_digits`: a text with its number words as digits; `limits`: what such a text names as a highest price
        ("under 3000"). The instructions' own prices may be said."""
        self._in_digits, self._limits = in_digits, limits
        self._known: set[Decimal] = set()
        self._callers: set[Decimal] = set()
        self._percents: set[int] = {SURE}
        self.told(instructions)

    def learn(self, result: Any) -> None:
        """Every amount of money in a tool's result, however deep, may be said."""
        match result:
            case Mapping():
                for key, part in result.items():
                    if key in MONEY and isinstance(part, int | float):
                        self._known.add(Decimal(str(part)))
                    elif key in TEXTS and isinstance(part, str):
                        self.told(part)
                    else:
                        self.learn(part)
            case list() | tuple():
                for part in result:
                    self.learn(part)
            case _:
                pass

    def checkpoint(self) -> Callable[[], None]:
        """Calling what is returned takes back everything that came after now."""
        kept = frozenset(self._known), frozenset(self._callers), frozenset(self._percents)

        def undo() -> None:
            known, callers, percents = kept
            self._known, self._callers, self._percents = set(known), set(callers), set(percents)

        return undo

    def heard(self, words: str) -> None:
        """The caller's own numbers may be said back to him as a limit and as nothing else: "nothing under 3000"."""
        self._callers |= _numbers(words) | _numbers(self._in_digits(words))

    def invented(self, text: str) -> list[Decimal]:
        """Prices and percentages in the text that have no source."""
        percents = [Decimal(percent) for percent in _percents(text) if percent not in self._percents]
        if NEGATION.search(text):  # "I cannot give a 10% discount"
            percents = []
        rest = PRICE.sub(" ", text)
        bare = (*_amounts(BARE_PRICE, rest), *_amounts(BARE_PRICE, self._in_digits(rest)))
        prices = _prices(text) + _prices(self._in_digits(rest)) + [price for price in bare if price >= LOWEST]
        limits = self._callers & {Decimal(limit) for limit in self._limits(self._in_digits(text))}
        return [price for price in prices if not self._is_known(price) and price not in limits] + percents

    def told(self, text: str) -> None:
        """In the shop's own words: what stands in them may be said again."""
        self._known.update(_prices(text))
        self._percents.update(_percents(text))

    def _is_known(self, price: Decimal) -> bool:
        if any(abs(price - pieces * known) < 1 for pieces in range(1, MOST_PIECES + 1) for known in self._known):
            return True
        pairs = list(combinations(self._known, 2))
        sums = (abs(price - a - b) < 1 for a, b in pairs)
        differences = (abs(price - pieces * abs(a - b)) < 1 for a, b in pairs for pieces in (1, *SET))
        return price > 0 and (any(sums) or any(differences))


def _numbers(text: str) -> set[Decimal]:
    return {_amount(*match.groups()) for match in NUMBER.finditer(text)}


def _prices(text: str) -> list[Decimal]:
    return _amounts(PRICE, text)


def _amounts(pattern: re.Pattern[str], text: str) -> list[Decimal]:
    return [_amount(*(group for group in match.groups() if group is not None)) for match in pattern.finditer(text)]


def _percents(text: str) -> list[int]:
    return [int(match[1]) for match in PERCENT.finditer(text)]


def _amount(whole: str, fraction: str | None = None) -> Decimal:
    try:
        return Decimal(re.sub(r"\D", "", whole) + (f".{fraction}" if fraction else ""))
    except InvalidOperation:
        return Decimal(0)

"""Which prices and percentages a model may name: those that tools gave, and what can be worked out from them. Pure."""

import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal, InvalidOperation
from itertools import combinations
from typing import Any

from callcenter.agent.guards.tire_prices import TirePrices

MOST_PIECES = 20
MONEY = frozenset({"price", "old_price", "cost", "total", "subtotal", "free_from", "delivery_cost"})
"""Names that the store gives to amounts."""
SUMS = frozenset({"total", "subtotal"})
"""Those that are of several tires, and may be told for one of them."""
ORDER_NUMBER = "order_number"
TEXTS = frozenset({"content"})
"""Names of the shop's own texts: amounts of money and percentages in them may be said."""
CURRENCY = r"(?:UAH|USD|EUR|грн\.?|грив\w*|hryvn\w*|dollars?|долар\w*|доллар\w*|euros?|євро|евро|[₴$€])"
AMOUNT = r"(\d{1,3}(?:[   ,]\d{3})+(?!\d)|\d+)(?:[.,](\d{1,2})(?!\d))?"
PRICE = re.compile(rf"(?:{CURRENCY}\s?{AMOUNT})|(?:{AMOUNT}\s?{CURRENCY})", re.IGNORECASE)
NUMBER = re.compile(AMOUNT)
PERCENT = re.compile(r"(\d{1,3})(?:[.,]\d+)?\s?(?:%|percent|відсот|процент)", re.IGNORECASE)
PERCENT_WORD = re.compile("percent|відсот|процент", re.IGNORECASE)
NO_PRICE = re.compile(
    r"(?:\b(?:order|number|замовлен\w*|заказ\w*|номер\w*)|№)[\s,:№#]{1,3}(?:(?:number|номер\w*|is|no)[\s.:№#]{1,3}){0,2}"
    rf"\d{{5,}}(?!\s?{CURRENCY}|\d)|\b(?:in|of|from|у|в) 20[0-3]\d\b(?!\s?{CURRENCY})",
    re.IGNORECASE,
)
"""The number of an order, and the year of something."""
SENTENCE_END = re.compile(r"[.!?…\n]")
LEFT = re.compile(r"\b(?:leav\w+|left|to spare|остан\w+|оста[её]т\w+|залиш\w+)\b", re.IGNORECASE)
"""Where something is left of the caller's own amount."""
LOWEST = 300
"""A smaller number without a currency may be anything."""
LARGE = re.compile(r"[3-9]\d\d|\d{4}|\d[   ,]\d{3}")
"""Is in every text that names a number from LOWEST on."""
DIGITS = re.compile(r"\d+")
LONG_NUMBER = re.compile(r"\d{4}")
_COSTS = (
    r"costs?|price\w*|for you|кошту\w*|цін\w*|обійд\w*|зроблю|віддам|стоит|стоят|цен[аеуы]\w*|обойд\w*|отдам|сделаю"
)
_APIECE = r"for you|apiece|each|for (?:one|four|the set)|per (?:one|tire|tyre)|за (?:шин\w|штук\w|одн\w+|комплект)"
BARE_PRICE = re.compile(
    rf"(?:{_COSTS})\b[^.!?;\d]{{0,16}}{AMOUNT}(?![\d/]|\s?%)|{AMOUNT}[^.!?;\d]{{0,8}}\b(?:{_APIECE})", re.I
)
"""A price whose currency goes without saying."""
SMALL_PRICE = re.compile(
    r"\b(?:costs?|will run you|(?:delivery|shipping|доставка) (?:is|[—–-])(?= \d{3})|кошту\w*|обійд\w*|стоит|стоят"
    r"|обойд\w*) (?:only |you |about |just |лише |всего |вам )?(?P<n>\d{2,3})"
    r"(?![\d/:%]|[.,]\d|[\s-]\d|\s?(?:%|percent|відсот|процент|days?|hours?|дн|ден|годин|час))",
    re.IGNORECASE,
)
"""What costs less than LOWEST."""
NEGATION = re.compile(r"\b(?:not|no|cannot|can't|don't|не|нет|ні|немає|нема)\b", re.IGNORECASE)
COMPARED = re.compile(
    r"\b(?:more|less|cheaper|differ\w*|save|saves|saving|дорож\w*|дешев\w*|різниц\w*|разниц\w*|еконо\w*|эконом\w*|заощад\w*"
    r"|доплат\w*|менш\w*|більш\w*|меньш\w*|больш\w*|left|остан\w*|остаётся|залиш\w*)\b",
    re.IGNORECASE,
)
"""Where two amounts are compared, their difference may be named."""
OFFERED = re.compile(
    r"\b(?:for you|deal|agreed|let you have|okay|ok|sure|of course|certainly|can do|i can|we can|домовил\w*|згод\w+"
    r"|звісно|для вас|вам|віддам\w*|зроб\w+|прода\w+|договор\w*|соглас\w+|конечно|отда\w+|сдела\w+|по рукам)\b",
    re.IGNORECASE,
)
"""Where a caller's number would become an offer of ours."""
ECHO = 25
"""Characters at the beginning of a sentence in which a caller's number is said back to him, to work with it."""
PIECES = frozenset(range(2, 5))
"""Into so many, or that often, a sum is told, besides the quantities that were named."""
SET = range(1, 5)
"""Pieces of which a difference is told."""
SURE = 100
"""Percent: a way of saying "certainly"."""
MOST_SAID = 12
"""Amounts of which sums and differences are looked for: the last ones."""
MOST_NAMED = 5
"""Of one sentence, that are added up."""


class PriceGuard:
    """Of one call: which amounts the model may name: those that tools gave; so many times one of them; a sum of a tool
    by the piece; the sum of some that were named, and their difference where they are compared. Not the price of one
    tire as another's."""

    def __init__(
        self,
        in_digits: Callable[[str], str] = str,
        limits: Callable[[str], Iterable[int]] = lambda _: (),
        instructions: str = "",
        names: Mapping[str, str] | None = None,
    ) -> None:
        """`in_digits`: a text with its number words as digits; `limits`: what such a text names as a highest price
        ("under 3000"). The instructions' own prices may be said. `names`: how the words of tires' names are written in
        the call's language too, by the word in lower case."""
        self._in_digits, self._limits = in_digits, limits
        self._tires = TirePrices(names or {})
        self._known: frozenset[int] = frozenset()
        """Whole amounts with their multiples."""
        self._sums: frozenset[int] = frozenset()
        self._own: frozenset[int] = frozenset()
        """Known otherwise than as the price of a tire."""
        self._said: tuple[int, ...] = ()
        """By us in this call, the last one last."""
        self._quantities = PIECES
        self._callers: frozenset[int] = frozenset()
        self._percents: frozenset[int] = frozenset({SURE})
        self._orders: frozenset[str] = frozenset()
        """The numbers of orders."""
        self.told(instructions)

    def learn(self, result: Any) -> None:
        """Every amount of money in a tool's result, however deep, may be said."""
        self._tires.learn(result)
        self._learn(result)

    def _learn(self, result: Any) -> None:
        match result:
            case Mapping():
                of_a_tire = self._tires.names(result)
                for key, part in result.items():
                    if key in MONEY and isinstance(part, int | float):
                        self._know(Decimal(str(part)), its_own=not of_a_tire)
                        self._sums |= _whole(Decimal(str(part))) if key in SUMS else frozenset()
                    elif key == "quantity" and isinstance(part, int) and 1 < part <= MOST_PIECES:
                        self._quantities |= {part}
                    elif key == ORDER_NUMBER:
                        self._orders |= {str(part)}
                    elif key in TEXTS and isinstance(part, str):
                        self.told(part)
                    else:
                        self._learn(part)
            case list() | tuple():
                for part in result:
                    self._learn(part)
            case _:
                pass

    def _know(self, amount: Decimal, *, its_own: bool) -> None:
        self._known |= {whole for pieces in range(1, MOST_PIECES + 1) for whole in _whole(pieces * amount)}
        if its_own:
            self._own |= _whole(amount)

    def checkpoint(self) -> Callable[[], None]:
        """Calling what is returned takes back everything that came after now."""
        undo_tires = self._tires.checkpoint()
        kept = self._known, self._sums, self._own, self._said, self._quantities, self._callers, self._percents
        orders = self._orders

        def undo() -> None:
            undo_tires()
            self._known, self._sums, self._own, self._said, self._quantities, self._callers, self._percents = kept
            self._orders = orders

        return undo

    def heard(self, words: str) -> None:
        """The caller's own numbers may be said back to him as a limit ("nothing under 3000"), and to work with them
        ("12000 for four is 3000 apiece"), and as nothing else."""
        numbers = _numbers(words) | _numbers(self._in_digits(words))
        self._callers |= numbers
        self._quantities |= {number for number in numbers if 1 < number <= MOST_PIECES}

    def told(self, text: str) -> None:
        """In the shop's own words: what stands in them may be said again."""
        for price in _prices(text):
            self._know(price, its_own=True)
        self._percents |= frozenset(_percents(text))
        for sentence in SENTENCE_END.split(text):
            if PERCENT_WORD.search(sentence):
                self._percents |= frozenset(_percents(self._in_digits(sentence)))

    def said(self, text: str) -> None:
        """A model has said this, and it was no invention: it may be worked with."""
        ours = [one for one in _named(text) if one in self._known or self._is_worked_out(Decimal(one), text)]
        self._said = (*self._said, *ours)[-MOST_SAID:]

    def invented(self, text: str) -> list[Decimal]:
        """Prices and percentages in the sentence that have no source, and prices that are another tire's."""
        rest = PRICE.sub(" ", self._without_orders(text))
        prices = _prices(text) + _bare(rest)
        percents = _percents(text)
        digits = self._in_digits(rest)
        if DIGITS.findall(digits) != DIGITS.findall(rest):  # some were in words
            prices += _prices(digits) + _bare(digits)
            percents += _percents(digits)
        unknown = [price for price in prices if self._known.isdisjoint(_whole(price))]
        if unknown:
            unknown = [price for price in unknown if not self._is_worked_out(price, text)]
        if unknown and self._callers:
            unknown = [price for price in unknown if not self._is_said_back(price, text)]
        swapped = [Decimal(price) for price in self._tires.swapped(text) if price not in self._own]
        return unknown + swapped + self._invented_percents(percents, text)

    def _without_orders(self, text: str) -> str:
        for number in self._orders:
            if number in text:
                text = re.sub(rf"(?<!\d){re.escape(number)}(?!\d|\s?{CURRENCY})", " ", text, flags=re.IGNORECASE)
        return NO_PRICE.sub(" ", text) if LONG_NUMBER.search(text) else text

    def _invented_percents(self, percents: list[int], text: str) -> list[Decimal]:
        strange = [Decimal(percent) for percent in percents if percent not in self._percents]
        return [] if strange and NEGATION.search(text) else strange  # "I cannot give a 10% discount"

    def _is_worked_out(self, price: Decimal, text: str) -> bool:
        """From what tools gave."""
        if price <= 0:
            return False
        whole = int(price)
        named = [one for one in _named(text) if one in self._known]
        return (
            any(abs(whole * pieces - total) <= pieces for pieces in self._quantities for total in self._sums)
            or self._is_sum(whole, named)
            or (COMPARED.search(text) is not None and self._is_difference(whole, named))
            or (LEFT.search(text) is not None and self._is_left(whole, named))
        )

    def _is_sum(self, whole: int, named: list[int]) -> bool:
        pieces = (1, *self._quantities)
        base = frozenset((*named, *self._said, *self._own))
        several = {times * one for one in base for times in pieces}
        if any(whole - one in several for one in several):
            return True
        few = named[:MOST_NAMED]
        return any(sum(some) == whole for count in range(3, len(few) + 1) for some in combinations(few, count))

    def _is_difference(self, whole: int, named: list[int]) -> bool:
        base = frozenset((*self._own, *self._said, *named, *self._tires.prices))
        return any(one - whole // pieces in base for pieces in SET if whole % pieces == 0 for one in base)

    def _is_left(self, whole: int, named: list[int]) -> bool:
        return any(whole + one in self._callers for one in (*self._said, *named))

    def _is_said_back(self, price: Decimal, text: str) -> bool:
        """The caller's number as a limit, or at the beginning of a sentence that works with it."""
        limits = self._callers & frozenset(self._limits(self._in_digits(text)))
        if int(price) in limits:
            return True
        echoed = frozenset() if OFFERED.search(text) else frozenset(_named(text[:ECHO])) & self._callers
        return any(self._works_with(number, int(price), text) for number in limits | echoed if number >= LOWEST)

    def _works_with(self, number: int, price: int, text: str) -> bool:
        """The caller's number beside so many times it, or so much of it, and one of the two is this price."""
        named, pieces = frozenset(_named(text)), self._quantities
        parts = {number * few for few in pieces} | {number // few for few in pieces}
        if COMPARED.search(text):
            parts |= {abs(number - known) for known in named & self._known}
        return price in parts or (price == number and not named.isdisjoint(parts))


def _whole(price: Decimal) -> frozenset[int]:
    """As it may be said: rounded either way."""
    whole = int(price)
    return frozenset((whole,)) if whole == price else frozenset((whole, whole + 1))


def _numbers(text: str) -> frozenset[int]:
    return frozenset(int(_amount(*match.groups())) for match in NUMBER.finditer(text))


def _named(text: str) -> list[int]:
    """Numbers of a sentence that can be amounts."""
    return [number for match in NUMBER.finditer(text) if (number := int(_amount(*match.groups()))) >= LOWEST]


def _prices(text: str) -> list[Decimal]:
    return _amounts(PRICE, text) if DIGITS.search(text) else []


def _bare(text: str) -> list[Decimal]:
    if not DIGITS.search(text):
        return []
    small = [price for match in SMALL_PRICE.finditer(text) if (price := Decimal(match["n"])) < LOWEST]
    return small + ([price for price in _amounts(BARE_PRICE, text) if price >= LOWEST] if LARGE.search(text) else [])


def _amounts(pattern: re.Pattern[str], text: str) -> list[Decimal]:
    return [_amount(*(group for group in match.groups() if group is not None)) for match in pattern.finditer(text)]


def _percents(text: str) -> list[int]:
    return [int(match[1]) for match in PERCENT.finditer(text)]


def _amount(whole: str, fraction: str | None = None) -> Decimal:
    try:
        return Decimal(re.sub(r"\D", "", whole) + (f".{fraction}" if fraction else ""))
    except InvalidOperation:
        return Decimal(0)

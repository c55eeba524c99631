"""Whose price a price is: a model that names two tires must not tell the price of the one for the other. Pure.

Only what stands behind a name is looked at ("the Nokian costs 5200"): where prices come first, or another tire may be
meant ("than the Nokian, one at 2350"), nothing is said to be wrong.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

NAMES = ("name", "brand", "model")
TOKEN = re.compile(r"(?P<n>\d{1,3}(?:[   ,]\d{3})+(?!\d)|\d+)|[^\W\d_]{3,}")
LARGE = re.compile(r"\d{3}")
"""Is in every price."""
NO_DIGITS = re.compile(r"\D")
ANOTHER = re.compile(
    r"another|other|one|cheaper|dearer|expensive|than|instead|second|versus|інш\w*|друг\w*|дешевш\w*|дорож\w*|дорог\w*|варіант\w*"
    r"|замість|вместо|дешевле|ніж|чем|вариант\w*|проти|против|більше|больше"
)
"""Behind it a price need not be that of the tire named before."""
SETS = (1, 2, 3, 4)
"""Pieces whose price is told of a tire."""
Tires = frozenset[str]


class TirePrices:
    """Of one call."""

    def __init__(self, names: Mapping[str, str]) -> None:
        """`names`: see PriceGuard."""
        self._names = names
        self._named: dict[str, Tires] = {}
        """By a word of their names."""
        self._costs: dict[str, frozenset[int]] = {}
        self.prices: frozenset[int] = frozenset()
        """Of one tire each."""

    @staticmethod
    def names(part: Mapping[str, Any]) -> str:
        """Of the tire that a part of a result is about; "" where it is about something else."""
        return " ".join(str(part[key]) for key in NAMES if key in part) if "price" in part else ""

    def learn(self, result: Any) -> None:
        match result:
            case Mapping():
                name, price = self.names(result), result.get("price")
                if name and isinstance(price, int | float):
                    self._take(name.casefold(), int(price))
                for part in result.values():
                    self.learn(part)
            case list() | tuple():
                for part in result:
                    self.learn(part)
            case _:
                pass

    def _take(self, name: str, price: int) -> None:
        words = [match[0] for match in TOKEN.finditer(name) if match["n"] is None]
        other = [match[0] for word in words for match in TOKEN.finditer(self._names.get(word, "").casefold())]
        for word in (*words, *other):
            self._named[word] = self._named.get(word, frozenset()) | {name}
        self._costs[name] = self._costs.get(name, frozenset()) | {price}
        self.prices |= {price}

    def checkpoint(self) -> Callable[[], None]:
        """Calling what is returned takes back everything that came after now."""
        named, costs, prices = dict(self._named), dict(self._costs), self.prices

        def undo() -> None:
            self._named, self._costs, self.prices = dict(named), dict(costs), prices

        return undo

    def swapped(self, sentence: str) -> list[int]:
        """Prices that are told of a tire and are another's."""
        if len(self.prices) < 2 or LARGE.search(sentence) is None:
            return []
        wrong = list[int]()
        group: list[Tires] = []
        """The tires named last, one behind the other."""
        is_told = False
        """Of them."""
        text = sentence.casefold()
        for match in TOKEN.finditer(text):
            if match["n"] is not None:
                price = int(NO_DIGITS.sub("", match["n"]))
                if not self._is_price(price, self._costs):
                    continue
                if group and not is_told and not self._is_price(price, frozenset().union(*group)):
                    wrong += [price] if not self._is_of_the_next(price, text[match.end() :]) else []
                is_told = True
            elif (tires := self._named.get(match[0])) is not None:
                group, is_told = _narrowed([] if is_told else group, tires), False
            elif ANOTHER.fullmatch(match[0]):
                group = []
        return wrong

    def _is_price(self, price: int, tires: Iterable[str]) -> bool:
        return any(price in (pieces * cost for pieces in SETS) for tire in tires for cost in self._costs[tire])

    def _is_of_the_next(self, price: int, rest: str) -> bool:
        """ "One at 2350 from Rosava"; but not "5850, and the Michelin 5200"."""
        group: list[Tires] = []
        for match in TOKEN.finditer(rest):
            if match["n"] is None:
                if tires := self._named.get(match[0]):
                    group = _narrowed(group, tires)
            elif self._is_price(int(NO_DIGITS.sub("", match["n"])), self._costs):
                return False
        return self._is_price(price, frozenset().union(*group))


def _narrowed(group: list[Tires], tires: Tires) -> list[Tires]:
    """ "Nokian" and "Hakkapeliitta" behind it name one tire."""
    if group and (both := group[-1] & tires):
        return [*group[:-1], both]
    return [*group, tires]

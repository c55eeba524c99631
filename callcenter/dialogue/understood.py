"""What was understood from one utterance."""

from dataclasses import dataclass, field

from callcenter.dialogue.items import Item
from callcenter.dialogue.when import When
from callcenter.dialogue.wish import Wish
from callcenter.shop.language import DeliveryType, PaymentMethod, Service

_FOUND = """
wish choice quantity items date not_that_day time soonest digits city delivery_type payment_method service name address
topic
"""
FOUND = frozenset(_FOUND.split())
"""Intents that the packs have no patterns for: something was told."""


@dataclass(frozen=True, slots=True)
class Understood:
    words: str
    """Normalized."""
    intents: frozenset[str] = frozenset()
    """Of the language packs, "change" too where a number was corrected, and of FOUND."""
    wish: Wish = field(default_factory=Wish)
    brands: tuple[str, ...] = ()
    """All that were named; the first is the wish's."""
    choice: int | None = None
    """Which of what was offered: from 1, -1 for the last."""
    quantity: int | None = None
    """None where there are several items, each with its own."""
    items: tuple[Item, ...] = ()
    """What of what was offered, and how many of each."""
    when: When = field(default_factory=When)
    digits: str = ""
    """All that were said, in the shortest reading; `Understanding.digits` reads the words as so many of them."""
    city: str | None = None
    """As the store calls it."""
    delivery_type: DeliveryType | None = None
    payment_method: PaymentMethod | None = None
    service: Service | None = None
    """Of a fitting station."""
    name: str = ""
    """The caller's, in the case that it was said in."""
    address: str = ""
    """Street and house, numbers in digits."""
    topic: str = ""
    """Of a call-back."""
    unknown: tuple[str, ...] = ()
    """Words that nothing else was understood from: perhaps a tire's model."""
    keyed: bool = False
    confidence: float = 1.0


def told(read: Understood) -> frozenset[str]:
    """Those of FOUND that hold."""
    when = read.when
    values = {"date": when.date, "time": when.time, "soonest": when.soonest}
    values["not_that_day"] = when.date is None and bool(when.unwanted)
    values |= {name: getattr(read, name) for name in FOUND - values.keys()}
    return frozenset(name for name, value in values.items() if value)

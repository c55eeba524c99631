"""What the engine remembers of a call."""

from collections import Counter
from dataclasses import dataclass, field, fields, replace
from enum import Enum, auto
from typing import Literal

from callcenter.dialogue.fitting import Booking, FittingForm
from callcenter.dialogue.offer import Offer, Stock
from callcenter.dialogue.order import OrderForm, OrderLine, PlacedOrder
from callcenter.dialogue.steps import CallTool
from callcenter.dialogue.understood import Understood
from callcenter.dialogue.wish import Wish
from callcenter.records import Scenario, TransferReason


class Question(Enum):
    """What "yes" and "no" would mean now."""

    OPERATOR = auto()
    """Shall I fetch the operator?"""
    SIZE = auto()
    """Is that the size?"""
    RIM = auto()
    """Is that the rim whose price is asked for?"""
    ANOTHER = auto()
    """Shall I offer another tire?"""
    ANYTHING_ELSE = auto()
    """Anything else?"""
    TRY_AGAIN = auto()
    """Shall I try once more what the shop did not do?"""


class About(Enum):
    """What is asked about a tire that has still to be named."""

    STOCK = auto()
    PRICE = auto()
    DETAILS = auto()
    ORDER = auto()
    """It is to be ordered."""
    ALSO = auto()
    """It is to be ordered beside what the open order has."""


@dataclass(frozen=True, slots=True)
class Told:
    """Words of the caller's that are worth quoting."""

    words: str
    form: Literal["order", "fitting", "wish", "answer", ""] = ""
    """What all of them went into; "answer": hardly more than one. "" where there is more to them."""


@dataclass(slots=True)
class Memory:
    state: str = "root"
    wish: Wish = field(default_factory=Wish)
    quantity: int | None = None
    unconfirmed: Wish | None = None
    """A size or a rim that is easily misheard, and asked back."""
    question: Question | None = None
    reason: TransferReason = TransferReason.CANNOT_HELP
    """Why the operator was offered."""
    about: About = About.STOCK
    cheapest_first: bool = False
    """How the next search's tires are to be named."""

    found: tuple[Offer, ...] = ()
    """By the last search."""
    offered: tuple[Offer, ...] = ()
    """Of these, what was named last: "the first" is one of them."""
    named: set[str] = field(default_factory=set)
    """Ids of all that were named since the search."""
    product: str = ""
    """Words of a tire whose size was asked for."""
    focus: Offer | None = None
    """The tire that is talked about."""
    stock: Stock | None = None
    """Told last."""

    order: OrderForm | None = None
    """Being taken."""
    unsure: bool = False
    """Whether it was placed is not known."""
    placed: PlacedOrder | None = None
    """The last one of this call."""
    fitting: FittingForm | None = None
    """Being arranged."""
    later: FittingForm | None = None
    """To be arranged when the tires are ordered that it was wished with."""
    booked: Booking | None = None
    """The last one of this call."""
    dictated: str = ""
    """Digits so far, of an order's number or a phone."""
    order_number: str = ""
    """Whose status was asked for, while the phone's digits are waited for."""
    numbers: tuple[str, ...] = ()
    """Of orders, told last: digits."""

    asked: Understood | None = None
    """Words that may be a question for the shop's articles."""
    compared: tuple[str, ...] = ()
    """Brands that are to be told apart."""
    told_of: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Of those, what each one's own article says, and its id."""
    topic: str = ""
    """What a call-back is to be about, in the caller's words."""

    scenario: Scenario | None = None
    wish_open: bool = False
    """Something was asked for that is not answered yet."""
    requests: list[Scenario] = field(default_factory=list)
    """What was asked for beside tires."""
    pending: CallTool | None = None
    seen: set[str] = field(default_factory=set)
    """Whatever came up in this call: what is not in it is progress."""
    misunderstood: int = 0
    """Turns in a row."""
    idle: int = 0
    """Turns in a row in which nothing new came up."""
    said: str = ""
    """Our last words."""
    speaking: bool = False
    """Something of this answer was said already: what comes belongs to it."""
    words: str = ""
    """The caller's last words."""
    told: tuple[Told, ...] = ()
    """The first and the last of what he said, for the operator."""
    too_many: tuple[OrderLine, ...] = ()
    """Tires that were asked for last, and are more than anybody may order."""
    used: Counter[str] = field(default_factory=Counter)
    """How often a phrase was used: its variations take turns."""

    def copy(self) -> "Memory":
        """Apart from this one: nothing of it that can change is shared."""
        return replace(
            self,
            named=set(self.named),
            requests=list(self.requests),
            seen=set(self.seen),
            used=Counter(self.used),
            told_of=dict(self.told_of),
        )

    def become(self, other: "Memory") -> None:
        """Remember what `other` does, which is not to be used any more."""
        for one in fields(self):
            setattr(self, one.name, getattr(other, one.name))

    @property
    def search_scenario(self) -> Scenario:
        """What a search belongs to: a question about the stock that is still open, else it stands for itself."""
        asks_stock = self.wish_open and self.scenario is Scenario.AVAILABILITY_CHECK
        return Scenario.AVAILABILITY_CHECK if asks_stock else Scenario.TIRE_SEARCH

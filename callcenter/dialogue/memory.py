"""What the engine remembers of a call."""

from collections import Counter
from dataclasses import dataclass, field, fields, replace
from enum import Enum, auto

from callcenter.dialogue.offer import Offer, Stock
from callcenter.dialogue.steps import CallTool
from callcenter.dialogue.wish import Wish
from callcenter.records import Scenario, TransferReason


class Question(Enum):
    """What "yes" and "no" would mean now."""

    OPERATOR = auto()
    """Shall I fetch the operator?"""
    SIZE = auto()
    """Is that the size?"""
    ANOTHER = auto()
    """Shall I offer another tire?"""
    ANYTHING_ELSE = auto()
    """Anything else?"""


class About(Enum):
    """What is asked about a tire that has still to be named."""

    STOCK = auto()
    PRICE = auto()
    DETAILS = auto()


@dataclass(slots=True)
class Memory:
    state: str = "root"
    wish: Wish = field(default_factory=Wish)
    quantity: int | None = None
    unconfirmed: Wish | None = None
    """Heard with little confidence, and asked back."""
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

    scenario: Scenario | None = None
    wish_open: bool = False
    """Something was asked for that is not answered yet."""
    requests: list[Scenario] = field(default_factory=list)
    """What we could not do."""
    pending: CallTool | None = None
    seen: set[str] = field(default_factory=set)
    """Whatever came up in this call: what is not in it is progress."""
    misunderstood: int = 0
    """Turns in a row."""
    idle: int = 0
    """Turns in a row in which nothing new came up."""
    said: str = ""
    """Our last words."""
    words: str = ""
    """The caller's last words."""
    used: Counter[str] = field(default_factory=Counter)
    """How often a phrase was used: its variations take turns."""

    def copy(self) -> "Memory":
        """Apart from this one: nothing of it that can change is shared."""
        return replace(
            self, named=set(self.named), requests=list(self.requests), seen=set(self.seen), used=Counter(self.used)
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

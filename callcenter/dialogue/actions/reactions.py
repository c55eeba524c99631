"""What is made of a tool's answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from callcenter.dialogue.actions import (
    advice,
    callback,
    fitting_answers,
    fitting_price,
    fittings,
    offers,
    order_answers,
    orders,
    search,
    status,
)
from callcenter.dialogue.turn import Turn


@dataclass(frozen=True, slots=True)
class Reaction:
    told: Callable[[Turn, Mapping[str, Any]], None]
    failed: Callable[[Turn, str], None] = search.failed
    """Gets the tool's short name of the reason."""
    commits: bool = False
    """What somebody else did with it is ours to know: it is open at the shop, or done."""


REACTIONS: Mapping[str, Reaction] = {
    search.SEARCH: Reaction(search.found),
    search.CHECK: Reaction(offers.checked),
    orders.DRAFT: Reaction(order_answers.drafted, order_answers.refused, commits=True),
    orders.SHIP: Reaction(order_answers.shipped, order_answers.refused, commits=True),
    orders.CONFIRM: Reaction(order_answers.confirmed, order_answers.refused, commits=True),
    orders.DROP: Reaction(order_answers.dropped, order_answers.dropped, commits=True),
    orders.POINTS: Reaction(order_answers.points_told, order_answers.refused),
    fittings.STATIONS: Reaction(fitting_answers.stations_told, fitting_answers.refused),
    fittings.SLOTS: Reaction(fitting_answers.slots_told, fitting_answers.refused),
    fittings.BOOKINGS: Reaction(fitting_answers.bookings_told, fitting_answers.refused),
    fittings.BOOK: Reaction(fitting_answers.booked, fitting_answers.refused, commits=True),
    fittings.CHANGE: Reaction(fitting_answers.booked, fitting_answers.refused, commits=True),
    fitting_price.PRICE: Reaction(fitting_price.prices_told),
    status.STATUS: Reaction(status.status_told, status.refused),
    advice.KNOWLEDGE: Reaction(advice.advice_told, advice.refused),
    callback.CALL_BACK: Reaction(callback.promised, callback.refused),
}

"""For the operator: what the caller wants, what was found, and what is open at the shop, in a few sentences."""

from collections.abc import Iterator

from callcenter.dialogue.fitting import FittingForm
from callcenter.dialogue.memory import Memory
from callcenter.dialogue.order import OrderForm
from callcenter.dialogue.turn import Speech
from callcenter.records import Scenario

MOST_TIRES = 3
MOST_WORDS = 120
"""Characters of the caller's own words."""
REQUESTS = frozenset(
    {Scenario.ORDER_STATUS, Scenario.ORDER_CREATION, Scenario.FITTING_BOOKING, Scenario.CONSULTATION, Scenario.OTHER}
)


def summarize(speech: Speech, memory: Memory) -> str:
    parts = [*_tires(speech, memory), *_requests(speech, memory)]
    if not parts and memory.scenario is Scenario.OPERATOR_REQUEST:
        parts.append(speech.phrase("summary.operator"))
    elif not parts and memory.words:
        parts.append(speech.phrase("summary.said", words=memory.words[:MOST_WORDS]))
    elif not parts:
        parts.append(speech.phrase("summary.nothing"))
    return " ".join(parts)


def _tires(speech: Speech, memory: Memory) -> Iterator[str]:
    if memory.wish:
        yield speech.phrase("summary.tire_search", **speech.wish(memory.wish))
    if memory.offered:
        names = [f"{tire.name} {tire.size}".strip() for tire in memory.offered[:MOST_TIRES]]
        yield speech.phrase("summary.shown", names=names)
    if (stock := memory.stock) is not None:
        yield speech.phrase("summary.stock", name=f"{stock.offer.name} {stock.offer.size}", total=stock.total)


def _requests(speech: Speech, memory: Memory) -> Iterator[str]:
    """What is open or done tells more than that it was asked for."""
    told = set()
    if memory.placed is not None:
        told.add(Scenario.ORDER_CREATION)
        yield speech.phrase("summary.placed", number=memory.placed.number)
    if memory.order is not None:
        told.add(Scenario.ORDER_CREATION)
        yield _order(speech, memory.order, unsure=memory.unsure)
    if (booked := memory.booked) is not None:
        told.add(Scenario.FITTING_BOOKING)
        yield speech.phrase("summary.booked", station=booked.station.name, date=booked.date, time=booked.time)
    if memory.fitting is not None:
        told.add(Scenario.FITTING_BOOKING)
        yield _fitting(speech, memory.fitting)
    for scenario in memory.requests:
        if scenario in REQUESTS - told:
            yield speech.phrase(f"summary.request.{scenario}")


def _order(speech: Speech, order: OrderForm, *, unsure: bool) -> str:
    where = order.point.name if order.point is not None else speech.place(order.city or "")
    return speech.phrase(
        "summary.order",
        items=[
            {"name": f"{line.tire.name} {line.tire.size}".strip(), "quantity": line.quantity} for line in order.lines
        ],
        total=order.total,
        shipping=", ".join(filter(None, (where, order.address))),
        payment=order.payment,
        unsure=unsure,
    )


def _fitting(speech: Speech, form: FittingForm) -> str:
    booking = form.booking
    station = booking.station if booking is not None else form.station
    return speech.phrase(
        "summary.fitting",
        aim=form.aim,
        station=station.name if station is not None else speech.place(form.city or ""),
        date=form.date.isoformat() if form.date is not None else booking.date if booking is not None else "",
        time=booking.time if booking is not None else form.wanted_time,
    )

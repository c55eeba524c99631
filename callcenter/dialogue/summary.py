"""For the operator, in a few sentences: the caller's own words, what was found and done, and what is open at the shop.

What a caller wants is told in his own words and by what was done for him, never by the rules' guess at it: they take a
complaint about a fitting for a wish to book one.
"""

from collections.abc import Iterator, Sequence

from callcenter.dialogue.fitting import FittingForm
from callcenter.dialogue.memory import Memory
from callcenter.dialogue.order import OrderForm, OrderLine
from callcenter.dialogue.quotations import hinted, quoted
from callcenter.dialogue.turn import Speech

MOST_TIRES = 3
NOT_UNDERSTOOD = 2
"""Turns in a row that are worth a word."""


def summarize(speech: Speech, memory: Memory) -> str:
    main, *more = quoted(memory) or ("",)
    parts = [speech.phrase("summary.said", words=main)] if main else []
    if memory.too_many:
        parts.append(speech.phrase("summary.too_many", items=_goods(memory.too_many)))
    parts += [*_open_and_done(speech, memory), *_tires(speech, memory)]
    if more:
        parts.append(speech.phrase("summary.also_said", names=more))
    if memory.misunderstood >= NOT_UNDERSTOOD:
        parts.append(speech.phrase("summary.not_understood", count=memory.misunderstood))
    if not parts and (words := hinted(memory)):
        parts.append(speech.phrase("summary.said", words=words))
    return " ".join(parts) or speech.phrase("summary.nothing")


def _tires(speech: Speech, memory: Memory) -> Iterator[str]:
    if memory.wish:
        yield speech.phrase("summary.tires", **speech.wish(memory.wish))
    if memory.offered:
        names = [f"{tire.name} {tire.size}".strip() for tire in memory.offered[:MOST_TIRES]]
        yield speech.phrase("summary.shown", names=names)
    if (stock := memory.stock) is not None:
        yield speech.phrase("summary.stock", name=f"{stock.offer.name} {stock.offer.size}", total=stock.total)


def _open_and_done(speech: Speech, memory: Memory) -> Iterator[str]:
    if memory.placed is not None:
        yield speech.phrase("summary.placed", number=memory.placed.number)
    if memory.order is not None and not (memory.too_many and memory.order.total is None):
        yield _order(speech, memory.order, unsure=memory.unsure)
    if (booked := memory.booked) is not None:
        yield speech.phrase("summary.booked", station=booked.station.name, date=booked.date, time=booked.time)
    if memory.fitting is not None and memory.fitting.is_begun:
        yield _fitting(speech, memory.fitting)


def _order(speech: Speech, order: OrderForm, *, unsure: bool) -> str:
    where = order.point.name if order.point is not None else speech.place(order.city or "")
    return speech.phrase(
        "summary.order",
        items=_goods(order.lines),
        total=order.total,
        shipping=", ".join(filter(None, (where, order.address))),
        payment=order.payment,
        unsure=unsure,
    )


def _goods(lines: Sequence[OrderLine]) -> list[dict[str, object]]:
    return [{"name": f"{line.tire.name} {line.tire.size}".strip(), "quantity": line.quantity} for line in lines]


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

"""What the store answered about an order."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from callcenter.dialogue.actions import fittings, search
from callcenter.dialogue.actions.named import named_site
from callcenter.dialogue.actions.orders import QUESTIONS, go_on_with_order, keep, say_dropped
from callcenter.dialogue.memory import About, Question
from callcenter.dialogue.offer import Offer
from callcenter.dialogue.order import Draft, DraftItem, OrderForm, OrderLine, PlacedOrder, draft
from callcenter.dialogue.site import sites
from callcenter.dialogue.turn import Turn
from callcenter.records import Scenario

GONE = ("no_draft", "not_a_draft", "refused: not_a_draft", "refused: draft_expired")
"""The store does not have the draft any more: it is made anew."""


def drafted(turn: Turn, result: Mapping[str, Any]) -> None:
    if result.get("reason") == "out_of_stock":
        _tell_short(turn)
    elif (told := draft(result)) is None:
        search.failed(turn)
    elif told.status != "draft":  # a confirmation that was not answered had reached the shop
        _place(turn, told)
    else:
        order = replace(_form_of(turn, told), total=told.total, shipped=False, proposal=None)
        keep(turn, order)
        if order.next_step in QUESTIONS:
            turn.say("order.drafted", items=_spoken(order), total=told.total)
        go_on_with_order(turn)


def shipped(turn: Turn, result: Mapping[str, Any]) -> None:
    told = draft(result)
    if told is None or told.delivery_cost is None:
        search.failed(turn)
        return
    order = replace(_form_of(turn, told), total=told.total, shipped=True, proposal=None)
    keep(turn, order)
    if order.next_step in QUESTIONS and order.delivery == "delivery":
        turn.say("order.shipping", cost=told.delivery_cost, total=told.total)
    go_on_with_order(turn)


def points_told(turn: Turn, result: Mapping[str, Any]) -> None:
    order, points = turn.memory.order, sites(result.get("pickup_points"))
    if order is None or points is None:
        search.failed(turn)
        return
    if not points:
        _no_such_city(turn, "order.no_points")
        return
    keep(turn, replace(order, points=points, point=named_site(turn, points)))
    go_on_with_order(turn)


def confirmed(turn: Turn, result: Mapping[str, Any]) -> None:
    """It was read out, placed or refused; what is said of it has been said."""
    order, told = turn.memory.order, draft(result)
    if isinstance(proposal := result.get("arguments"), Mapping) and result.get("done") is False:
        if order is not None:
            turn.memory.order = replace(order, proposal=proposal)
        turn.go("order_confirm")
    elif told is not None and told.status != "draft":
        _place(turn, told)
    elif result.get("reason") == "out_of_stock":
        turn.memory.order = None
        turn.go_on()
        turn.ask(Question.ANOTHER)
    elif result.get("confirmed") is False and order is not None:
        # not answered: the same draft is tried again, which finds out whether it is placed by now
        again = replace(order, proposal=None) if result.get("reason") == "store" else order.anew()
        turn.memory.order = again
        turn.go("order_confirm")
        turn.memory.question = Question.TRY_AGAIN
    else:
        search.failed(turn)


def refused(turn: Turn, error: str) -> None:
    """A tool did not do it."""
    order = turn.memory.order
    if order is None:
        search.failed(turn)
    elif error.startswith(GONE):
        turn.memory.order = order.anew()
        go_on_with_order(turn)
    elif error.startswith("not_found: city"):
        _no_such_city(turn, "order.no_city")
    elif error.startswith("no_delivery"):
        turn.memory.order = replace(order, shipped=False, proposal=None)
        go_on_with_order(turn)
    elif error == "no_phone":
        turn.say("order.no_number")
        turn.ask(Question.OPERATOR)
    else:
        search.failed(turn)


def dropped(turn: Turn, result: Mapping[str, Any] | str) -> None:
    """Also when the store did not answer: a draft buys nothing, and expires."""
    told = draft(result)
    if told is not None and told.status != "draft":  # as above
        _place(turn, told)
    else:
        say_dropped(turn)


# ---------------------------------------------------------------- parts of these


def _tell_short(turn: Turn) -> None:
    """There are not so many: how many there are is looked up and told. What else is ordered stays."""
    memory, order = turn.memory, turn.memory.order
    if order is None:
        search.failed(turn)
        return
    short = [line for line in order.lines if line.tire.left is not None and line.tire.left < (line.quantity or 0)]
    line = short[0] if short else order.lines[-1]
    memory.quantity, memory.order = line.quantity, order.without_line(line)
    memory.about = About.ALSO if memory.order is not None else About.STOCK
    turn.run(search.CHECK, {"product_id": line.tire.id})


def _no_such_city(turn: Turn, key: str) -> None:
    if (order := turn.memory.order) is not None:
        turn.say(key, city=order.city or "")
        turn.memory.order = replace(order, city=None, points=(), point=None)
    turn.go("order_city")


def _place(turn: Turn, told: Draft) -> None:
    memory = turn.memory
    tire = _tire_of(turn, told.items[0])
    memory.placed = PlacedOrder(told.id, told.number, tire, memory.order.city if memory.order else None)
    memory.order, memory.quantity, memory.numbers = None, None, (told.number,)
    turn.note(f"placed {told.items}")
    turn.say_unless_told("order.confirmed", number=told.number, date="", texted=False)
    turn.leave()
    turn.reach(Scenario.ORDER_CREATION)
    if memory.later is None:
        turn.ask(Question.ANYTHING_ELSE)
    else:
        turn.drop_question()
        fittings.begin_later(turn)


def _form_of(turn: Turn, told: Draft) -> OrderForm:
    """Ours, or, where somebody else has drafted it, one of what the store tells."""
    order = turn.memory.order
    lines = tuple(OrderLine(_tire_of(turn, item), item.quantity) for item in told.items)
    if order is None or {line.tire.id for line in order.lines} != {line.tire.id for line in lines}:
        return OrderForm(lines)
    return replace(order, lines=lines)


def _tire_of(turn: Turn, item: DraftItem) -> Offer:
    order = turn.memory.order
    ours = [line.tire for line in order.lines] if order is not None else []
    for tire in (*ours, *turn.memory.found, *turn.memory.offered):
        if tire.id == item.product_id:
            return tire
    brand, _, model = item.name.partition(" ")
    return Offer(item.product_id, brand, model, size="", price=item.price, in_stock=True)


def _spoken(order: OrderForm) -> list[Mapping[str, Any]]:
    return [{"name": line.tire.name, "quantity": line.quantity} for line in order.lines]

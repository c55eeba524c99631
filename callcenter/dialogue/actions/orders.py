"""Taking an order: whatever is said of it is taken, what is missing is asked for. Then it is read out, and placed on
the caller's yes."""

from dataclasses import replace
from typing import Any

from callcenter.dialogue.actions import search
from callcenter.dialogue.actions.named import chosen_site
from callcenter.dialogue.actions.talk import hand_over, tell_help
from callcenter.dialogue.actions.tires import counted_tires, named_tire
from callcenter.dialogue.memory import About, Question
from callcenter.dialogue.offer import Offer
from callcenter.dialogue.order import OrderForm, OrderLine, OrderStep
from callcenter.dialogue.turn import Turn
from callcenter.records import Scenario, TransferReason

DRAFT, SHIP, CONFIRM, DROP = "create_order_draft", "update_order_delivery", "confirm_order", "cancel_order_draft"
POINTS = "get_pickup_points"
LONGEST_NUMBER = 3
"""Digits of what may be a number of tires."""
WORDS_OF_A_PLACE = 3
"""Without the number of a house."""
MOST_POINTS = 3
"""Named in one answer."""
CHANGES = frozenset({"order_quantity", "order_confirm", "order_change"})
"""States in which "the second one" is another tire, and "the delivery" something to be changed."""
SLOTS = ("quantity", "address", "city", "delivery", "payment")
"""That "change the delivery" may name, what is only a part of another before it."""
TOLD = frozenset(
    {"quantity", "delivery_type", "payment_method", "city", "address", "choice"} | {f"slot_{one}" for one in SLOTS}
)
"""Intents that tell something of an order."""
QUESTIONS = frozenset(
    {OrderStep.DELIVERY, OrderStep.CITY, OrderStep.ADDRESS, OrderStep.POINT, OrderStep.PAYMENT, OrderStep.QUANTITY}
)


def begin_order(turn: Turn) -> None:
    """ "I'll take four of the first one": of the tires that are named or talked about; what is open goes on."""
    memory, said = turn.memory, turn.said
    turn.want(Scenario.ORDER_CREATION)
    if not turn.call.caller_known:
        turn.say("order.no_number")
        turn.ask(Question.OPERATOR)
    elif (lines := counted_tires(turn)) and memory.order is None:
        memory.focus, memory.about = lines[-1].tire, About.STOCK
        _take(turn, OrderForm(lines))
    elif memory.order is not None and (lines or "add" in said.intents):
        take_order(turn)
    elif (tire := named_tire(turn) or _talked_about(turn)) is not None:
        order_tire(turn, tire)
    elif memory.offered and not said.wish:
        memory.about = About.ORDER
        turn.say("ask.which")
        turn.go("results")
    else:
        memory.about = About.ORDER
        search.look_for(turn)


def order_tire(turn: Turn, tire: Offer) -> None:
    memory, quantity = turn.memory, turn.said.quantity
    also, memory.about, memory.focus = memory.about is About.ALSO, About.STOCK, tire
    if memory.order is None:
        order = OrderForm((OrderLine(tire, memory.quantity),))
    elif also:
        order = memory.order.with_more(tire, quantity)
    else:
        order = memory.order.with_line(tire, quantity)
    _take(turn, order)


def take_order(turn: Turn) -> None:
    """Everything that was said of it at once."""
    if (order := turn.memory.order) is None:
        begin_order(turn)
    elif _is_other(turn, order):
        take_wish(turn)
    else:
        _take(turn, _with_tires(turn, order))


def change_order(turn: Turn) -> None:
    """ "I want to change something": what he names, or else that is asked."""
    if turn.said.intents & TOLD:
        take_order(turn)
    else:
        turn.say("order.ask_change")
        turn.go("order_change")


def remove_tire(turn: Turn) -> None:
    """ "Leave the second one out"."""
    order, tire = turn.memory.order, named_tire(turn)
    lines = order.lines if order is not None else ()
    line = next((one for one in lines if tire is not None and one.tire.id == tire.id), None)
    if order is None or line is None:
        change_order(turn)
    elif (rest := order.without_line(line)) is None:
        drop_order(turn)
    else:
        keep(turn, rest)
        go_on_with_order(turn)


def take_wish(turn: Turn) -> None:
    """Another tire: one of those offered, or one that is still to be found."""
    if named_tire(turn) is not None:
        take_order(turn)
    else:
        turn.memory.about = About.ALSO if "add" in turn.said.intents else About.ORDER
        search.look_for(turn)


def take_address(turn: Turn) -> None:
    """Whatever is said is where it goes to; where no street can be understood, "yes" fetches the operator for it."""
    said = turn.said
    if turn.call.guided and "yes" in said.intents:
        hand_over(turn, TransferReason.CUSTOMER_REQUEST)
        return
    is_told = _is_place(said.address) or said.city or said.delivery_type == "pickup"
    if turn.memory.order is None or is_told or _is_about_tires(turn):
        take_order(turn)
    else:
        tell_help(turn)


def choose_point(turn: Turn) -> None:
    """ "The second one", "the one in Obolon"."""
    order = turn.memory.order
    if order is None:
        begin_order(turn)
        return
    if _is_about_tires(turn):
        take_order(turn)
        return
    point = chosen_site(turn, order.points)
    if point is not None:
        keep(turn, order.changed(point=point))
        go_on_with_order(turn)
    elif turn.said.intents & TOLD:
        take_order(turn)
    else:
        tell_help(turn)


def object_to_order(turn: Turn) -> None:
    """ "No" to what was read out, to trying again, or to what was asked."""
    if turn.memory.question is Question.TRY_AGAIN:
        drop_order(turn)
    elif turn.memory.state == "order_confirm":
        change_order(turn)
    else:
        tell_help(turn)


def drop_order(turn: Turn) -> None:
    """ "Cancel", at any step."""
    order, turn.memory.order = turn.memory.order, None
    turn.note("order dropped")
    if order is not None and order.total is not None:
        turn.run(DROP, {})
    else:
        say_dropped(turn)


def tell_total(turn: Turn) -> None:
    """What it comes to, as far as it is known."""
    order = turn.memory.order
    if order is not None and order.total is not None:
        turn.say("order.total", total=order.total)
        turn.note(f"total {order.total}")
    go_on_with_order(turn)


def go_on_with_order(turn: Turn) -> None:
    """Ask for the first thing that is missing, or do what can be done. What was read out is read out once more unless
    the caller has just said a plain yes to it."""
    order = turn.memory.order
    if order is None:
        begin_order(turn)
        return
    match order.next_step:
        case OrderStep.QUANTITY:
            _ask(turn, "order_quantity", tire=turn.speech.tire(order.line.tire))
        case OrderStep.DRAFT:
            turn.run(DRAFT, order.draft_arguments())
        case OrderStep.DELIVERY:
            _ask(turn, "order_delivery")
        case OrderStep.CITY:
            _ask(turn, "order_city", pickup=order.delivery == "pickup")
        case OrderStep.ADDRESS if turn.call.guided:  # nobody's street is in a grammar
            turn.go("order_address")
            turn.say("order.no_streets", city=order.city or "")
            turn.memory.question = Question.OPERATOR
        case OrderStep.ADDRESS:
            _ask(turn, "order_address", city=order.city or "")
        case OrderStep.POINTS:
            turn.run(POINTS, {"city": order.city})
        case OrderStep.POINT:
            points = turn.speech.sites(order.points[:MOST_POINTS])
            _ask(turn, "order_pickup", points=points, more=len(order.points) - len(points))
        case OrderStep.SHIPMENT:
            turn.run(SHIP, order.delivery_arguments())
        case OrderStep.PAYMENT:
            _ask(turn, "order_payment")
        case OrderStep.CONFIRMATION:
            turn.run(CONFIRM, order.confirm_arguments())


# ---------------------------------------------------------------- parts of these


def _talked_about(turn: Turn) -> Offer | None:
    memory = turn.memory
    return memory.focus if memory.order is None or memory.about is About.ALSO else memory.order.line.tire


def _is_about_tires(turn: Turn) -> bool:
    """Of several kinds, or of more than are ordered: it is neither a street nor a place to pick them up."""
    said = turn.said
    return len(said.items) > 1 or ("add" in said.intents and bool(said.items or said.quantity))


def _is_other(turn: Turn, order: OrderForm) -> bool:
    """ "And four summer ones": they are still to be found."""
    wish, tire = turn.said.wish, order.line.tire
    other_season = wish.season is not None and bool(tire.season) and wish.season != tire.season
    other_size = wish.size is not None and str(wish.size) != tire.size
    return (other_season or other_size or wish.vehicle is not None) and named_tire(turn) is None


def _with_tires(turn: Turn, order: OrderForm) -> OrderForm:
    """With the tires that were said, and how many."""
    memory, said, lines = turn.memory, turn.said, counted_tires(turn)
    if "add" in said.intents or (lines and memory.about is About.ALSO):
        memory.about = About.STOCK
        more = lines or [OrderLine(named_tire(turn) or order.line.tire, said.quantity)]
        for line in more:
            order = order.with_more(line.tire, line.quantity)
        return order
    if len(lines) > 1:
        return order.changed(lines=lines)
    if lines:
        return order.with_line(lines[0].tire, lines[0].quantity)
    return order.with_line(named_tire(turn) if memory.state in CHANGES else None, said.quantity)


def _take(turn: Turn, changed: OrderForm) -> None:
    """Tires are taken; the rest is what was said of the delivery and the payment."""
    said, before = turn.said, turn.memory.order
    if _is_too_many(turn, changed):
        turn.memory.too_many = _counted(turn, changed)
        hand_over(turn, TransferReason.ORDER_LIMIT)
        return
    changed = changed.changed(
        delivery=said.delivery_type,
        city=said.city,
        address=_address(turn, changed),
        payment=said.payment_method,
        name=said.name,
    )
    named = [slot for slot in SLOTS if f"slot_{slot}" in said.intents]
    if changed == before and named and turn.memory.state in CHANGES:
        changed = before.without(named[0])
    keep(turn, changed)
    go_on_with_order(turn)


def _is_place(address: str) -> bool:
    """A house, or words enough to find one by."""
    return any(map(str.isdecimal, address)) or len(address.split()) >= WORDS_OF_A_PLACE


def _address(turn: Turn, order: OrderForm) -> str:
    """ "Flat 14" corrects what was said before, unless it is for another city."""
    said = turn.said
    if not said.address or _is_about_tires(turn):
        return ""
    before = order.address if said.city in (None, order.city) else None
    return turn.call.understanding.corrected_address(before or "", said.address)


def _ask(turn: Turn, state: str, **params: Any) -> None:
    turn.go(state)
    turn.say(f"ask.{state}", **params)


def say_dropped(turn: Turn) -> None:
    memory = turn.memory
    memory.order, memory.quantity = None, None
    memory.requests = [one for one in memory.requests if one is not Scenario.ORDER_CREATION]
    turn.say_unless_told("order.dropped")
    turn.leave()
    turn.ask(Question.ANYTHING_ELSE)


def keep(turn: Turn, order: OrderForm) -> None:
    turn.memory.order = order
    tires = [(line.tire.id, line.quantity) for line in order.lines]
    said = (tires, order.delivery, order.city, order.address, order.point, order.payment)
    turn.note(f"order {said} {order.total}")


def _is_too_many(turn: Turn, order: OrderForm) -> bool:
    """More than anybody may order here."""
    limit, said = turn.shop.facts.order_limits.max_quantity, turn.said
    if said.quantity is not None or said.items:
        return any((line.quantity or 0) > limit for line in order.lines)
    asked = turn.memory.state == "order_quantity" and not said.wish
    return asked and 0 < len(said.digits) <= LONGEST_NUMBER and int(said.digits) > limit


def _counted(turn: Turn, order: OrderForm) -> tuple[OrderLine, ...]:
    """With the number that was said, also where it is too large to be taken for one of tires."""
    said = turn.said
    number = None if said.quantity is not None or said.items else int(said.digits)
    return tuple(replace(line, quantity=number) if number and line is order.line else line for line in order.lines)

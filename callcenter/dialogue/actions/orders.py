"""Taking an order: whatever is said of it is taken, what is missing is asked for. Then it is read out, and placed on
the caller's yes."""

from typing import Any

from callcenter.dialogue.actions import search
from callcenter.dialogue.actions.talk import hand_over, tell_help
from callcenter.dialogue.actions.tires import named_tire
from callcenter.dialogue.memory import About, Question
from callcenter.dialogue.offer import Offer
from callcenter.dialogue.order import OrderForm, OrderStep
from callcenter.dialogue.turn import Turn
from callcenter.records import Scenario, TransferReason

DRAFT, SHIP, CONFIRM, DROP = "create_order_draft", "update_order_delivery", "confirm_order", "cancel_order_draft"
POINTS = "get_pickup_points"
LONGEST_NUMBER = 3
"""Digits of what may be a number of tires."""
MOST_POINTS = 3
"""Named in one answer."""
CHANGES = frozenset({"order_quantity", "order_confirm", "order_change"})
"""States in which "the second one" is another tire, and "the delivery" something to be changed."""
SLOTS = ("quantity", "delivery", "payment")
"""That "change the delivery" may name."""
TOLD = frozenset(
    {"quantity", "delivery_type", "payment_method", "city", "address", "choice"} | {f"slot_{one}" for one in SLOTS}
)
"""Intents that tell something of an order."""
QUESTIONS = frozenset(
    {OrderStep.DELIVERY, OrderStep.CITY, OrderStep.ADDRESS, OrderStep.POINT, OrderStep.PAYMENT, OrderStep.QUANTITY}
)


def begin_order(turn: Turn) -> None:
    """ "I'll take four of the first one": of the tire that is named or talked about; the one that is open goes on."""
    memory = turn.memory
    turn.want(Scenario.ORDER_CREATION)
    if not turn.call.caller_known:
        turn.say("order.no_number")
        turn.ask(Question.OPERATOR)
    elif (tire := named_tire(turn) or (memory.focus if memory.order is None else memory.order.tire)) is not None:
        order_tire(turn, tire)
    elif memory.offered and not turn.said.wish:
        memory.about = About.ORDER
        turn.say("ask.which")
        turn.go("results")
    else:
        memory.about = About.ORDER
        search.look_for(turn)


def order_tire(turn: Turn, tire: Offer) -> None:
    memory = turn.memory
    memory.focus, memory.about = tire, About.STOCK
    order = memory.order or OrderForm(tire, quantity=memory.quantity)
    memory.order = order.changed(tire=tire)
    take_order(turn)


def take_order(turn: Turn) -> None:
    """Everything that was said of it at once."""
    said, order = turn.said, turn.memory.order
    if order is None:
        begin_order(turn)
        return
    if _is_too_many(turn):
        hand_over(turn, TransferReason.ORDER_LIMIT)
        return
    changed = order.changed(
        tire=named_tire(turn) if turn.memory.state in CHANGES else None,
        quantity=said.quantity,
        delivery=said.delivery_type,
        city=said.city,
        address=said.address,
        payment=said.payment_method,
        name=said.name,
    )
    named = [slot for slot in SLOTS if f"slot_{slot}" in said.intents]
    if changed == order and named and turn.memory.state in CHANGES:
        changed = order.without(named[0])
    keep(turn, changed)
    go_on_with_order(turn)


def change_order(turn: Turn) -> None:
    """ "I want to change something": what he names, or else that is asked."""
    if turn.said.intents & TOLD:
        take_order(turn)
    else:
        turn.say("order.ask_change")
        turn.go("order_change")


def take_wish(turn: Turn) -> None:
    """Another tire: one of those offered, or one that is still to be found."""
    if named_tire(turn) is not None:
        take_order(turn)
    else:
        turn.memory.about = About.ORDER
        search.look_for(turn)


def take_address(turn: Turn) -> None:
    """Whatever is said is where it goes to."""
    said = turn.said
    if turn.memory.order is None or said.address or said.city or said.delivery_type == "pickup":
        take_order(turn)
    else:
        tell_help(turn)


def choose_point(turn: Turn) -> None:
    """ "The second one", "the one in Obolon"."""
    order = turn.memory.order
    if order is None:
        begin_order(turn)
        return
    words = [point.words for point in order.points]
    index = turn.call.understanding.places.choose(turn.said.words, words, turn.said.choice)
    if index is not None:
        keep(turn, order.changed(point=order.points[index]))
        go_on_with_order(turn)
    elif turn.said.intents & TOLD:
        take_order(turn)
    else:
        tell_help(turn)


def object_to_order(turn: Turn) -> None:
    if turn.memory.state == "order_confirm":
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
            _ask(turn, "order_quantity", tire=turn.speech.tire(order.tire))
        case OrderStep.DRAFT:
            turn.run(DRAFT, order.draft_arguments())
        case OrderStep.DELIVERY:
            _ask(turn, "order_delivery")
        case OrderStep.CITY:
            _ask(turn, "order_city", pickup=order.delivery == "pickup")
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
    said = (order.tire.id, order.quantity, order.delivery, order.city, order.address, order.point, order.payment)
    turn.note(f"order {said} {order.total}")


def _is_too_many(turn: Turn) -> bool:
    """More than anybody may order here."""
    limit, said = turn.shop.facts.order_limits.max_quantity, turn.said
    if said.quantity is not None:
        return said.quantity > limit
    asked = turn.memory.state == "order_quantity" and not said.wish
    return asked and 0 < len(said.digits) <= LONGEST_NUMBER and int(said.digits) > limit

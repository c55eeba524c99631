"""What became of an order: the caller's own at once, another's for who knows its number and the phone's last digits."""

from collections.abc import Mapping
from typing import Any

from callcenter.dialogue.actions import search, talk
from callcenter.dialogue.actions.forms import wind_up
from callcenter.dialogue.actions.misunderstanding import not_understood
from callcenter.dialogue.memory import Question
from callcenter.dialogue.order import ToldOrder, told_orders
from callcenter.dialogue.turn import Turn
from callcenter.records import Scenario

STATUS = "get_order_status"
MOST_ORDERS = 2
"""Told in one answer."""
PHONE_DIGITS = 4
MOST_DIGITS = 12
"""That are kept of a dictation."""


def tell_orders(turn: Turn) -> None:
    """The caller's own, or the one whose number he says with it."""
    turn.want(Scenario.ORDER_STATUS)
    turn.memory.dictated = turn.memory.order_number = ""
    length = turn.shop.facts.order_digits
    if len(turn.call.understanding.digits.read(turn.said.words, length)) == length:
        take_number(turn)
    elif turn.call.caller_known:
        turn.run(STATUS, {})
    else:
        _ask_number(turn, "status.ask_number")


def take_number(turn: Turn) -> None:
    """Said in groups, perhaps over several turns, or typed."""
    memory, said, length = turn.memory, turn.said, turn.shop.facts.order_digits
    if said.keyed:
        memory.dictated = said.digits
    else:
        memory.dictated = turn.call.understanding.digits.add(memory.dictated, said.words, length)[:MOST_DIGITS]
    turn.note(f"dictated {memory.dictated}")
    memory.numbers = (memory.dictated,) if memory.dictated else ()
    if len(memory.dictated) < length and memory.dictated and not said.keyed:
        turn.go("status_number")
        turn.say("status.go_on", number=memory.dictated)
    elif len(memory.dictated) != length:
        _ask_number(turn, "status.wrong_number", digits=length)
    elif said.keyed:
        look_up_order(turn)
    else:
        turn.go("status_confirm")
        turn.say("status.confirm_number", number=memory.dictated)


def look_up_order(turn: Turn) -> None:
    """The number that was dictated is right."""
    memory = turn.memory
    memory.order_number, memory.dictated = memory.dictated, ""
    turn.run(STATUS, {"order_id": memory.order_number})


def tell_number(turn: Turn) -> None:
    """ "Repeat the number", digit by digit; where none was told yet, the caller's orders are."""
    memory, said = turn.memory, turn.said
    asks_for_order = bool(said.intents & {"order_status", "my_order"})
    if len(said.digits) >= PHONE_DIGITS or (not memory.numbers and asks_for_order):
        tell_orders(turn)
    elif memory.numbers:
        turn.say("status.number", number=memory.numbers[0])
    elif "repeat" in said.intents:
        talk.repeat(turn)
    else:
        not_understood(turn)


def offer_operator_for_order(turn: Turn) -> None:
    """ "I don't remember the number"."""
    turn.memory.dictated = ""
    turn.say("status.cannot_tell")
    turn.ask(Question.OPERATOR)


def ask_number_again(turn: Turn) -> None:
    _ask_number(turn, "status.again")


def take_phone_digits(turn: Turn) -> None:
    """The last four of the phone that the order was placed from."""
    memory, said = turn.memory, turn.said
    reader = turn.call.understanding.digits
    last = said.digits[-PHONE_DIGITS:] if said.keyed else reader.last_four(said.words)
    last = last or reader.add(memory.dictated, said.words, PHONE_DIGITS)
    if len(last) < PHONE_DIGITS:
        memory.dictated = last
        turn.say("help.status_phone")
        turn.note(f"phone {len(last)}")
        return
    memory.dictated = ""
    turn.run(STATUS, {"order_id": memory.order_number, "phone": last[-PHONE_DIGITS:]})


# ---------------------------------------------------------------- what the store answered


def status_told(turn: Turn, result: Mapping[str, Any]) -> None:
    orders = told_orders(result)
    if orders is None:
        search.failed(turn)
    elif not orders:
        _ask_number(turn, "status.none")
    else:
        named = [_spoken(order) for order in orders[:MOST_ORDERS]]
        turn.memory.numbers = tuple(order.number for order in orders[:MOST_ORDERS])
        key = "status.one" if len(orders) == 1 else "status.several"
        turn.say(key, orders=named, count=len(orders), more=len(orders) - len(named))
        turn.reach(Scenario.ORDER_STATUS)
        wind_up(turn)


def refused(turn: Turn, error: str) -> None:
    match error:
        case "not_the_callers" if turn.memory.order_number:
            turn.go("status_phone")
            turn.say("status.ask_phone", number=turn.memory.order_number)
        case "not_the_callers":
            _ask_number(turn, "status.ask_number")
        case "not_found_or_not_theirs":
            _ask_number(turn, "status.not_found")
        case "too_many_attempts":
            offer_operator_for_order(turn)
        case _:
            search.failed(turn)


# ---------------------------------------------------------------- parts of these


def _ask_number(turn: Turn, key: str, **params: Any) -> None:
    turn.memory.dictated = turn.memory.order_number = ""
    turn.go("status_number")
    turn.say(key, **params)


def _spoken(order: ToldOrder) -> Mapping[str, Any]:
    return {
        "number": order.number,
        "status": order.status,
        "label": order.label,
        "goods": order.items,
        "total": order.total,
        "expected": order.expected,
    }

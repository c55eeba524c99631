"""What a tool has changed in the shop, or was to change: for the audit log and for the operator. Pure.

Made from what the tool is declared to do, its arguments and its result, whoever asked for it. It says what is bought
and booked, and nothing of who the caller is: no number, name or address.
"""

from collections.abc import Mapping
from typing import Any, Literal

from callcenter.agent.tools.for_model import clean
from callcenter.records import Change, ChangeOutcome

State = Mapping[str, Any]
Action = Literal[
    "order.draft", "order.delivery", "order.confirm", "order.drop", "booking.book", "booking.cancel", "booking.move"
]
"""As the audit log calls it; the kind of object comes first."""
NOT_SENT = frozenset({"store: breaker_open", "store: rejected"})
"""Errors after which it is certain that nothing was changed."""
WRONG_PRICES = "the shop's prices are wrong"
"""The error of a draft that nobody is offered: it is dropped at once."""
MOST_ITEMS = 10
REASON_LETTERS = 120


def change_of(
    action: Action | None,
    arguments: State,
    result: Any,
    error: str | None,
    known: Mapping[str, State],
    draft: str,
) -> Change | None:
    """`action`: what the tool does, None for one that changes nothing. `known`: how this call last saw each object.
    `draft`: the open order as an object, "" where there is none. None also for what waits for the caller's yes."""
    if action is None:
        return None
    told = result if isinstance(result, Mapping) else {}
    if "waits_for" in told:
        return None
    kind = action.partition(".")[0]
    about = _about(kind, told, arguments) or (draft if kind == "order" and action != "order.draft" else "") or kind
    outcome, reason = _outcome(action, told, error)
    before = told.get("was") or known.get(draft if action == "order.draft" else about)
    after = _after(kind, told) if "status" in told else None
    return Change(action, outcome, about, reason, before, after)


def _about(kind: str, told: State, arguments: State) -> str:
    """As the shop names it. What a model calls an order may be anything; a booking's id has been looked up by the time
    that something is done to it."""
    if kind == "order":
        found = next((told[key] for key in ("id", "order_id", "dropped") if told.get(key)), None)
    else:
        found = told.get("id") or arguments.get("booking_id")
    return f"{kind}:{clean(str(found))}" if found else ""


def _outcome(action: str, told: State, error: str | None) -> tuple[ChangeOutcome, str | None]:
    if error is not None:
        is_sure = error in NOT_SENT or not error.startswith(("store: ", "internal"))
        return ChangeOutcome.REFUSED if is_sure else ChangeOutcome.UNSURE, clean(error, REASON_LETTERS)
    state = next((told[key] for key in ("confirmed", "drafted", "done") if key in told), True)
    if state == "unknown" or told.get("answered") is False:
        return ChangeOutcome.UNSURE, "the store did not answer"
    if told.get("order") == "too large":  # the shop has it as a draft, if it was asked for it at all
        is_made = "order_id" in told and action != "order.confirm"
        return ChangeOutcome.DONE if is_made else ChangeOutcome.REFUSED, "order_limit"
    if state is False:
        return ChangeOutcome.REFUSED, clean(str(told.get("reason") or ""), REASON_LETTERS) or None
    if action in ("order.draft", "order.delivery", "order.drop") and told.get("status", "draft") != "draft":
        return ChangeOutcome.REFUSED, f"it is {clean(str(told['status']))} already"
    return ChangeOutcome.DONE, None


def _after(kind: str, told: State) -> State | None:
    return order_state(told) if kind == "order" else booking_state(told)


def order_state(order: State) -> State:
    """Of an order as the store's answer has it."""
    items = [
        {"name": clean(f"{item.get('name', '')} {item.get('size', '')}"), "quantity": item.get("quantity")}
        for item in _parts(order.get("items"))[:MOST_ITEMS]
    ]
    delivery = order.get("delivery")
    state = {
        "status": order.get("status"),
        "number": order.get("order_number") if order.get("status") != "draft" else None,
        "items": items,
        "total": order.get("total"),
        "delivery": _where(delivery) if isinstance(delivery, Mapping) else None,
    }
    return {key: value for key, value in state.items() if value is not None}


def booking_state(booking: State) -> State:
    """Of a booking as the store's answer has it."""
    station = booking.get("station")
    state = {
        "status": booking.get("status"),
        "station": clean(str(station.get("name", ""))) if isinstance(station, Mapping) else None,
        "date": booking.get("date"),
        "time": booking.get("time"),
        "service": booking.get("service_type"),
    }
    return {key: value for key, value in state.items() if value is not None}


def _where(delivery: State) -> str:
    """The city, or the shop's own point: not where the caller lives."""
    return clean(str(delivery.get("pickup_point_name") or delivery.get("point") or delivery.get("city") or ""))


def _parts(value: Any) -> list[State]:
    return [part for part in value if isinstance(part, Mapping)] if isinstance(value, list | tuple) else []

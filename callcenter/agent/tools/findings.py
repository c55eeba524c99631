"""What the tools of a call found and did, kept for the operator: facts, whoever asked for them. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from callcenter.agent.tools.changes import WRONG_PRICES, Action, booking_state, change_of
from callcenter.agent.tools.for_model import clean
from callcenter.records import Change, ChangeOutcome, Found

MOST = 3
"""Tires, orders and days: what is read in the moment before hello."""
MOST_TIMES = 6
MOST_DONE = 20
BEGUN = frozenset({"order.draft", "order.delivery"})
"""What is told as the open order, until it is placed or dropped."""
UNKNOWN = ("store: ", "internal")
"""Beginnings of errors after which the caller could not be told."""


class Findings:
    """Of one call."""

    def __init__(self) -> None:
        self.found = Found()
        self._known: dict[str, Mapping[str, Any]] = {}
        self._names: dict[str, str] = {}
        """Of tires, by id."""
        self._changes = 0

    def note(
        self,
        name: str,
        action: Action | None,
        arguments: Mapping[str, Any],
        result: Any,
        error: str | None,
        *,
        asks: bool,
        doubt: str = "",
    ) -> Change | None:
        """A tool has run. Returns what it changed, or was to change. `action`: see change_of. `asks`: it was about to
        ask the caller first, so that nothing was tried yet when it failed. `doubt`: a sentence for the operator where
        nobody knows."""
        draft = f"order:{self.found.order['id']}" if self.found.order else ""
        tried = error is None or not asks
        change = change_of(action, arguments, result, error, self._known, draft) if tried else None
        if change is not None:
            self._changes += 1
            self._take(change, doubt)
            if change.outcome is ChangeOutcome.REFUSED:
                self._turn_down(change, arguments)
        elif error is None and isinstance(result, Mapping):
            self._learn(name, arguments, result)
        elif error is not None and error.startswith(UNKNOWN):
            self._doubt({"action": clean(name), "reason": clean(error)})
        return change

    def checkpoint(self) -> Callable[[], None]:
        """Calling what is returned takes back what was looked up after now. What was changed stays: it is done."""
        found, changes = self.found, self._changes

        def undo() -> None:
            if self._changes == changes:
                self.found = found

        return undo

    # ---------------------------------------------------------------- what was changed

    def _take(self, change: Change, doubt: str) -> None:
        what = {"action": change.action, "object": change.object}
        if change.outcome is ChangeOutcome.UNSURE:
            self._take_doubt(change, doubt)
            return
        self._resolve(change.action, change.object)
        if change.outcome is ChangeOutcome.REFUSED:
            if change.after is None:
                order = None if change.reason == WRONG_PRICES else self.found.order
                self.found = replace(self.found, order=order)
                return
            # it is no draft any more: a confirmation that was not answered has reached the shop
            what["action"] = "order.confirm"
            self._resolve("order.confirm", change.object)
        if what["action"] not in BEGUN:
            self.found = replace(self.found, done=(*self.found.done, {**what, **(change.after or {})})[-MOST_DONE:])
        if change.after is None:
            self._known.pop(change.object, None)
        else:
            self._known[change.object] = change.after
        if change.object.startswith("order"):
            is_open = change.after is not None and change.after.get("status") == "draft"
            order = {"id": change.object.partition(":")[2], **(change.after or {})} if is_open else None
            self.found = replace(self.found, order=order)
        else:
            self.found = replace(self.found, booking={**what, **(change.after or {})})

    def _take_doubt(self, change: Change, doubt: str) -> None:
        """An order of which nobody knows is not told as an open one: what was in it is."""
        order, state = self.found.order, dict[str, Any]({"told": doubt} if doubt else {})
        if change.action == "order.confirm" and order is not None and change.object == f"order:{order['id']}":
            state |= {key: part for key, part in order.items() if key not in ("id", "status")}
            self.found = replace(self.found, order=None)
        self._doubt({"action": change.action, "object": change.object, "reason": change.reason, **state})

    def _doubt(self, what: Mapping[str, Any]) -> None:
        self._resolve(what["action"], what.get("object"))
        self.found = replace(self.found, unsure=(*self.found.unsure, what)[-MOST_DONE:])

    def _resolve(self, action: str, about: str | None) -> None:
        """An answer has come, or the same doubt again."""
        left = tuple(
            one
            for one in self.found.unsure
            if one["action"] != action or (about is not None and one.get("object") not in (about, "order", "booking"))
        )
        refused = tuple(one for one in self.found.refused if one["action"] != action)
        self.found = replace(self.found, unsure=left, refused=refused)

    def _turn_down(self, change: Change, arguments: Mapping[str, Any]) -> None:
        what: dict[str, Any] = {"action": change.action, "object": change.object}
        what["reason"] = (change.reason or "").partition(":")[0]
        if asked := [self._named(item) for item in _mappings(arguments.get("items"))[:MOST]]:
            what["items"] = asked
        self.found = replace(self.found, refused=(*self.found.refused, what)[-MOST:])

    def _named(self, item: Mapping[str, Any]) -> Mapping[str, Any]:
        tire = str(item.get("product_id", ""))
        return {"name": self._names.get(tire) or clean(tire), "quantity": clean(str(item.get("quantity", "")))}

    # ---------------------------------------------------------------- what was looked up

    def _learn(self, name: str, arguments: Mapping[str, Any], result: Mapping[str, Any]) -> None:
        self._resolve(name, None)
        match name:
            case "search_tires":
                tires = tuple(map(_tire, _mappings(result.get("tires"))[:MOST])) or self.found.tires
                self._names |= {str(one.get("id")): _name(one) for one in _mappings(result.get("tires"))}
                count = result.get("found")
                matches = count if isinstance(count, int) else None
                self.found = replace(self.found, wishes=_given(arguments), matches=matches, tires=tires)
            case "check_availability" if isinstance(result.get("tire"), Mapping):
                stock = result.get("total_quantity")
                self.found = replace(self.found, tires=(f"{_tire(result['tire'])}, {stock}",))
            case "get_order_status":
                told = [
                    clean(f"{one.get('order_number', '')}: {one.get('status_label', '')}")
                    for one in _mappings(result.get("orders"))[:MOST]
                ]
                self.found = replace(self.found, orders=tuple(told))
            case "search_knowledge_base":
                titles = [clean(str(one.get("title", ""))) for one in _mappings(result.get("texts"))[:MOST]]
                self.found = replace(self.found, articles=tuple(filter(None, titles)))
            case "get_fitting_slots" if isinstance(free := result.get("free"), Mapping):
                days = [f"{day} {' '.join(map(str, times[:MOST_TIMES]))}" for day, times in list(free.items())[:MOST]]
                self.found = replace(self.found, times=tuple(map(clean, days)))
            case "get_fitting_bookings":
                self._see_bookings(_mappings(result.get("bookings")))
            case "book_fitting" | "cancel_fitting" | "confirm_order" if isinstance(
                asked := result.get("arguments"), Mapping
            ):
                self._propose(name, asked)
            case "request_callback" if not result.get("already"):
                promised = {"action": "callback", "topic": clean(str(result.get("topic") or ""))}
                self.found = replace(self.found, done=(*self.found.done, promised)[-MOST_DONE:])
            case _:
                pass

    def _see_bookings(self, bookings: list[Mapping[str, Any]]) -> None:
        for one in bookings:
            self._known[f"booking:{one.get('id')}"] = booking_state(one)
        if len(bookings) == 1:
            self.found = replace(
                self.found, booking={"object": f"booking:{bookings[0].get('id')}", **booking_state(bookings[0])}
            )

    def _propose(self, name: str, asked: Mapping[str, Any]) -> None:
        """It was read out, and waits for the caller's yes."""
        if name == "confirm_order":
            if self.found.order is not None:
                order = {**self.found.order, "payment": asked.get("payment_method")}
                self.found = replace(self.found, order=order)
            return
        known = self._known.get(f"booking:{asked.get('booking_id')}", {})
        told = {key: value for key, value in asked.items() if key not in ("customer_name", "vehicle_info")}
        self.found = replace(self.found, booking={**known, **told})


def _tire(tire: Mapping[str, Any]) -> str:
    price = tire.get("price")
    shown = f", {price:.0f} {tire.get('currency', '')}" if isinstance(price, int | float) else ""
    return f"{_name(tire)}{clean(shown)}"


def _name(tire: Mapping[str, Any]) -> str:
    return clean(f"{tire.get('brand', '')} {tire.get('model', '')} {tire.get('size', '')}")


def _given(arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    return {clean(str(key)): clean(str(value)) for key, value in arguments.items() if value not in (None, "")}


def _mappings(value: Any) -> list[Mapping[str, Any]]:
    return [part for part in value if isinstance(part, Mapping)] if isinstance(value, Iterable) else []

"""The tools of an order: a draft, its delivery, the confirmation.

A call has one draft at a time. It is priced by the shop, read out from the shop's own answer, and confirmed only when
the caller has heard that and said yes. When the shop does not answer to a confirmation, what became of the order is
looked up; while that is unknown the caller is told so, and an operator takes over: it is never ordered twice.

A confirmation that was given up may still be on its way. Before the caller is told that nothing is ordered, the draft
is then dropped: either it was confirmed, or it cannot be any more.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import Field

from callcenter.agent.tools.changes import WRONG_PRICES
from callcenter.agent.tools.desk import Desk, OpenOrder, Phrase
from callcenter.agent.tools.registry import TRY_AGAIN, Proposal, Tool, ToolFailed, ToolOutcome
from callcenter.agent.tools.schema import Arguments, Number
from callcenter.ports import TransferRequested
from callcenter.records import Scenario, TransferReason
from callcenter.shop.facts import OrderLimits
from store_client import Store, StoreBadAnswer, StoreConflict, StoreError, StoreNotFound, StoreUnavailable
from store_client.models_orders import OrderDetails, OrderLine, PaymentMethod, ToAddress, ToPickupPoint

Text = Annotated[str, Field(max_length=120)]
Id = Annotated[str, Field(max_length=60)]
MOST_ITEMS = 10
NOT_ORDERED = ("draft", "cancelled")
"""Statuses of what nobody has ordered, of this call's draft."""
LOOK_UP_TOO = 3
"""Times the store's deadline: what has not been answered is looked up, which may take two questions."""
NO_DRAFT = "There is no order yet: call create_order_draft first."
ANEW = "Nothing is ordered. To try again call create_order_draft and update_order_delivery anew."
SOLD_OUT = "The draft is dropped. Offer what is left, or another tire, and begin with create_order_draft."
OTHER_PLACE = "Say that we do not deliver there; ask for another city, or get_pickup_points."
NO_MESSAGE = "No message with a link can be sent to a number that was dictated: ask for cash or card instead."
NOT_NOW = "Say that this cannot be ordered as it is, and offer the operator."


class Item(Arguments):
    product_id: Annotated[Id, Field(description="id from search_tires")]
    quantity: Annotated[Number, Field(ge=1, le=99)]


class DraftArguments(Arguments):
    items: Annotated[tuple[Item, ...], Field(min_length=1, max_length=MOST_ITEMS)]
    customer_phone: Annotated[
        Text | None, Field(description="Only when the caller's own number is withheld: the number they dictated")
    ] = None


class DeliveryArguments(Arguments):
    order_id: Annotated[Id | None, Field(description="Of the draft")] = None
    delivery_type: Literal["delivery", "pickup"]
    city: Annotated[Text | None, Field(description="For delivery")] = None
    address: Annotated[Text | None, Field(description="Street and house, for delivery")] = None
    pickup_point_id: Annotated[Id | None, Field(description="id from get_pickup_points, for pickup")] = None


class ConfirmArguments(Arguments):
    order_id: Annotated[Id | None, Field(description="Of the draft")] = None
    payment_method: Annotated[
        PaymentMethod,
        Field(description="cod: cash on delivery; online: a link by SMS; card_on_delivery: by card to the courier"),
    ]
    customer_name: Text | None = None


class DropArguments(Arguments):
    order_id: Annotated[Id | None, Field(description="Of the draft")] = None


class CityArguments(Arguments):
    city: Text


def order_tools(store: Store, limits: OrderLimits, timeout_s: float) -> tuple[Tool, ...]:
    orders = _Orders(store, limits)

    def tool(name: str, description: str, arguments: type[Arguments], handler: Any, **more: Any) -> Tool:
        common = {"scenario": Scenario.ORDER_CREATION, "filler": "filler.order", "timeout_s": timeout_s}
        return Tool(name, description, arguments, handler, **{**common, **more})

    committing = {"changes": True, "timeout_s": LOOK_UP_TOO * timeout_s}
    return (
        tool(
            "create_order_draft",
            "Begin an order, or replace the one that was begun: every item with its quantity. Nothing is bought yet.",
            DraftArguments,
            orders.draft,
            changes=True,
            audit="order.draft",
        ),
        tool(
            "update_order_delivery",
            "How the order gets to the caller: delivery (city and address) or pickup (a point of get_pickup_points).",
            DeliveryArguments,
            orders.deliver,
            changes=True,
            audit="order.delivery",
        ),
        tool(
            "confirm_order",
            "Place the order. The system reads it out and asks the caller; you do not need to.",
            ConfirmArguments,
            orders.confirm,
            **committing,
            read_back=orders.read_back,
            audit="order.confirm",
        ),
        tool(
            "cancel_order_draft",
            "Drop the order that was begun.",
            DropArguments,
            orders.drop,
            changes=True,
            audit="order.drop",
        ),
        tool(
            "get_pickup_points",
            "Where orders can be picked up in a city.",
            CityArguments,
            orders.pickup_points,
            filler="filler.pickup",
        ),
    )


class _Orders:
    def __init__(self, store: Store, limits: OrderLimits) -> None:
        self._store, self._limits = store, limits

    # ---------------------------------------------------------------- the draft

    async def draft(self, wanted: DraftArguments, desk: Desk) -> ToolOutcome:
        phone = desk.caller or wanted.customer_phone
        if phone is None:
            raise ToolFailed("no_phone", "The caller's number is withheld: ask for a phone number for the delivery.")
        if any(item.quantity > self._limits.max_quantity for item in wanted.items):
            return _too_large({"quantity_over": self._limits.max_quantity})
        items = [OrderLine(product_id=item.product_id, quantity=item.quantity) for item in wanted.items]
        what = {"items": [item.model_dump() for item in items], "phone": phone}
        desk.withdraw()
        before, dropped = desk.order, desk.dropped
        key = desk.idempotency_key("draft", {**what, "dropped": dropped})
        if before is not None and before.key == desk.idempotency_key("draft", {**what, "dropped": before.dropped}):
            key, dropped = before.key, before.dropped  # asked for twice in a turn, it is the same one
        if before is not None and before.unanswered and (placed := await self._drop(before, desk)) is not None:
            return placed
        desk.order = None
        if before is not None and not before.unanswered:
            desk.left_open |= {before.id}
        try:
            order = await self._store.create_order(
                customer_phone=phone,
                items=items,
                call_id=str(desk.call.call_id),
                idempotency_key=key,
            )
        except StoreNotFound as error:
            _keep(before, desk)
            raise ToolFailed(f"not_found: {error.code}", TRY_AGAIN) from None
        except StoreConflict as refused:
            _keep(before, desk)
            advice = "Call check_availability and say how many there are, or offer another tire."
            return ToolOutcome({"drafted": False, "reason": refused.code, "do": advice}, answers=False)
        desk.left_open -= {order.id}
        desk.order = OpenOrder(order.id, key=key, dropped=dropped)
        if before is not None and before.id != order.id and not before.unanswered:
            desk.dropped += 1
            await self._close(before.id, desk)
        return await self._take(order, desk)

    async def deliver(self, wanted: DeliveryArguments, desk: Desk) -> ToolOutcome:
        draft = _draft(wanted.order_id, desk)
        goes = _destination(wanted)
        desk.withdraw()
        try:
            order = await self._store.set_delivery(draft.id, goes, call_id=str(desk.call.call_id))
        except StoreNotFound as error:
            raise ToolFailed(f"not_found: {error.code}", OTHER_PLACE) from None
        except StoreConflict as refused:
            raise ToolFailed(f"refused: {refused.code}", NOT_NOW) from None
        return await self._take(order, desk)

    async def _take(self, order: OrderDetails, desk: Desk) -> ToolOutcome:
        """The shop's answer, if it is one that can be offered to anybody: a draft that is none is dropped at once."""
        own_words = order.delivery is not None and order.delivery.delivery_type == "delivery"
        known = desk.order if desk.order is not None and desk.order.id == order.id else OpenOrder(order.id)
        draft = replace(known, number=order.order_number, own_words=own_words)
        if order.total <= 0 or any(item.price <= 0 or item.quantity < 1 for item in order.items):
            dropped = await self._drop(draft, desk)
            if dropped is not None and draft.unanswered:
                return dropped
            raise ToolFailed(WRONG_PRICES, NOT_NOW)
        desk.order = draft
        if order.total > self._limits.max_total:
            return _too_large(_in_brief(order))
        return ToolOutcome(order.model_dump(mode="json"), _in_brief(order), answers=False)

    async def drop(self, wanted: DropArguments, desk: Desk) -> ToolOutcome:
        left = sorted(desk.left_open)
        for draft_id in left:
            await self._close(draft_id, desk)
        if desk.order is None and left:
            return ToolOutcome({"dropped": left[-1]}, answers=False, say=Phrase("order.dropped"))
        draft = _draft(wanted.order_id, desk)
        placed = await self._drop(draft, desk)
        return placed or ToolOutcome({"dropped": draft.id}, answers=False, say=Phrase("order.dropped"))

    async def _drop(self, draft: OpenOrder, desk: Desk) -> ToolOutcome | None:
        """What is to be said when it is no draft any more, because a confirmation that was not answered reached the
        shop; None where nothing is ordered."""
        desk.order = None
        desk.dropped += 1
        try:
            await self._store.drop_order(draft.id, call_id=str(desk.call.call_id))
        except StoreConflict:
            return await self._became(draft, desk)
        except StoreError:
            if draft.unanswered:
                return _unsure(draft)
            desk.left_open |= {draft.id}
            # it was never confirmed, and expires
            return ToolOutcome({"dropped": draft.id, "answered": False}, answers=False, say=Phrase("order.dropped"))
        return None

    async def _close(self, draft_id: str, desk: Desk) -> None:
        """Drop a draft that was never confirmed and cannot go on. It buys nothing: where the shop does not answer, that
        is tried again when the call ends, and in the worst case the draft expires."""
        desk.left_open |= {draft_id}
        with suppress(StoreError):
            with suppress(StoreConflict, StoreNotFound):  # it is no draft any more
                await self._store.drop_order(draft_id, call_id=str(desk.call.call_id))
            desk.left_open -= {draft_id}

    async def _became(self, draft: OpenOrder, desk: Desk) -> ToolOutcome | None:
        """None where it is not ordered."""
        try:
            order = await self._store.order(draft.id)
        except StoreError:
            return _unsure(draft)
        return None if order.status in NOT_ORDERED else _confirmed(order, desk)

    # ---------------------------------------------------------------- confirming

    async def read_back(self, wanted: ConfirmArguments, desk: Desk) -> Proposal | ToolOutcome:
        """From the shop's own answer, now: what was told before may have changed."""
        draft = _draft(wanted.order_id, desk)
        order = await self._store.order(draft.id)
        if order.status not in NOT_ORDERED:  # by a confirmation that was not answered
            desk.order = None
            return _confirmed(order, desk)
        if order.status != "draft":
            desk.order = None
            raise ToolFailed(f"not_a_draft: {order.status}", "The order is not open any more: begin it anew.")
        if order.delivery is None:
            raise ToolFailed("no_delivery", "Ask how the order is to be delivered, then update_order_delivery.")
        taken = await self._take(order, desk)
        if taken.transfer is not None:
            return taken
        draft = _draft(None, desk)
        if wanted.payment_method == "online" and not desk.may_text(draft, wanted.customer_name):
            raise ToolFailed("no_message", NO_MESSAGE)
        phone = order.customer.phone.removeprefix("+") if desk.caller is None else ""
        return Proposal(
            Phrase("order.read_back", {**_spoken(order), "payment": wanted.payment_method, "phone": phone}),
            {**wanted.model_dump(exclude_none=True), "order_id": order.id},
        )

    async def confirm(self, wanted: ConfirmArguments, desk: Desk) -> ToolOutcome:
        draft = _draft(wanted.order_id, desk)
        desk.order = replace(draft, unanswered=True)
        texts = desk.may_text(draft, wanted.customer_name)
        if texts and desk.caller is None:
            desk.texted = draft.id
        try:
            order = await self._store.confirm_order(
                draft.id,
                payment_method=wanted.payment_method,
                customer_name=wanted.customer_name,
                send_sms_confirmation=texts,
                idempotency_key=f"{desk.call.call_id}:confirm:{draft.id}",
                call_id=str(desk.call.call_id),
            )
        except StoreConflict as refused:
            if refused.code == "out_of_stock":
                desk.texted = "" if desk.texted == draft.id else desk.texted  # of what is not bought there is none
                return await self._sold_out(draft, desk)
            became = await self._became(draft, desk)  # by a confirmation that was not answered
            desk.order = draft if became is None else None
            return became or _not_placed(refused.code)
        except StoreUnavailable as error:
            if error.kind == "breaker_open":  # it was not even sent
                desk.order = draft
                raise
            return await self._look_up(draft, desk, pending=error.pending)
        except StoreBadAnswer:
            return await self._look_up(draft, desk, pending=False)
        desk.order = None
        return _confirmed(order, desk)

    async def _look_up(self, draft: OpenOrder, desk: Desk, *, pending: bool) -> ToolOutcome:
        """The confirmation was not answered: the shop may have got it or not, or (pending) may still get it."""
        if pending:
            placed = await self._drop(replace(draft, unanswered=True), desk)
            return placed or _not_placed("draft_dropped", ANEW)
        became = await self._became(draft, desk)
        if became is not None:
            desk.order = None
            return became
        return _not_placed("store")

    async def _sold_out(self, draft: OpenOrder, desk: Desk) -> ToolOutcome:
        """Others were faster: the draft is of no use any more, and what is left of its tires is told."""
        desk.order = None
        left = []
        with suppress(StoreError):
            for item in (await self._store.order(draft.id)).items:
                there = (await self._store.availability(item.product_id)).total_quantity
                if there < item.quantity:
                    name = f"{item.name} {item.size}".strip()
                    left.append({"product_id": item.product_id, "name": name, "quantity": there})
        await self._close(draft.id, desk)
        result = {"confirmed": False, "reason": "out_of_stock", "left": left, "do": SOLD_OUT}
        some = [one for one in left if one["quantity"]]
        return ToolOutcome(result, answers=False, say=Phrase("order.sold_out", {"left": some}))

    async def pickup_points(self, wanted: CityArguments, _: Desk) -> ToolOutcome:
        points = await self._store.pickup_points(wanted.city)
        told = [point.model_dump(mode="json") for point in points]
        brief = [{name: point[name] for name in ("id", "name", "address", "working_hours")} for point in told]
        result = {"found": len(told), "pickup_points": told}
        return ToolOutcome(result, {"found": len(told), "pickup_points": brief}, answers=False)


def _draft(order_id: str | None, desk: Desk) -> OpenOrder:
    """The call's own, whatever id a model makes up."""
    if desk.order is None:
        raise ToolFailed("no_draft", NO_DRAFT)
    if order_id is not None and order_id != desk.order.id:
        raise ToolFailed("not_this_calls_order", f"The order of this call is {desk.order.id}.")
    return desk.order


def _keep(draft: OpenOrder | None, desk: Desk) -> None:
    """It was to be replaced, and was not."""
    desk.order = draft
    desk.left_open -= {draft.id} if draft is not None else set()


def _destination(wanted: DeliveryArguments) -> ToAddress | ToPickupPoint:
    if wanted.delivery_type == "delivery":
        if not (wanted.city and wanted.address):
            raise ToolFailed("bad_arguments: a delivery needs city and address", TRY_AGAIN)
        return ToAddress(city=wanted.city, address=wanted.address)
    if not wanted.pickup_point_id:
        raise ToolFailed("bad_arguments: a pickup needs pickup_point_id", TRY_AGAIN)
    return ToPickupPoint(pickup_point_id=wanted.pickup_point_id)


def _too_large(result: Mapping[str, Any]) -> ToolOutcome:
    request = TransferRequested(TransferReason.ORDER_LIMIT, "")
    return ToolOutcome({**result, "order": "too large"}, answers=False, transfer=request)


def _unsure(draft: OpenOrder) -> ToolOutcome:
    request = TransferRequested(TransferReason.COMPONENT_FAILURE, "")
    return ToolOutcome(
        {"confirmed": "unknown", "order_id": draft.id},
        answers=False,
        say=Phrase("order.unsure"),
        transfer=request,
        operator_note=Phrase("summary.order_unsure", {"number": draft.number or draft.id}),
    )


def _not_placed(reason: str, advice: str = "") -> ToolOutcome:
    result = {"confirmed": False, "reason": reason} | ({"do": advice} if advice else {})
    return ToolOutcome(result, answers=False, say=Phrase("order.not_placed"))


def _confirmed(order: OrderDetails, desk: Desk) -> ToolOutcome:
    desk.placed |= {order.id}
    day = order.estimated_delivery
    params = {"number": order.order_number, "date": day.isoformat() if day else "", "texted": order.sms_sent}
    return ToolOutcome(order.model_dump(mode="json"), _in_brief(order), say=Phrase("order.confirmed", params))


def _spoken(order: OrderDetails) -> Mapping[str, Any]:
    delivery = order.delivery
    return {
        "items": [{"name": f"{item.name} {item.size}".strip(), "quantity": item.quantity} for item in order.items],
        "total": float(order.total),
        "delivery": {"city": delivery.city, "address": delivery.address, "point": delivery.pickup_point_name}
        if delivery is not None
        else None,
    }


def _in_brief(order: OrderDetails) -> Mapping[str, Any]:
    cost = float(order.delivery.cost) if order.delivery is not None else None
    return {"order_id": order.id, "status": order.status, **_spoken(order), "delivery_cost": cost, "currency": "UAH"}

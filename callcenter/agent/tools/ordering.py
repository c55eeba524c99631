"""How an order is made: a draft, its delivery, the confirmation.

A call has one draft at a time. It is priced by the shop, read out from the shop's own answer, and confirmed only when
the caller has heard that and said yes. When the shop does not answer to a confirmation, what became of the order is
looked up; while that is unknown the caller is told so, and an operator takes over: it is never ordered twice.

A confirmation that was given up may still be on its way. Before the caller is told that nothing is ordered, the draft
is then dropped: either it was confirmed, or it cannot be any more.
"""

from contextlib import suppress
from dataclasses import replace

from callcenter.agent.tools.changes import WRONG_PRICES
from callcenter.agent.tools.desk import Desk, OpenOrder, Phrase
from callcenter.agent.tools.order_arguments import (
    CityArguments,
    ConfirmArguments,
    DeliveryArguments,
    DraftArguments,
    DropArguments,
)
from callcenter.agent.tools.order_outcomes import confirmed, in_brief, not_placed, spoken, too_large, unsure
from callcenter.agent.tools.registry import TRY_AGAIN, Proposal, ToolFailed, ToolOutcome
from callcenter.shop.facts import OrderLimits
from store_client import Store, StoreBadAnswer, StoreConflict, StoreError, StoreNotFound, StoreUnavailable
from store_client.models_orders import OrderDetails, OrderLine, ToAddress, ToPickupPoint

NOT_ORDERED = ("draft", "cancelled")
"""Statuses of what nobody has ordered, of this call's draft."""
NO_DRAFT = "There is no order yet: call create_order_draft first."
ANEW = "Nothing is ordered. To try again call create_order_draft and update_order_delivery anew."
SOLD_OUT = "The draft is dropped. Offer what is left, or another tire, and begin with create_order_draft."
OTHER_PLACE = "Say that we do not deliver there; ask for another city, or get_pickup_points."
NO_MESSAGE = "No message with a link can be sent to a number that was dictated: ask for cash or card instead."
NOT_NOW = "Say that this cannot be ordered as it is, and offer the operator."


class Ordering:
    def __init__(self, store: Store, limits: OrderLimits) -> None:
        self._store, self._limits = store, limits

    # ---------------------------------------------------------------- the draft

    async def draft(self, wanted: DraftArguments, desk: Desk) -> ToolOutcome:
        phone = desk.caller or wanted.customer_phone
        if phone is None:
            raise ToolFailed("no_phone", "The caller's number is withheld: ask for a phone number for the delivery.")
        if any(item.quantity > self._limits.max_quantity for item in wanted.items):
            return too_large({"quantity_over": self._limits.max_quantity})
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
            return too_large(in_brief(order))
        return ToolOutcome(order.model_dump(mode="json"), in_brief(order), answers=False)

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
                return unsure(draft)
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
            return unsure(draft)
        return None if order.status in NOT_ORDERED else confirmed(order, desk)

    # ---------------------------------------------------------------- confirming

    async def read_back(self, wanted: ConfirmArguments, desk: Desk) -> Proposal | ToolOutcome:
        """From the shop's own answer, now: what was told before may have changed."""
        draft = _draft(wanted.order_id, desk)
        order = await self._store.order(draft.id)
        if order.status not in NOT_ORDERED:  # by a confirmation that was not answered
            desk.order = None
            return confirmed(order, desk)
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
            Phrase("order.read_back", {**spoken(order), "payment": wanted.payment_method, "phone": phone}),
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
            return became or not_placed(refused.code)
        except StoreUnavailable as error:
            if error.kind == "breaker_open":  # it was not even sent
                desk.order = draft
                raise
            return await self._look_up(draft, desk, pending=error.pending)
        except StoreBadAnswer:
            return await self._look_up(draft, desk, pending=False)
        desk.order = None
        return confirmed(order, desk)

    async def _look_up(self, draft: OpenOrder, desk: Desk, *, pending: bool) -> ToolOutcome:
        """The confirmation was not answered: the shop may have got it or not, or (pending) may still get it."""
        if pending:
            placed = await self._drop(replace(draft, unanswered=True), desk)
            return placed or not_placed("draft_dropped", ANEW)
        became = await self._became(draft, desk)
        if became is not None:
            desk.order = None
            return became
        return not_placed("store")

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

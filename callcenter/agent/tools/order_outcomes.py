"""What is told of an order: to the caller, to a model, and to whoever takes the call over. Pure."""

from collections.abc import Mapping
from typing import Any

from callcenter.agent.tools.desk import Desk, OpenOrder, Phrase
from callcenter.agent.tools.registry import ToolOutcome
from callcenter.ports import TransferRequested
from callcenter.records import TransferReason
from store_client.models_orders import OrderDetails


def too_large(result: Mapping[str, Any]) -> ToolOutcome:
    request = TransferRequested(TransferReason.ORDER_LIMIT, "")
    return ToolOutcome({**result, "order": "too large"}, answers=False, transfer=request)


def unsure(draft: OpenOrder) -> ToolOutcome:
    request = TransferRequested(TransferReason.COMPONENT_FAILURE, "")
    return ToolOutcome(
        {"confirmed": "unknown", "order_id": draft.id},
        answers=False,
        say=Phrase("order.unsure"),
        transfer=request,
        operator_note=Phrase("summary.order_unsure", {"number": draft.number or draft.id}),
    )


def not_placed(reason: str, advice: str = "") -> ToolOutcome:
    result = {"confirmed": False, "reason": reason} | ({"do": advice} if advice else {})
    return ToolOutcome(result, answers=False, say=Phrase("order.not_placed"))


def confirmed(order: OrderDetails, desk: Desk) -> ToolOutcome:
    desk.placed |= {order.id}
    day = order.estimated_delivery
    params = {"number": order.order_number, "date": day.isoformat() if day else "", "texted": order.sms_sent}
    return ToolOutcome(order.model_dump(mode="json"), in_brief(order), say=Phrase("order.confirmed", params))


def spoken(order: OrderDetails) -> Mapping[str, Any]:
    delivery = order.delivery
    return {
        "items": [{"name": f"{item.name} {item.size}".strip(), "quantity": item.quantity} for item in order.items],
        "total": float(order.total),
        "delivery": {"city": delivery.city, "address": delivery.address, "point": delivery.pickup_point_name}
        if delivery is not None
        else None,
    }


def in_brief(order: OrderDetails) -> Mapping[str, Any]:
    cost = float(order.delivery.cost) if order.delivery is not None else None
    return {"order_id": order.id, "status": order.status, **spoken(order), "delivery_cost": cost, "currency": "UAH"}

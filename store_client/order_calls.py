"""Orders, delivery and pickup points over HTTP."""

from collections.abc import Sequence
from decimal import Decimal

from store_client.answers import One, Page
from store_client.connection import Parameter, StoreConnection, segment
from store_client.models_orders import (
    DeliveryQuote,
    OrderDetails,
    OrderLine,
    OrderPage,
    OrderSource,
    OrderStatus,
    PaymentMethod,
    PickupPoint,
    ToAddress,
    ToPickupPoint,
)

# Made once: pydantic builds such a class anew, half a millisecond or more, whenever the last one was forgotten.
_ORDER = One[OrderDetails]
_QUOTE = One[DeliveryQuote]
_POINTS = Page[PickupPoint]


class OrderCalls(StoreConnection):
    async def search_orders(
        self,
        *,
        phone: str | None = None,
        order_number: str | None = None,
        status: OrderStatus | None = None,
        page: int = 1,
        per_page: int = 20,
    ) -> OrderPage:
        wanted: dict[str, Parameter] = {"phone": phone, "order_number": order_number, "status": status}
        return await self._get("orders/search", {**wanted, "page": page, "per_page": per_page}, OrderPage)

    async def order(self, order_id: str) -> OrderDetails:
        return (await self._get(_path(order_id), {}, _ORDER)).data

    async def create_order(
        self,
        *,
        customer_phone: str,
        items: Sequence[OrderLine],
        call_id: str,
        idempotency_key: str,
        customer_name: str | None = None,
        source: OrderSource = "ai_agent",
    ) -> OrderDetails:
        body = {
            "customer_phone": customer_phone,
            "customer_name": customer_name,
            "items": [item.model_dump() for item in items],
            "source": source,
            "call_id": call_id,
        }
        return (await self._post("orders", body, _ORDER, key=idempotency_key)).data

    async def set_delivery(
        self, order_id: str, delivery: ToAddress | ToPickupPoint, *, call_id: str | None = None
    ) -> OrderDetails:
        path = f"{_path(order_id)}/delivery"
        return (await self._patch(path, delivery.model_dump(), _ORDER, call_id=call_id)).data

    async def confirm_order(
        self,
        order_id: str,
        *,
        payment_method: PaymentMethod,
        idempotency_key: str,
        customer_name: str | None = None,
        send_sms_confirmation: bool = False,
        call_id: str | None = None,
    ) -> OrderDetails:
        body = {
            "payment_method": payment_method,
            "customer_name": customer_name,
            "send_sms_confirmation": send_sms_confirmation,
        }
        path = f"{_path(order_id)}/confirm"
        return (await self._post(path, body, _ORDER, key=idempotency_key, call_id=call_id)).data

    async def drop_order(self, order_id: str, *, call_id: str | None = None) -> OrderDetails:
        return (await self._delete(_path(order_id), _ORDER, call_id=call_id)).data

    async def calculate_delivery(
        self, city: str, *, items_weight_kg: Decimal | int | float, order_total: Decimal | int | float
    ) -> DeliveryQuote:
        wanted: dict[str, Parameter] = {"city": city, "items_weight_kg": items_weight_kg, "order_total": order_total}
        return (await self._get("delivery/calculate", wanted, _QUOTE)).data

    async def pickup_points(self, city: str) -> Sequence[PickupPoint]:
        return await self._all("pickup-points", {"city": city}, _POINTS)


def _path(order_id: str) -> str:
    return f"orders/{segment(order_id, 'order_not_found')}"

"""The orders part of `Store`, with their delivery."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Protocol

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


class OrderStore(Protocol):
    """StoreConflict where the store refuses: `out_of_stock`, `no_delivery`, `not_a_draft`, `idempotency_conflict`,
    `invalid_request`. StoreNotFound: `order_not_found`, `tire_not_found`, `city_not_found`,
    `pickup_point_not_found`."""

    async def search_orders(
        self,
        *,
        phone: str | None = None,
        order_number: str | None = None,
        status: OrderStatus | None = None,
        page: int = 1,
        per_page: int = 20,
    ) -> OrderPage:
        """The newest first, of a phone or a number: one of them must be given. `per_page` is 50 at most."""

    async def order(self, order_id: str) -> OrderDetails: ...

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
        """A draft, priced by the shop; it holds no stock. StoreConflict "out_of_stock" where there is not as much.

        `idempotency_key` (ASCII, up to 200 characters) stands for this one wish: the same again changes nothing and
        answers as before; with other arguments it is StoreConflict "idempotency_conflict".
        """

    async def set_delivery(
        self, order_id: str, delivery: ToAddress | ToPickupPoint, *, call_id: str | None = None
    ) -> OrderDetails:
        """Of a draft, else StoreConflict "not_a_draft"; StoreNotFound also for an unknown city or pickup point.

        `call_id`, here and below, goes into the store's audit log; the call that made the order where it is None.
        """

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
        """StoreConflict "out_of_stock" (its message names what is short), "no_delivery", "not_a_draft"."""

    async def drop_order(self, order_id: str, *, call_id: str | None = None) -> OrderDetails:
        """A draft, once or again. StoreConflict "not_a_draft" for an order that was confirmed."""

    async def calculate_delivery(
        self, city: str, *, items_weight_kg: Decimal | int | float, order_total: Decimal | int | float
    ) -> DeliveryQuote: ...

    async def pickup_points(self, city: str) -> Sequence[PickupPoint]:
        """All of a city; none where the city is unknown."""

"""The orders of `FakeStore`: drafts, confirming with what it takes out of stock, keys of requests."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from store_client.errors import StoreConflict, StoreNotFound, StoreRejected
from store_client.fake_delivery import FakeDelivery, chosen_delivery
from store_client.models import Pagination, TireDetails
from store_client.models_orders import (
    Customer,
    Order,
    OrderDetails,
    OrderItem,
    OrderLine,
    OrderPage,
    OrderSource,
    OrderStatus,
    Payment,
    PaymentMethod,
    StatusChange,
    ToAddress,
    ToPickupPoint,
)

DRAFT_LIVES = timedelta(minutes=30)
WEIGHT_KG = Decimal(10)
"""Of every tire."""


class FakeOrders(FakeDelivery):
    def __init__(self, tires: Sequence[TireDetails], now: datetime) -> None:
        super().__init__(tires, now)
        self._orders: dict[str, OrderDetails] = {}
        self._answers: dict[tuple[str, str], tuple[object, OrderDetails]] = {}
        """By path and key: what was asked and answered first."""

    def add_order(self, order: OrderDetails) -> None:
        """One that the shop has had before."""
        self._orders[order.id] = order

    async def search_orders(
        self,
        *,
        phone: str | None = None,
        order_number: str | None = None,
        status: OrderStatus | None = None,
        page: int = 1,
        per_page: int = 20,
    ) -> OrderPage:
        await self._called("search_orders", phone=phone, order_number=order_number, status=status)
        if phone is None and order_number is None:
            raise StoreRejected(400, "invalid_request", "phone or order_number must be given")
        wanted = None if phone is None else _e164(phone)
        number = None if order_number is None else _digits(order_number)
        found = [
            order
            for order in map(self._present, reversed(self._orders.values()))
            if wanted in (None, order.customer.phone)
            and number in (None, order.order_number)
            and status in (None, order.status)
            and (number or status or order.status != "cancelled" or order.payment is not None)
        ]
        return OrderPage(
            orders=tuple(_listed(order) for order in found[(page - 1) * per_page : page * per_page]),
            pagination=Pagination(
                page=page, per_page=per_page, total=len(found), total_pages=-(-len(found) // per_page)
            ),
        )

    async def order(self, order_id: str) -> OrderDetails:
        await self._called("order", order_id=order_id)
        return self._order(order_id)

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
        asked = (_e164(customer_phone), tuple(items), customer_name, source, call_id)
        await self._called(
            "create_order", customer_phone=customer_phone, items=tuple(items), call_id=call_id, key=idempotency_key
        )
        return self._once(
            "orders", idempotency_key, asked, lambda: self._draft(Customer(phone=asked[0], name=customer_name), items)
        )

    async def set_delivery(
        self, order_id: str, delivery: ToAddress | ToPickupPoint, *, call_id: str | None = None
    ) -> OrderDetails:
        await self._called("set_delivery", order_id=order_id, delivery=delivery, call_id=call_id)
        order = self._require_draft(order_id)
        goes = chosen_delivery(delivery, order.subtotal)
        return self._keep(order, delivery=goes, total=order.subtotal + goes.cost)

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
        await self._called(
            "confirm_order", order_id=order_id, payment_method=payment_method, key=idempotency_key, call_id=call_id
        )
        asked = (payment_method, customer_name, send_sms_confirmation)

        def confirm() -> OrderDetails:
            order = self._require_draft(order_id)
            if order.delivery is None:
                raise StoreConflict("no_delivery", "delivery or a pickup point must be chosen first")
            self._take_stock(order.items)
            return self._keep(
                self._with_status(order, "confirmed"),
                customer=Customer(phone=order.customer.phone, name=customer_name or order.customer.name),
                payment=Payment(method=payment_method, method_label=payment_method, paid=False),
                estimated_delivery=self.now.date() + timedelta(days=order.delivery.estimated_days),
                expires_at=None,
                sms_sent=send_sms_confirmation,
            )

        return self._once(f"orders/{order_id}/confirm", idempotency_key, asked, confirm)

    async def drop_order(self, order_id: str, *, call_id: str | None = None) -> OrderDetails:
        await self._called("drop_order", order_id=order_id, call_id=call_id)
        order = self._order(order_id)
        if order.status == "cancelled" and order.payment is None:
            return order
        return self._keep(self._with_status(self._require_draft(order_id), "cancelled"), expires_at=None)

    # ---------------------------------------------------------------- how it is kept

    def _once(self, path: str, key: str, asked: object, work: Callable[[], OrderDetails]) -> OrderDetails:
        if (path, key) in self._answers:
            before, answer = self._answers[path, key]
            if before != asked:
                raise StoreConflict("idempotency_conflict", "this key came with another body before")
            return answer
        answer = work()
        self._answers[path, key] = (asked, answer)
        return answer

    def _draft(self, customer: Customer, lines: Sequence[OrderLine]) -> OrderDetails:
        wanted: dict[str, int] = {}
        for line in lines:
            wanted[line.product_id] = wanted.get(line.product_id, 0) + line.quantity
        if not wanted or not all(1 <= quantity <= 99 for quantity in [*wanted.values(), *(x.quantity for x in lines)]):
            raise StoreConflict("invalid_request", "items: from 1 to 99 of each", status=422)
        items = tuple(_item(self._known(product_id), quantity) for product_id, quantity in wanted.items())
        self._refuse_what_is_short(items)
        number = 1001 + len(self._orders)
        subtotal = sum((item.total for item in items), Decimal(0))
        order = OrderDetails(
            id=str(number),
            order_number=str(100_000 + number * 486_187 % 900_000),
            status="draft",
            status_label="draft",
            created_at=self.now,
            total=subtotal,
            currency="UAH",
            items_summary=", ".join(f"{item.quantity} × {item.name} {item.size}" for item in items),
            customer=customer,
            items=items,
            subtotal=subtotal,
            weight_kg=WEIGHT_KG * sum(item.quantity for item in items),
            status_history=(StatusChange(status="draft", status_label="draft", at=self.now),),
            expires_at=self.now + DRAFT_LIVES,
        )
        return self._keep(order)

    def _take_stock(self, items: Sequence[OrderItem]) -> None:
        self._refuse_what_is_short(items)
        for item in items:
            self.set_stock(item.product_id, self._known(item.product_id).stock_quantity - item.quantity)

    def _refuse_what_is_short(self, items: Sequence[OrderItem]) -> None:
        left = {item.product_id: self._known(item.product_id).stock_quantity for item in items}
        short = [
            f"{item.name} {item.size}: {item.quantity} wanted, {left[item.product_id]} left in stock"
            for item in items
            if left[item.product_id] < item.quantity
        ]
        if short:
            raise StoreConflict("out_of_stock", "; ".join(short))

    def _order(self, order_id: str) -> OrderDetails:
        if order_id not in self._orders:
            raise StoreNotFound("order_not_found", "no such order")
        return self._present(self._orders[order_id])

    def _present(self, order: OrderDetails) -> OrderDetails:
        """As it is now: a draft expires by itself."""
        if order.expires_at is None or order.expires_at > self.now:
            return order
        return self._with_status(order, "cancelled").model_copy(update={"expires_at": None})

    def _require_draft(self, order_id: str) -> OrderDetails:
        order = self._order(order_id)
        if order.status != "draft":
            raise StoreConflict("not_a_draft", f"order {order.order_number} is {order.status}")
        return order

    def _with_status(self, order: OrderDetails, status: OrderStatus) -> OrderDetails:
        change = StatusChange(status=status, status_label=status, at=self.now)
        history = (*order.status_history, change)
        return order.model_copy(update={"status": status, "status_label": status, "status_history": history})

    def _keep(self, order: OrderDetails, **changes: object) -> OrderDetails:
        kept = order.model_copy(update=changes)
        self._orders[kept.id] = kept
        return kept


def _item(tire: TireDetails, quantity: int) -> OrderItem:
    return OrderItem(
        product_id=tire.id,
        name=f"{tire.brand} {tire.model}",
        size=tire.size,
        quantity=quantity,
        price=tire.price,
        total=tire.price * quantity,
    )


def _listed(order: OrderDetails) -> Order:
    """As a search shows it: without the details."""
    return Order(**order.model_dump(include=set(Order.model_fields)))


def _digits(text: str) -> str:
    return "".join(letter for letter in text if letter in "0123456789")


def _e164(phone: str) -> str:
    """Ukrainian numbers as people write them."""
    digits = _digits(phone)
    if len(digits) < 9:
        raise StoreConflict("invalid_request", "customer_phone: must be a telephone number", status=422)
    return f"+38{digits}" if len(digits) == 10 and digits.startswith("0") else f"+{digits}"

"""Orders, delivery and pickup points, as the store answers them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, PlainSerializer

from demo_store.answers import Money

OrderStatus = Literal["draft", "confirmed", "processing", "shipped", "at_pickup_point", "delivered", "cancelled"]
DeliveryType = Literal["delivery", "pickup"]
PaymentMethod = Literal["cod", "online", "card_on_delivery"]

Kilograms = Annotated[Decimal, PlainSerializer(float, return_type=float, when_used="json")]


class Order(BaseModel):
    """As a search lists it."""

    id: str
    order_number: str
    status: OrderStatus
    status_label: str
    created_at: datetime
    total: Money
    currency: str
    items_summary: str
    estimated_delivery: date | None
    tracking_number: str | None


class Customer(BaseModel):
    phone: str
    name: str | None


class OrderItem(BaseModel):
    product_id: str
    name: str
    size: str
    quantity: int
    price: Money
    """Of one."""
    total: Money


class OrderDelivery(BaseModel):
    delivery_type: DeliveryType
    city: str
    address: str
    """The customer's or the pickup point's."""
    pickup_point_id: str | None
    pickup_point_name: str | None
    cost: Money
    estimated_days: int


class Payment(BaseModel):
    method: PaymentMethod
    method_label: str
    paid: bool


class StatusChange(BaseModel):
    status: OrderStatus
    status_label: str
    at: datetime


class OrderDetails(Order):
    """`total` is the subtotal and the delivery's cost, as far as that is chosen."""

    customer: Customer
    items: list[OrderItem]
    subtotal: Money
    weight_kg: Kilograms
    delivery: OrderDelivery | None
    payment: Payment | None
    status_history: list[StatusChange]
    expires_at: datetime | None
    """Until when a draft can be confirmed; null for what is no draft."""
    sms_sent: bool


class DeliveryQuote(BaseModel):
    city: str
    cost: Money
    free_from: Money
    """The order's total from which delivery costs nothing."""
    currency: str
    estimated_days: int


class PickupPoint(BaseModel):
    id: str
    name: str
    city: str
    address: str
    working_hours: str
    phone: str

"""Orders, delivery and pickup points in the store's contract, as typed answers and requests."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, PlainSerializer

from store_client.models import Answer, Money, Pagination

OrderStatus = Literal["draft", "confirmed", "processing", "shipped", "at_pickup_point", "delivered", "cancelled"]
DeliveryType = Literal["delivery", "pickup"]
PaymentMethod = Literal["cod", "online", "card_on_delivery"]
"""cod: cash on delivery."""
OrderSource = Literal["ai_agent", "website", "operator"]

Kilograms = Annotated[Decimal, PlainSerializer(float, return_type=float, when_used="json")]


class OrderLine(BaseModel):
    """What is ordered. The shop alone knows its price."""

    model_config = ConfigDict(frozen=True)

    product_id: str
    quantity: int
    """1 to 99."""


class ToAddress(BaseModel):
    model_config = ConfigDict(frozen=True)

    delivery_type: Literal["delivery"] = "delivery"
    city: str
    """As the caller said it, in Ukrainian, Russian or English, in the nominative."""
    address: str


class ToPickupPoint(BaseModel):
    model_config = ConfigDict(frozen=True)

    delivery_type: Literal["pickup"] = "pickup"
    pickup_point_id: str


class Order(Answer):
    """As a search lists it."""

    id: str
    order_number: str
    """Six digits in the demo store: what people say on the phone."""
    status: OrderStatus
    status_label: str
    created_at: datetime
    total: Money
    currency: str
    items_summary: str
    estimated_delivery: date | None = None
    tracking_number: str | None = None


class OrderPage(Answer):
    orders: tuple[Order, ...] = Field(validation_alias=AliasChoices("data", "orders"))
    pagination: Pagination


class Customer(Answer):
    phone: str
    """E.164."""
    name: str | None = None


class OrderItem(Answer):
    product_id: str
    name: str
    size: str
    quantity: int
    price: Money
    """Of one."""
    total: Money


class OrderDelivery(Answer):
    delivery_type: DeliveryType
    city: str
    address: str
    """The customer's or the pickup point's."""
    pickup_point_id: str | None = None
    pickup_point_name: str | None = None
    cost: Money
    estimated_days: int


class Payment(Answer):
    method: PaymentMethod
    method_label: str
    paid: bool


class StatusChange(Answer):
    status: OrderStatus
    status_label: str
    at: datetime


class OrderDetails(Order):
    """`total` is the subtotal and the delivery's cost, as far as that is chosen."""

    customer: Customer
    items: tuple[OrderItem, ...]
    subtotal: Money
    weight_kg: Kilograms
    delivery: OrderDelivery | None = None
    payment: Payment | None = None
    """None until it is confirmed."""
    status_history: tuple[StatusChange, ...] = ()
    """The present status last."""
    expires_at: datetime | None = None
    """Until when a draft can be confirmed; None for what is no draft."""
    sms_sent: bool = False


class DeliveryQuote(Answer):
    city: str
    cost: Money
    free_from: Money
    """The order's total from which delivery costs nothing."""
    currency: str
    estimated_days: int


class PickupPoint(Answer):
    id: str
    name: str
    city: str
    address: str
    working_hours: str
    phone: str

"""An order as far as it has been said, and orders as the store tells them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Any

from callcenter.dialogue.offer import Offer
from callcenter.dialogue.reading import code, cost, day, digits, line, mapping, mappings, price, sequence, whole
from callcenter.dialogue.site import Site
from callcenter.shop.language import DeliveryType, PaymentMethod


class OrderStep(Enum):
    """What an order needs next: something to be asked for, or something to be done."""

    QUANTITY = auto()
    DRAFT = auto()
    DELIVERY = auto()
    CITY = auto()
    ADDRESS = auto()
    POINTS = auto()
    """The pickup points of the city are to be looked up."""
    POINT = auto()
    SHIPMENT = auto()
    """The store is to be told how the order is delivered."""
    PAYMENT = auto()
    CONFIRMATION = auto()


@dataclass(frozen=True, slots=True)
class OrderLine:
    """So many of one tire."""

    tire: Offer
    quantity: int | None = None
    """None: not said yet."""


@dataclass(frozen=True, slots=True)
class OrderForm:
    """Of one kind of tires or of several. None: not said yet."""

    lines: tuple[OrderLine, ...]
    """At least one; no tire is in two of them."""
    delivery: DeliveryType | None = None
    city: str | None = None
    address: str | None = None
    points: tuple[Site, ...] = ()
    """Pickup points of the city."""
    point: Site | None = None
    payment: PaymentMethod | None = None
    name: str | None = None
    total: float | None = None
    """What the store's draft of it comes to; None while there is none."""
    shipped: bool = False
    """The store's draft knows how it is delivered."""
    proposal: Mapping[str, Any] | None = None
    """Arguments of the confirmation that was read out last."""

    @property
    def line(self) -> OrderLine:
        """The one that is talked about: whose quantity is missing, or else the last."""
        return next((line for line in self.lines if line.quantity is None), self.lines[-1])

    @property
    def next_step(self) -> OrderStep:
        if self.proposal is not None:
            return OrderStep.CONFIRMATION
        if self.line.quantity is None:
            return OrderStep.QUANTITY
        if self.total is None:
            return OrderStep.DRAFT
        if self.delivery is None:
            return OrderStep.DELIVERY
        if self.city is None:
            return OrderStep.CITY
        if self.delivery == "delivery" and self.address is None:
            return OrderStep.ADDRESS
        if self.delivery == "pickup" and self.point is None:
            return OrderStep.POINT if self.points else OrderStep.POINTS
        if not self.shipped:
            return OrderStep.SHIPMENT
        return OrderStep.PAYMENT if self.payment is None else OrderStep.CONFIRMATION

    def with_line(self, tire: Offer | None, quantity: int | None) -> "OrderForm":
        """This tire, and so many of it; None: not said. A tire that is not in the order yet takes the place of the one
        that is talked about."""
        known = [line for line in self.lines if tire is not None and line.tire.id == tire.id]
        old = known[0] if known else self.line
        new = OrderLine(old.tire if known else tire or old.tire, quantity or old.quantity)
        return self.changed(lines=tuple(new if line is old else line for line in self.lines))

    def with_more(self, tire: Offer, quantity: int | None) -> "OrderForm":
        """This tire too, or so many more of it."""
        known = [line for line in self.lines if line.tire.id == tire.id]
        if not known:
            return self.changed(lines=(*self.lines, OrderLine(tire, quantity)))
        return self.with_line(tire, (known[0].quantity or 0) + (quantity or 0))

    def without_line(self, line: OrderLine) -> "OrderForm | None":
        """None where nothing is left."""
        rest = tuple(one for one in self.lines if one is not line)
        return self.changed(lines=rest) if rest else None

    def changed(self, **said: Any) -> "OrderForm":
        """With what was said now, by name of the field; what is empty was not. What depends on it is forgotten."""
        given = {name: value for name, value in said.items() if value and value != getattr(self, name)}
        if not given:
            return self
        forgotten: dict[str, Any] = {"proposal": None}
        if "lines" in given:
            forgotten |= {"total": None, "shipped": False}
        if given.keys() & {"delivery", "city", "address", "point"}:
            forgotten["shipped"] = False
        if "city" in given:
            forgotten |= {"points": (), "point": None}
            if self.city is not None:  # else the address was said first, and this is its city
                forgotten["address"] = None
        if "address" in given and "delivery" not in given:
            given["delivery"] = "delivery"
        return replace(self, **(forgotten | given))

    def without(self, slot: str) -> "OrderForm":
        """To be asked for once more: quantity, address, city, delivery or payment."""
        match slot:
            case "quantity":
                return replace(self.anew(), lines=tuple(OrderLine(line.tire) for line in self.lines))
            case "payment":
                return replace(self, payment=None, proposal=None)
            case "address" if self.delivery == "delivery":
                return replace(self, address=None, shipped=False, proposal=None)
            case "city":
                return replace(self, city=None, address=None, points=(), point=None, shipped=False, proposal=None)
            case _:
                asked_anew = replace(self, delivery=None, city=None, address=None, points=(), point=None)
                return replace(asked_anew, shipped=False, proposal=None)

    def anew(self) -> "OrderForm":
        """What was said stays, what the store knew of it is gone."""
        return replace(self, total=None, shipped=False, proposal=None)

    def draft_arguments(self) -> Mapping[str, Any]:
        """Of the tool create_order_draft."""
        return {"items": [{"product_id": line.tire.id, "quantity": line.quantity} for line in self.lines]}

    def delivery_arguments(self) -> Mapping[str, Any]:
        """Of the tool update_order_delivery."""
        if self.delivery == "pickup" and self.point is not None:
            return {"delivery_type": "pickup", "pickup_point_id": self.point.id}
        return {"delivery_type": "delivery", "city": self.city, "address": self.address}

    def confirm_arguments(self) -> Mapping[str, Any]:
        """Of the tool confirm_order: those that were read out, or what is to be read out."""
        if self.proposal is not None:
            return self.proposal
        return {"payment_method": self.payment} | ({"customer_name": self.name} if self.name else {})


@dataclass(frozen=True, slots=True)
class PlacedOrder:
    """In this call."""

    id: str
    number: str
    tire: Offer | None
    city: str | None


@dataclass(frozen=True, slots=True)
class ToldOrder:
    """Of get_order_status. What is empty was not told: of another's order there is only the status."""

    number: str
    """Digits."""
    status: str
    label: str
    """The store's words for the status."""
    items: str = ""
    total: float = 0
    expected: str = ""
    """An ISO date."""


@dataclass(frozen=True, slots=True)
class DraftItem:
    product_id: str
    name: str
    quantity: int
    price: float
    """Apiece."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What the store makes of an order before it is confirmed, or when it is."""

    id: str
    number: str
    status: str
    total: float
    items: tuple[DraftItem, ...]
    delivery_cost: float | None
    city: str


def draft(result: Any) -> Draft | None:
    """Of create_order_draft, update_order_delivery and confirm_order; None where it is no order."""
    whole_order = mapping(result)
    items = tuple(
        DraftItem(
            product_id=code(item.get("product_id")),
            name=line(item.get("name")),
            quantity=whole(item.get("quantity")),
            price=price(item.get("price")),
        )
        for item in mappings(whole_order.get("items"))
    )
    delivery = mapping(whole_order.get("delivery"))
    read = Draft(
        id=code(whole_order.get("id")),
        number=digits(whole_order.get("order_number")),
        status=code(whole_order.get("status")),
        total=price(whole_order.get("total")),
        items=items,
        delivery_cost=cost(delivery.get("cost")) if delivery else None,
        city=line(delivery.get("city")),
    )
    return read if read.id and read.total and items else None


def told_orders(result: Any) -> tuple[ToldOrder, ...] | None:
    """Of get_order_status, the newest first; None where it is no answer to it."""
    listed = mapping(result).get("orders")
    if not isinstance(listed, list | tuple):
        return None
    read = (
        ToldOrder(
            number=digits(one.get("order_number")),
            status=code(one.get("status")),
            label=line(one.get("status_label")),
            items=line(one.get("items_summary")),
            total=price(one.get("total")),
            expected=day(one.get("estimated_delivery")),
        )
        for one in mappings(sequence(listed))
    )
    return tuple(order for order in read if order.number and order.status not in ("", "draft"))

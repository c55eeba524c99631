"""/orders."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request

from demo_store.answers import ErrorAnswer, One, Page
from demo_store.answers_orders import Order, OrderDetails, OrderStatus
from demo_store.errors import InvalidRequest
from demo_store.listing import Slice
from demo_store.order_requests import Confirmation, DeliveryChoice, NewOrder
from demo_store.repository.orders import OrderRepository
from demo_store.routes.order_parameters import Changing, ChangingOnce, NumberQuery, OrderId, PhoneQuery, Spoken

router = APIRouter(prefix="/orders", tags=["orders"])

CONFLICT: dict[int | str, dict[str, Any]] = {409: {"model": ErrorAnswer}}


def _repository(request: Request) -> OrderRepository:
    return OrderRepository(request.app.state.database)


Orders = Annotated[OrderRepository, Depends(_repository)]


@router.get("/search")
async def search_orders(
    orders: Orders,
    listed: Annotated[Slice, Depends()],
    language: Spoken,
    phone: PhoneQuery = None,
    order_number: NumberQuery = None,
    status: OrderStatus | None = None,
) -> Page[Order]:
    """The newest first. Drafts that were dropped or have expired are listed only by number or status."""
    if phone is None and order_number is None:
        raise InvalidRequest("invalid_request", "phone or order_number must be given")
    found, total = await orders.search(phone, order_number, status, listed.per_page, listed.offset, language)
    return listed.of(found, total)


@router.get("/{order_id}")
async def order(order_id: OrderId, orders: Orders, language: Spoken) -> One[OrderDetails]:
    return One(data=await orders.order(order_id, language))


@router.post("", status_code=201, responses=CONFLICT)
async def create_order(asked: NewOrder, orders: Orders, asking: ChangingOnce) -> One[OrderDetails]:
    """A draft at the shop's prices. It lives for 30 minutes and holds no stock."""
    return One(data=await orders.create(asked, asking))


@router.patch("/{order_id}/delivery", responses=CONFLICT)
async def set_delivery(
    order_id: OrderId, chosen: DeliveryChoice, orders: Orders, asking: Changing
) -> One[OrderDetails]:
    return One(data=await orders.set_delivery(order_id, chosen, asking))


@router.post("/{order_id}/confirm", responses=CONFLICT)
async def confirm_order(
    order_id: OrderId, asked: Confirmation, orders: Orders, asking: ChangingOnce
) -> One[OrderDetails]:
    """Takes the tires out of stock: all of them, or none."""
    return One(data=await orders.confirm(order_id, asked, asking))


@router.delete("/{order_id}", responses=CONFLICT)
async def drop_order(order_id: OrderId, orders: Orders, asking: Changing) -> One[OrderDetails]:
    """The draft is cancelled; doing so again changes nothing."""
    return One(data=await orders.drop(order_id, asking))

"""GET /delivery/calculate, /pickup-points."""

from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Depends, Request

from demo_store.answers import One, Page
from demo_store.answers_orders import DeliveryQuote, PickupPoint
from demo_store.listing import Slice
from demo_store.repository.delivery import DeliveryRepository
from demo_store.routes.inputs import Amount, Words
from demo_store.routes.order_parameters import Spoken

router = APIRouter(tags=["delivery"])


def _repository(request: Request) -> DeliveryRepository:
    return DeliveryRepository(request.app.state.database)


Deliveries = Annotated[DeliveryRepository, Depends(_repository)]


@router.get("/delivery/calculate")
async def calculate_delivery(
    city: Words,
    deliveries: Deliveries,
    language: Spoken,
    items_weight_kg: Amount | None = None,
    order_total: Amount | None = None,
) -> One[DeliveryQuote]:
    """A weight or total that is not given is nothing."""
    nothing = Decimal(0)
    quote = await deliveries.quote(city, items_weight_kg or nothing, order_total or nothing, language)
    return One(data=quote)


@router.get("/pickup-points")
async def pickup_points(
    city: Words, listed: Annotated[Slice, Depends()], deliveries: Deliveries, language: Spoken
) -> Page[PickupPoint]:
    found, total = await deliveries.pickup_points(city, listed.per_page, listed.offset, language)
    return listed.of(found, total)

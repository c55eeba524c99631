"""The delivery of `FakeStore`: two cities, what delivery costs there, and their pickup points."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from store_client.errors import StoreNotFound
from store_client.fake_calls import FakeCalls
from store_client.models_orders import DeliveryQuote, OrderDelivery, PickupPoint, ToAddress, ToPickupPoint


@dataclass(frozen=True, slots=True)
class FakeCity:
    name: str
    names: tuple[str, ...]
    """Folded, as people say them."""
    cost: Decimal
    free_from: Decimal
    days: int
    points: tuple[PickupPoint, ...]

    def delivery_cost(self, order_total: Decimal | int | float) -> Decimal:
        return Decimal(0) if order_total >= self.free_from else self.cost


def _points(city: str, *addresses: str) -> tuple[PickupPoint, ...]:
    return tuple(
        PickupPoint(
            id=f"{city.lower()}-{number}",
            name=f"{city} {number}",
            city=city,
            address=address,
            working_hours="Mon–Sat 9:00–19:00",
            phone=f"+38000010000{number}",
        )
        for number, address in enumerate(addresses, start=1)
    )


CITIES: tuple[FakeCity, ...] = (
    FakeCity(
        "Kyiv",
        ("kyiv", "київ", "киев"),
        Decimal(150),
        Decimal(8000),
        1,
        _points("Kyiv", "9 Boryspilska St", "31 Obolonskyi Ave", "40 Hlushkova Ave"),
    ),
    FakeCity(
        "Lviv",
        ("lviv", "львів", "львов"),
        Decimal(190),
        Decimal(10000),
        2,
        _points("Lviv", "286 Horodotska St", "62 Chervonoi Kalyny Ave", "54 Lypynskoho St"),
    ),
)


class FakeDelivery(FakeCalls):
    async def calculate_delivery(
        self, city: str, *, items_weight_kg: Decimal | int | float, order_total: Decimal | int | float
    ) -> DeliveryQuote:
        await self._called("calculate_delivery", city=city, items_weight_kg=items_weight_kg, order_total=order_total)
        known = _city(city)
        return DeliveryQuote(
            city=known.name,
            cost=known.delivery_cost(order_total),
            free_from=known.free_from,
            currency="UAH",
            estimated_days=known.days,
        )

    async def pickup_points(self, city: str) -> Sequence[PickupPoint]:
        await self._called("pickup_points", city=city)
        return tuple(point for known in CITIES if _folded(city) in known.names for point in known.points)


def chosen_delivery(chosen: ToAddress | ToPickupPoint, subtotal: Decimal) -> OrderDelivery:
    match chosen:
        case ToAddress(city=said, address=address):
            city = _city(said)
            return OrderDelivery(
                delivery_type="delivery",
                city=city.name,
                address=address,
                cost=city.delivery_cost(subtotal),
                estimated_days=city.days,
            )
        case ToPickupPoint(pickup_point_id=point_id):
            city, point = _pickup_point(point_id)
            return OrderDelivery(
                delivery_type="pickup",
                city=city.name,
                address=point.address,
                pickup_point_id=point.id,
                pickup_point_name=point.name,
                cost=Decimal(0),
                estimated_days=city.days,
            )


def _city(said: str) -> FakeCity:
    for city in CITIES:
        if _folded(said) in city.names:
            return city
    raise StoreNotFound("city_not_found", "no such city")


def _pickup_point(point_id: str) -> tuple[FakeCity, PickupPoint]:
    for city in CITIES:
        for point in city.points:
            if point.id == point_id:
                return city, point
    raise StoreNotFound("pickup_point_not_found", "no such pickup point")


def _folded(text: str) -> str:
    return text.strip().casefold()

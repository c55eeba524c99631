"""Cities that the shop delivers to, and its pickup points."""

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from demo_store.answers_orders import DeliveryQuote, DeliveryType, PickupPoint
from demo_store.database import Database
from demo_store.delivery_cost import Tariff, delivery_cost
from demo_store.errors import NotFound
from demo_store.names import name_key
from demo_store.order_requests import ToAddress, ToPickupPoint
from demo_store.repository.tires import Language
from demo_store.sql import queries

if TYPE_CHECKING:
    from asyncpg import Record

    from demo_store.database import Transaction

    Source = Database | Transaction

CURRENCY = "UAH"


@dataclass(frozen=True, slots=True)
class Shipment:
    """Where an order goes, and what that costs."""

    delivery_type: DeliveryType
    city_id: str
    address: str | None
    pickup_point_id: str | None
    cost: Decimal
    days: int


class DeliveryRepository:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._sql = queries("delivery")

    async def quote(self, city: str, weight_kg: Decimal, order_total: Decimal, language: Language) -> DeliveryQuote:
        row = await known_city(self._database, city)
        return DeliveryQuote(
            city=row[f"name_{language}"],
            cost=delivery_cost(_tariff(row), order_total, weight_kg),
            free_from=row["free_from"],
            currency=CURRENCY,
            estimated_days=row["delivery_days"],
        )

    async def pickup_points(
        self, city: str, limit: int, offset: int, language: Language
    ) -> tuple[list[PickupPoint], int]:
        """Of a city that we do not know there are none."""
        key = name_key(city)
        rows = await self._database.fetch(self._sql["pickup_points"], key, limit, offset)
        (counted,) = await self._database.fetch(self._sql["count_pickup_points"], key)
        return [_pickup_point(row, language) for row in rows], counted["total"]


async def shipment(
    source: "Source", chosen: ToAddress | ToPickupPoint, subtotal: Decimal, weight_kg: Decimal
) -> Shipment:
    """Raises NotFound for a city or pickup point that we do not have."""
    match chosen:
        case ToAddress(city=name, address=address):
            city = await known_city(source, name)
            cost = delivery_cost(_tariff(city), subtotal, weight_kg)
            return Shipment("delivery", city["id"], address, None, cost, city["delivery_days"])
        case ToPickupPoint(pickup_point_id=point_id):
            row = await source.fetchrow(queries("delivery")["city_of_point"], point_id)
            if row is None:
                raise NotFound("pickup_point_not_found", "pickup_point_id: there is no such pickup point")
            return Shipment("pickup", row["id"], None, point_id, Decimal(0), row["pickup_days"])


async def known_city(source: "Source", name: str) -> "Record":
    sql = queries("delivery")
    row = await source.fetchrow(sql["city"], name_key(name))
    if row is None:
        served = ", ".join(f"{city['name_uk']} ({city['name_en']})" for city in await source.fetch(sql["cities"]))
        raise NotFound("city_not_found", f"city: we deliver to {served}")
    return row


def _tariff(city: "Record") -> Tariff:
    return Tariff(city["cost"], city["free_from"], city["included_kg"], city["extra_kg_cost"])


def _pickup_point(row: Any, language: Language) -> PickupPoint:
    return PickupPoint(
        id=row["id"],
        name=row[f"name_{language}"],
        city=row[f"city_{language}"],
        address=row[f"address_{language}"],
        working_hours=row[f"working_hours_{language}"],
        phone=row["phone"],
    )

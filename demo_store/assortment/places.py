"""Cities that the shop delivers to, with their pickup points, read from `data/cities.yaml`."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from demo_store.assortment.sources import Texts, read_data
from demo_store.delivery_cost import Tariff


@dataclass(frozen=True, slots=True)
class PickupPoint:
    id: str
    name: Texts
    address: Texts
    working_hours: Texts
    phone: str


@dataclass(frozen=True, slots=True)
class City:
    id: str
    name: Texts
    aliases: list[str]
    tariff: Tariff
    delivery_days: int
    pickup_days: int
    pickup_points: tuple[PickupPoint, ...]


def cities() -> list[City]:
    return [_city(raw) for raw in read_data("cities.yaml")]


def _city(raw: Mapping[str, Any]) -> City:
    delivery = raw["delivery"]
    return City(
        raw["id"],
        raw["name"],
        raw["aliases"],
        Tariff(
            Decimal(delivery["cost"]),
            Decimal(delivery["free_from"]),
            delivery["included_kg"],
            Decimal(delivery["extra_kg_cost"]),
        ),
        delivery["days"],
        delivery["pickup_days"],
        tuple(
            PickupPoint(point["id"], point["name"], point["address"], point["working_hours"], point["phone"])
            for point in raw["pickup_points"]
        ),
    )

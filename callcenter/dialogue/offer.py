"""Tires that the store has, read from a tool's result."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from callcenter.dialogue.numbers import TireSize
from callcenter.dialogue.reading import code, line, mappings, price, sequence, whole


@dataclass(frozen=True, slots=True)
class Offer:
    id: str
    brand: str
    model: str
    size: str
    price: float
    in_stock: bool
    season: str = ""
    kind: str = ""
    """The store's type: studded, friction, touring, …"""
    left: int | None = field(default=None, compare=False)
    """How many there were when we asked; None: not told."""

    @property
    def name(self) -> str:
        return f"{self.brand} {self.model}"

    @property
    def rim(self) -> int | None:
        """Inches."""
        size = TireSize.written(self.size)
        return size.diameter if size else None


@dataclass(frozen=True, slots=True)
class Place:
    name: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Stock:
    offer: Offer
    total: int
    places: tuple[Place, ...]
    next_delivery: str
    """An ISO date, or ""."""


def offers(result: Any) -> tuple[Offer, ...]:
    """Of search_tires, in the store's order; what cannot be read is left out."""
    listed = result.get("tires") if isinstance(result, Mapping) else None
    return tuple(offer for tire in sequence(listed) if (offer := _offer(tire)) is not None)


def stock(result: Any) -> Stock | None:
    """Of check_availability; None where it is about no one tire."""
    if not isinstance(result, Mapping) or (offer := _offer(result.get("tire"))) is None:
        return None
    total = whole(result.get("total_quantity"))
    places, left = list[Place](), total
    dated = sorted(mappings(result.get("locations")), key=lambda place: line(place.get("available_from")))
    for place in dated:  # what is on its way comes last and is not part of the total
        name, quantity = line(place.get("warehouse")), min(whole(place.get("quantity")), left)
        if name and quantity:
            places.append(Place(name, quantity))
            left -= quantity
    return Stock(offer, total, tuple(places), line(result.get("next_delivery")))


def _offer(tire: Any) -> Offer | None:
    if not isinstance(tire, Mapping):
        return None
    brand, model, apiece = line(tire.get("brand")), line(tire.get("model")), price(tire.get("price"))
    if not (brand and model and apiece):
        return None
    return Offer(
        id=code(tire.get("id")),
        brand=brand,
        model=model,
        size=line(tire.get("size")),
        price=apiece,
        in_stock=bool(tire.get("in_stock")),
        season=code(tire.get("season")),
        kind=code(tire.get("type")),
        left=whole(tire.get("stock_quantity")) if "stock_quantity" in tire else None,
    )

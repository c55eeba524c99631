"""Tires that the store has, read from a tool's result. What others wrote is checked: it is spoken to a caller."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MAX_NAME = 60


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

    @property
    def name(self) -> str:
        return f"{self.brand} {self.model}"


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
    return tuple(offer for tire in _sequence(listed) if (offer := _offer(tire)) is not None)


def stock(result: Any) -> Stock | None:
    """Of check_availability; None where it is about no one tire."""
    if not isinstance(result, Mapping) or (offer := _offer(result.get("tire"))) is None:
        return None
    total = _whole(result.get("total_quantity"))
    places, left = list[Place](), total
    dated = sorted(_mappings(result.get("locations")), key=lambda place: _text(place.get("available_from")))
    for place in dated:  # what is on its way comes last and is not part of the total
        name, quantity = _text(place.get("warehouse")), min(_whole(place.get("quantity")), left)
        if name and quantity:
            places.append(Place(name, quantity))
            left -= quantity
    return Stock(offer, total, tuple(places), _text(result.get("next_delivery")))


def _offer(tire: Any) -> Offer | None:
    if not isinstance(tire, Mapping):
        return None
    brand, model, price = _text(tire.get("brand")), _text(tire.get("model")), _price(tire.get("price"))
    if not (brand and model and price):
        return None
    return Offer(
        id=_text(tire.get("id")),
        brand=brand,
        model=model,
        size=_text(tire.get("size")),
        price=price,
        in_stock=bool(tire.get("in_stock")),
        season=_text(tire.get("season")),
        kind=_text(tire.get("type")),
    )


def _text(value: Any) -> str:
    line = " ".join(str(value).split()) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return "".join(letter for letter in line if letter.isprintable() and letter not in "{}<>[]*_#")[:MAX_NAME]


def _price(value: Any) -> float:
    try:
        price = float(value)
    except (TypeError, ValueError):
        return 0.0
    return price if math.isfinite(price) and 0 < price < 10_000_000 else 0.0


def _whole(value: Any) -> int:
    return max(0, min(int(value), 100_000)) if isinstance(value, int | float) and math.isfinite(value) else 0


def _sequence(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else ()


def _mappings(value: Any) -> Iterable[Mapping[str, Any]]:
    return (part for part in _sequence(value) if isinstance(part, Mapping))

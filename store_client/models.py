"""The catalogue part of the store's contract, as typed answers. Fields that a store adds are ignored."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, PlainSerializer

Season = Literal["summer", "winter", "all_season"]
Sort = Literal["price_asc", "price_desc", "popularity"]

Money = Annotated[Decimal, PlainSerializer(float, return_type=float, when_used="json")]
"""A JSON number on the wire, exact in memory."""


class Answer(BaseModel):
    # Numbers as ids and indexes are welcome: another shop's ids may be integers.
    model_config = ConfigDict(frozen=True, extra="ignore", coerce_numbers_to_str=True)


class Tire(Answer):
    id: str
    brand: str
    model: str
    size: str
    """ "215/55 R17"; with a C behind it for light trucks: "215/65 R16C"."""
    width: int
    """Millimetres."""
    profile: int
    """Height in percent of the width."""
    diameter: int
    """Of the rim, inches."""
    season: Season
    type: str
    """studded and friction in winter; touring, sport, eco, suv, offroad, cargo."""
    load_index: str
    speed_index: str
    price: Money
    """Of one tire."""
    currency: str
    in_stock: bool
    stock_quantity: int
    description: str = ""


class CompatibleVehicle(Answer):
    make: str
    model: str
    generation: str | None = None
    year_from: int
    year_to: int | None = None
    """None while it is still made."""


class TireDetails(Tire):
    old_price: Money | None = None
    """What it cost before the discount; None where there is none."""
    features: tuple[str, ...] = ()
    compatible_vehicles: tuple[CompatibleVehicle, ...] = ()


class Pagination(Answer):
    page: int
    per_page: int
    total: int
    total_pages: int


class TirePage(Answer):
    tires: tuple[Tire, ...] = Field(validation_alias=AliasChoices("data", "tires"))
    pagination: Pagination


class StockLocation(Answer):
    warehouse: str
    quantity: int
    available_from: date | None = None
    """Today where it lies there, a later day where it is on its way."""


class Availability(Answer):
    total_quantity: int
    in_stock: bool
    locations: tuple[StockLocation, ...] = ()
    next_delivery: date | None = None


class Vehicle(Answer):
    make: str
    model: str
    year: int
    generation: str | None = None
    modification: str | None = None
    """None: the sizes are those of every modification without sizes of its own."""
    oem_sizes: tuple[str, ...]


class VehicleTires(Answer):
    vehicle: Vehicle
    recommended_tires: dict[str, tuple[Tire, ...]]
    """By size, in the order of `vehicle.oem_sizes`; the best-liked first. A size may have none."""


class VehicleModel(Answer):
    """A car model the store knows; the aliases are what people say (for grammars)."""

    make: str
    make_aliases: tuple[str, ...] = ()
    model: str
    model_aliases: tuple[str, ...] = ()
    year_from: int
    year_to: int | None = None


class Brand(Answer):
    name: str
    aliases: tuple[str, ...] = ()

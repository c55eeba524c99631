"""What the store answers, as the contract says; also what its OpenAPI document is made from."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Generic, Literal, TypeVar

from pydantic import BaseModel, PlainSerializer

T = TypeVar("T")

Season = Literal["summer", "winter", "all_season"]
Money = Annotated[Decimal, PlainSerializer(float, return_type=float, when_used="json")]


class Pagination(BaseModel):
    page: int
    per_page: int
    total: int
    total_pages: int


class One(BaseModel, Generic[T]):
    data: T


class Page(BaseModel, Generic[T]):
    data: list[T]
    pagination: Pagination


class Fault(BaseModel):
    code: str
    message: str


class ErrorAnswer(BaseModel):
    error: Fault


class Tire(BaseModel):
    id: str
    brand: str
    model: str
    size: str
    width: int
    profile: int
    diameter: int
    season: Season
    type: str
    load_index: str
    speed_index: str
    price: Money
    currency: str
    in_stock: bool
    stock_quantity: int
    description: str


class CompatibleVehicle(BaseModel):
    make: str
    model: str
    generation: str
    year_from: int
    year_to: int | None


class TireDetails(Tire):
    old_price: Money | None
    features: list[str]
    compatible_vehicles: list[CompatibleVehicle]


class StockLocation(BaseModel):
    warehouse: str
    quantity: int
    available_from: date


class Availability(BaseModel):
    total_quantity: int
    in_stock: bool
    locations: list[StockLocation]
    next_delivery: date | None


class Vehicle(BaseModel):
    make: str
    model: str
    year: int
    generation: str
    modification: str | None
    oem_sizes: list[str]


class VehicleTires(BaseModel):
    vehicle: Vehicle
    recommended_tires: dict[str, list[Tire]]


class VehicleModel(BaseModel):
    make: str
    make_aliases: list[str]
    model: str
    model_aliases: list[str]
    year_from: int
    year_to: int | None


class Brand(BaseModel):
    name: str
    aliases: list[str]

"""What the store answers about tire fitting, as the contract says."""

from datetime import date, time
from typing import Annotated, Literal

from pydantic import BaseModel, PlainSerializer, WithJsonSchema

from demo_store.answers import Money

ServiceType = Literal["tire_change", "balancing", "full_service"]
BookingStatus = Literal["booked", "cancelled"]

Day = date
TimeOfDay = Annotated[
    time,
    PlainSerializer(lambda at: f"{at:%H:%M}", return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$", "examples": ["10:30"]}),
]
"""Days and times are Kyiv's."""


class FittingStation(BaseModel):
    id: str
    name: str
    city: str
    district: str
    address: str
    phone: str
    working_hours: str
    services: list[ServiceType]


class FittingTime(BaseModel):
    time: TimeOfDay
    available: bool
    free_bays: int


class FittingDay(BaseModel):
    date: Day
    times: list[FittingTime]


class FittingSlots(BaseModel):
    station_id: str
    service_type: ServiceType
    estimated_duration_min: int
    slots: list[FittingDay]


class BookedStation(BaseModel):
    id: str
    name: str
    city: str
    address: str


class FittingBooking(BaseModel):
    id: str
    status: BookingStatus
    station: BookedStation
    date: Day
    time: TimeOfDay
    service_type: ServiceType
    estimated_duration_min: int
    price: Money | None
    currency: str
    customer_phone: str
    customer_name: str | None
    vehicle_info: str | None
    tire_diameter: int | None
    linked_order_id: str | None
    sms_sent: bool


class FittingPrice(BaseModel):
    service_type: ServiceType
    label: str
    tire_diameter: int
    price: Money
    currency: str
    estimated_duration_min: int

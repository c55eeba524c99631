"""The tire fitting part of the store's contract. Days and times are the station's own, without an offset."""

from datetime import date, time
from typing import Annotated, Literal

from pydantic import PlainSerializer

from store_client.models import Answer, Money

ServiceType = Literal["tire_change", "balancing", "full_service"]
BookingStatus = Literal["booked", "cancelled"]

Day = date
TimeOfDay = Annotated[time, PlainSerializer(lambda at: f"{at:%H:%M}", return_type=str, when_used="json")]


class FittingStation(Answer):
    id: str
    name: str
    city: str
    district: str = ""
    address: str
    phone: str = ""
    working_hours: str
    """For people: "Mon–Fri 8:00–20:00, Sat 9:00–18:00, Sun closed"."""
    services: tuple[ServiceType, ...]


class FittingTime(Answer):
    time: TimeOfDay
    available: bool
    free_bays: int | None = None


class FittingDay(Answer):
    date: Day
    times: tuple[FittingTime, ...]
    """When a service may begin; none on a day when the station is closed."""


class FittingSlots(Answer):
    station_id: str
    service_type: ServiceType
    estimated_duration_min: int
    slots: tuple[FittingDay, ...]
    """Days that cannot be booked, past or too far ahead, are left out."""


class BookedStation(Answer):
    id: str
    name: str
    city: str
    address: str


class FittingBooking(Answer):
    id: str
    status: BookingStatus
    station: BookedStation
    date: Day
    time: TimeOfDay
    service_type: ServiceType
    estimated_duration_min: int
    price: Money | None = None
    """Of four wheels; None while the store was not told which diameter."""
    currency: str
    customer_phone: str
    """E.164."""
    customer_name: str | None = None
    vehicle_info: str | None = None
    tire_diameter: int | None = None
    linked_order_id: str | None = None
    sms_sent: bool = False
    """A message told the customer of this day and time."""


class FittingPrice(Answer):
    service_type: ServiceType
    label: str
    tire_diameter: int
    price: Money
    """Of four wheels."""
    currency: str
    estimated_duration_min: int | None = None

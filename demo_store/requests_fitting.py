"""What the store is asked to book: bodies of requests, and the spellings of days and times that it takes."""

import re
from datetime import date, time
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from demo_store.answers_fitting import ServiceType
from demo_store.phones import e164

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9](?::00)?")


def _day(given: Any) -> date:
    # pydantic would take a count of seconds, and a date with a time, too.
    if not isinstance(given, str) or not _DAY.fullmatch(given):
        raise ValueError("must be a day such as 2026-11-02")
    try:
        return date.fromisoformat(given)
    except ValueError as error:
        raise ValueError("is no day of the calendar") from error


def _time(given: Any) -> time:
    if not isinstance(given, str) or not _TIME.fullmatch(given):
        raise ValueError("must be a time such as 10:30")
    return time.fromisoformat(given)


def _without_nul(text: str) -> str:
    if "\0" in text:  # PostgreSQL's text cannot hold it
        raise ValueError("must not hold a NUL character")
    return text


Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
TimeOfDay = Annotated[
    time,
    BeforeValidator(_time),
    WithJsonSchema({"type": "string", "pattern": f"^{_TIME.pattern}$", "examples": ["10:30"]}),
]
Text = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_without_nul)]
Phone = Annotated[str, Field(min_length=5, max_length=40, pattern=r"^\+?[0-9 ()./-]+$"), AfterValidator(e164)]
Diameter = Annotated[int, Field(ge=10, le=26, description="Of the rim, inches")]


class NewBooking(BaseModel):
    model_config = ConfigDict(extra="forbid")

    station_id: Text
    date: Day
    time: TimeOfDay
    service_type: ServiceType
    customer_phone: Phone
    customer_name: Text | None = None
    vehicle_info: Text | None = None
    tire_diameter: Annotated[Diameter, Field(strict=True)] | None = None
    linked_order_id: Text | None = None
    call_id: Text


class MovedBooking(BaseModel):
    model_config = ConfigDict(extra="forbid")

    date: Day
    time: TimeOfDay

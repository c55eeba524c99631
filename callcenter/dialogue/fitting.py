"""A fitting as far as it has been said, and stations, times and bookings as the store tells them."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Any, Literal

from callcenter.dialogue.reading import clock, code, day, mapping, mappings, price, sequence
from callcenter.dialogue.site import Site, site_of
from callcenter.dialogue.times import TimeRange
from callcenter.shop.language import Service

DAYS_AHEAD = 13
"""That the tool is asked for beside today: the stations book two weeks ahead."""
Aim = Literal["book", "cancel", "reschedule"]


class FittingStep(Enum):
    """What a fitting needs next: something to be asked for, or something to be done."""

    BOOKINGS = auto()
    """The caller's own are to be looked up."""
    BOOKING = auto()
    """Which of them is meant."""
    CITY = auto()
    STATIONS = auto()
    """Those of the city are to be looked up."""
    STATION = auto()
    DATE = auto()
    SLOTS = auto()
    """The station's free times are to be looked up."""
    TIME = auto()
    CONFIRMATION = auto()


@dataclass(frozen=True, slots=True)
class Booking:
    id: str
    station: Site
    date: str
    """ISO."""
    time: str
    """ "10:30"."""
    service: str


@dataclass(frozen=True, slots=True)
class FittingForm:
    """None: not said yet."""

    aim: Aim = "book"
    bookings: tuple[Booking, ...] | None = None
    """The caller's own; None while they are not looked up."""
    booking: Booking | None = None
    """To be cancelled or moved."""
    service: Service = "tire_change"
    city: str | None = None
    stations: tuple[Site, ...] = ()
    station: Site | None = None
    date: dt.date | None = None
    soonest: bool = False
    """Any day will do, the first one best."""
    free: Mapping[str, tuple[str, ...]] | None = None
    """Free times by ISO date, from the day that was asked for; None while they are not looked up."""
    offered: tuple[str, ...] = ()
    """Of these, the times that were named last."""
    time: dt.time | TimeRange | None = None
    """A range: the caller said only about when."""
    diameter: int | None = None
    vehicle: str | None = None
    name: str | None = None
    order_id: str | None = None
    """Whose tires are fitted."""
    instead_of: Booking | None = None
    """To be cancelled as soon as this is booked."""
    proposal: Mapping[str, Any] | None = None
    """Arguments of what was read out last."""

    @property
    def next_step(self) -> FittingStep:
        if self.proposal is not None:
            return FittingStep.CONFIRMATION
        if self.aim == "book":
            if self.station is None and self.city is None:
                return FittingStep.CITY
            if self.station is None:
                return FittingStep.STATION if self.stations else FittingStep.STATIONS
        elif self.booking is None:
            return FittingStep.BOOKING if self.bookings else FittingStep.BOOKINGS
        if self.aim != "cancel":
            if self.date is None and not self.soonest:
                return FittingStep.DATE
            if self.free is None:
                return FittingStep.SLOTS
            if not self.has_free_time:
                return FittingStep.TIME
        return FittingStep.CONFIRMATION

    @property
    def is_begun(self) -> bool:
        """The shop was asked for something of it: else it may be no more than a word that the caller said."""
        return bool(self.booking or self.bookings or self.station or self.stations or self.free or self.proposal)

    @property
    def wanted_time(self) -> str:
        """ "10:30"; "" where none was said, or only about when."""
        return f"{self.time:%H:%M}" if isinstance(self.time, dt.time) else ""

    @property
    def has_free_time(self) -> bool:
        return self.wanted_time in self.times

    @property
    def times(self) -> tuple[str, ...]:
        """Free on the day that is talked about."""
        return (self.free or {}).get(self.date.isoformat() if self.date else "", ())

    def changed(self, **said: Any) -> "FittingForm":
        """With what was said now, by name of the field; what is empty was not. What depends on it is forgotten."""
        given = {name: value for name, value in said.items() if value and value != getattr(self, name)}
        if not given:
            return self
        forgotten: dict[str, Any] = {"proposal": None}
        if "city" in given:
            forgotten |= {"stations": (), "station": None}
        if given.keys() & {"city", "station", "booking", "service", "date", "soonest"}:
            forgotten |= {"free": None, "offered": ()}
        if "date" in given:
            forgotten["soonest"] = False
        if "time" in given:
            forgotten["offered"] = ()
        if given.get("soonest"):
            forgotten["date"] = None
        return replace(self, **(forgotten | given))

    def slots_arguments(self, today: dt.date) -> Mapping[str, Any]:
        """Of the tool get_fitting_slots: from the day that was asked for to the last that can be booked, so that there
        is something to offer when that day is full."""
        station = self.booking.station if self.booking is not None else self.station
        first, last = self.date or today, today + dt.timedelta(days=DAYS_AHEAD)
        return {
            "station_id": station.id if station else "",
            "date_from": first.isoformat(),
            "date_to": max(first, last).isoformat(),
            "service_type": self.booking.service if self.booking is not None else self.service,
        }

    def booking_arguments(self) -> Mapping[str, Any]:
        """Of the tool book_fitting or cancel_fitting: those that were read out, or what is to be read out."""
        if self.proposal is not None:
            return self.proposal
        when = {"date": self.date.isoformat() if self.date is not None else "", "time": self.wanted_time}
        if self.booking is not None:
            changed = {"action": self.aim, "booking_id": self.booking.id}
            return changed | ({f"new_{name}": value for name, value in when.items()} if self.aim != "cancel" else {})
        wanted = {"station_id": self.station.id if self.station else "", **when, "service_type": self.service}
        more = {
            "vehicle_info": self.vehicle,
            "tire_diameter": self.diameter,
            "customer_name": self.name,
            "linked_order_id": self.order_id,
        }
        return wanted | {name: value for name, value in more.items() if value}


def free_times(result: Any) -> Mapping[str, tuple[str, ...]] | None:
    """Of get_fitting_slots, by ISO date; None where it is no answer to it."""
    free = mapping(result).get("free")
    if not isinstance(free, Mapping):
        return None
    days = {day(date): tuple(filter(None, map(clock, sequence(times)))) for date, times in free.items()}
    return {date: times for date, times in sorted(days.items()) if date and times}


def bookings(result: Any) -> tuple[Booking, ...] | None:
    """Of get_fitting_bookings, the next first; None where it is no answer to it."""
    listed = mapping(result).get("bookings")
    if not isinstance(listed, list | tuple):
        return None
    return tuple(read for one in mappings(listed) if (read := booking_of(one)) is not None)


def booking_of(told: Mapping[str, Any]) -> Booking | None:
    """None where something is missing."""
    read = Booking(
        id=code(told.get("id")),
        station=site_of(mapping(told.get("station"))),
        date=day(told.get("date")),
        time=clock(told.get("time")),
        service=code(told.get("service_type")),
    )
    return read if read.id and read.station.name and read.date and read.time else None


def prices(result: Any) -> Mapping[str, float] | None:
    """Of get_fitting_price, by service; None where it is no answer to it."""
    listed = mapping(result).get("services")
    if not isinstance(listed, list | tuple):
        return None
    read = {code(one.get("service_type")): price(one.get("price")) for one in mappings(listed)}
    return {service: amount for service, amount in read.items() if service and amount}

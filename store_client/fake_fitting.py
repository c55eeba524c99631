"""The tire fitting part of `FakeStore`: three stations, one bay each, open from 9 to 18 every day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from store_client.errors import StoreConflict, StoreNotFound
from store_client.fake_calls import FakeCalls
from store_client.models import TireDetails
from store_client.models_fitting import (
    BookedStation,
    FittingBooking,
    FittingDay,
    FittingPrice,
    FittingSlots,
    FittingStation,
    FittingTime,
    ServiceType,
)

_STEP = timedelta(minutes=30)
_DAYS = 14
_OPENS, _CLOSES = time(9), time(18)


@dataclass(frozen=True, slots=True)
class FakeService:
    label: str
    duration_min: int
    price_at_r16: int


SERVICES: dict[ServiceType, FakeService] = {
    "tire_change": FakeService("Tire change", 30, 800),
    "balancing": FakeService("Wheel balancing", 30, 500),
    "full_service": FakeService("Full service", 60, 1150),
}


def _station(station_id: str, city: str, district: str, services: tuple[ServiceType, ...]) -> FittingStation:
    return FittingStation(
        id=station_id,
        name=f"{district} tire fitting",
        city=city,
        district=district,
        address=f"1 {district} St",
        phone="+380000000200",
        working_hours="Mon–Sun 9:00–18:00",
        services=services,
    )


STATIONS: tuple[FittingStation, ...] = (
    _station("kyiv-obolon", "Kyiv", "Obolon", tuple(SERVICES)),
    _station("kyiv-shuliavka", "Kyiv", "Shuliavka", ("tire_change", "balancing")),
    _station("lviv-sykhiv", "Lviv", "Sykhiv", tuple(SERVICES)),
)

_CITIES = {"київ": "Kyiv", "киев": "Kyiv", "kyiv": "Kyiv", "львів": "Lviv", "львов": "Lviv", "lviv": "Lviv"}


class FakeFitting(FakeCalls):
    """Telephone numbers are compared as they are written."""

    def __init__(self, tires: Sequence[TireDetails], now: datetime) -> None:
        super().__init__(tires, now)
        self._bookings: dict[str, FittingBooking] = {}
        self._booked_once: dict[str, tuple[dict[str, Any], FittingBooking]] = {}
        """By idempotency key: what was asked and answered first."""

    async def fitting_stations(self, city: str) -> Sequence[FittingStation]:
        await self._called("fitting_stations", city=city)
        named = _CITIES.get(city.strip().casefold())
        return tuple(station for station in STATIONS if station.city == named)

    async def fitting_slots(
        self, station_id: str, date_from: date, date_to: date, service_type: ServiceType
    ) -> FittingSlots:
        given = {"station_id": station_id, "date_from": date_from, "date_to": date_to, "service_type": service_type}
        await self._called("fitting_slots", **given)
        if date_from > date_to:
            raise StoreConflict("invalid_request", "date_from is after date_to", status=422)
        return self._slots(station_id, date_from, date_to, service_type)

    async def fitting_bookings(self, phone: str) -> Sequence[FittingBooking]:
        await self._called("fitting_bookings", phone=phone)
        now = self._wall_clock()
        coming = [
            booking
            for booking in self._bookings.values()
            if booking.customer_phone == phone and booking.status == "booked" and _start(booking) > now
        ]
        return sorted(coming, key=_start)

    async def book_fitting(
        self,
        *,
        station_id: str,
        date: date,
        time: time,
        service_type: ServiceType,
        customer_phone: str,
        call_id: str,
        idempotency_key: str,
        customer_name: str | None = None,
        vehicle_info: str | None = None,
        tire_diameter: int | None = None,
        linked_order_id: str | None = None,
    ) -> FittingBooking:
        asked: dict[str, Any] = {"date": date, "time": time, "service_type": service_type}
        asked |= {"customer_phone": customer_phone, "customer_name": customer_name, "vehicle_info": vehicle_info}
        asked |= {"tire_diameter": tire_diameter, "linked_order_id": linked_order_id}
        given = {"station_id": station_id, "call_id": call_id, **asked}
        await self._called("book_fitting", **given, idempotency_key=idempotency_key)
        if idempotency_key in self._booked_once:
            first, answered = self._booked_once[idempotency_key]
            if first != given:
                raise StoreConflict("idempotency_conflict", "another request was made with this key")
            return answered
        station = self._fitting_station(station_id, service_type)
        self._check_start(station_id, service_type, date, time)
        booked = FittingBooking(
            id=str(1001 + len(self._bookings)),
            status="booked",
            station=BookedStation(**station.model_dump(include=set(BookedStation.model_fields))),
            estimated_duration_min=SERVICES[service_type].duration_min,
            price=None if tire_diameter is None else _price(service_type, tire_diameter),
            currency="UAH",
            sms_sent=True,
            **asked,
        )
        self._bookings[booked.id] = booked
        self._booked_once[idempotency_key] = given, booked
        return booked

    async def move_fitting(
        self, booking_id: str, date: date, time: time, *, call_id: str | None = None
    ) -> FittingBooking:
        await self._called("move_fitting", booking_id=booking_id, date=date, time=time, call_id=call_id)
        booking = self._booking(booking_id)
        if booking.status == "cancelled":
            raise StoreConflict("booking_cancelled", "this booking was cancelled: make a new one")
        if (booking.date, booking.time) != (date, time):
            self._still_coming(booking)
            self._check_start(booking.station.id, booking.service_type, date, time, but=booking_id)
            self._bookings[booking_id] = booking.model_copy(update={"date": date, "time": time})
        return self._bookings[booking_id]

    async def cancel_fitting(self, booking_id: str, *, call_id: str | None = None) -> FittingBooking:
        await self._called("cancel_fitting", booking_id=booking_id, call_id=call_id)
        booking = self._booking(booking_id)
        if booking.status == "booked":
            self._still_coming(booking)
            self._bookings[booking_id] = booking.model_copy(update={"status": "cancelled"})
        return self._bookings[booking_id]

    async def fitting_prices(self, tire_diameter: int, *, station_id: str | None = None) -> Sequence[FittingPrice]:
        await self._called("fitting_prices", tire_diameter=tire_diameter, station_id=station_id)
        if not 10 <= tire_diameter <= 26:
            raise StoreConflict("invalid_request", "tire_diameter: from 10 to 26", status=422)
        offered = tuple(SERVICES) if station_id is None else self._fitting_station(station_id).services
        return tuple(
            FittingPrice(
                service_type=service_type,
                label=service.label,
                tire_diameter=tire_diameter,
                price=_price(service_type, tire_diameter),
                currency="UAH",
                estimated_duration_min=service.duration_min,
            )
            for service_type, service in SERVICES.items()
            if service_type in offered
        )

    def _slots(
        self, station_id: str, date_from: date, date_to: date, service_type: ServiceType, but: str = ""
    ) -> FittingSlots:
        """`but` is a booking whose place counts as free."""
        self._fitting_station(station_id, service_type)
        duration = timedelta(minutes=SERVICES[service_type].duration_min)
        now = self._wall_clock()
        taken = {half_hour for one in self._bookings.values() for half_hour in _half_hours(one, station_id, but)}
        days = []
        for ahead in range(_DAYS):
            day = now.date() + timedelta(days=ahead)
            if not date_from <= day <= date_to:
                continue
            times = []
            start = datetime.combine(day, _OPENS)
            while start + duration <= datetime.combine(day, _CLOSES):
                needed = {start, start + duration - _STEP}
                free = start > now and taken.isdisjoint(needed)
                times.append(FittingTime(time=start.time(), available=free, free_bays=int(free)))
                start += _STEP
            days.append(FittingDay(date=day, times=tuple(times)))
        return FittingSlots(
            station_id=station_id,
            service_type=service_type,
            estimated_duration_min=SERVICES[service_type].duration_min,
            slots=tuple(days),
        )

    def _check_start(self, station_id: str, service_type: ServiceType, day: date, start: time, but: str = "") -> None:
        wanted = datetime.combine(day, start)
        slots = self._slots(station_id, date.min, date.max, service_type, but).slots
        available = {datetime.combine(one.date, at.time): at.available for one in slots for at in one.times}
        if wanted <= self._wall_clock() or wanted not in available:
            raise StoreConflict("bad_slot", "date and time: this is in the past or outside of hours", status=422)
        if not available[wanted]:
            free = sorted((at for at in available if available[at]), key=lambda at: abs(at - wanted))[:3]
            said = ", ".join(f"{at:%Y-%m-%d %H:%M}" for at in sorted(free))
            raise StoreConflict("slot_taken", f"{wanted:%Y-%m-%d %H:%M} is taken; the nearest free times: {said}")

    def _fitting_station(self, station_id: str, service_type: ServiceType | None = None) -> FittingStation:
        for station in STATIONS:
            if station.id == station_id:
                if service_type is not None and service_type not in station.services:
                    raise StoreConflict("service_not_offered", "service_type: not at this station", status=422)
                return station
        raise StoreNotFound("station_not_found", "no such station")

    def _booking(self, booking_id: str) -> FittingBooking:
        if booking_id not in self._bookings:
            raise StoreNotFound("booking_not_found", "no such booking")
        return self._bookings[booking_id]

    def _still_coming(self, booking: FittingBooking) -> None:
        if _start(booking) <= self._wall_clock():
            raise StoreConflict("booking_past", "the time of this booking has passed")

    def _wall_clock(self) -> datetime:
        return self.now.astimezone(ZoneInfo("Europe/Kyiv")).replace(tzinfo=None)


def _start(booking: FittingBooking) -> datetime:
    return datetime.combine(booking.date, booking.time)


def _half_hours(booking: FittingBooking, station_id: str, but: str) -> set[datetime]:
    if booking.status == "cancelled" or booking.station.id != station_id or booking.id == but:
        return set()
    return {_start(booking) + _STEP * part for part in range(booking.estimated_duration_min // 30)}


def _price(service_type: ServiceType, tire_diameter: int) -> Decimal:
    return Decimal(SERVICES[service_type].price_at_r16 + 50 * (tire_diameter - 16))

"""Who has booked a fitting already, believably: the same for a station and a day whenever it is asked."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from demo_store.assortment.fitting import Fitting, Service, Station, Vehicle
from demo_store.assortment.pricing import chance
from demo_store.timetable import half_hours, starts

_RUSH = {8: 1.4, 9: 1.6, 10: 1.3, 17: 1.5, 18: 1.6, 19: 1.4}
"""How much busier than others some hours are."""
_BUSY = 0.25
_WEEKEND = 1.4
_CUSTOMERS = 60


@dataclass(frozen=True, slots=True)
class Booking:
    station_id: str
    bay: int
    day: date
    start: time
    service: Service
    customer_phone: str
    customer_name: str
    vehicle: Vehicle

    @property
    def half_hours(self) -> list[time]:
        return half_hours(self.start, self.service.duration_min)


def booked(fitting: Fitting, days: Iterable[date]) -> list[Booking]:
    return [
        booking
        for day in days
        for station in fitting.stations
        for bay in range(1, station.bays + 1)
        for booking in _in_bay(fitting, station, bay, day)
    ]


def _in_bay(fitting: Fitting, station: Station, bay: int, day: date) -> Iterator[Booking]:
    services = [service for service in fitting.services if service.type in station.services]
    free_from = time.min
    for start in starts(station.week[day.weekday()], 0):
        roll = _Dice(station.id, str(bay), f"{day} {start}")
        busy = _BUSY * _RUSH.get(start.hour, 1.0) * (_WEEKEND if day.weekday() >= 5 else 1.0)
        service = services[roll.below(len(services), "service")]
        possible = starts(station.week[day.weekday()], service.duration_min)
        if start < free_from or start not in possible or not roll.happens(busy):
            continue
        customer = roll.below(_CUSTOMERS, "customer")
        yield Booking(
            station.id,
            bay,
            day,
            start,
            service,
            f"+3800000003{customer:02}",
            fitting.customer_names[customer % len(fitting.customer_names)],
            fitting.vehicles[customer % len(fitting.vehicles)],
        )
        free_from = (datetime.combine(day, start) + timedelta(minutes=service.duration_min)).time()


class _Dice:
    def __init__(self, *words: str) -> None:
        self._words = words

    def below(self, end: int, what: str) -> int:
        return int(chance(*self._words, what) * end)

    def happens(self, probability: float) -> bool:
        return chance(*self._words, "busy") < probability

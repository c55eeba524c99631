"""Fitting stations, their free times, and prices."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from asyncpg import Record

from demo_store.answers_fitting import FittingDay, FittingPrice, FittingSlots, FittingStation, FittingTime, ServiceType
from demo_store.database import Database
from demo_store.errors import NotFound, Unprocessable
from demo_store.names import name_key
from demo_store.repository.tires import Language
from demo_store.sql import queries
from demo_store.timetable import Hours, Place, Week, last_day, openings, wall_clock

CURRENCY = "UAH"

_WEEKDAYS = {
    "uk": ("Пн", "Вт", "Ср", "Чт", "Пт", "Сб", "Нд"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
_CLOSED = {"uk": "зачинено", "en": "closed"}


class FittingRepository:
    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        """`now` has an offset."""
        self._database = database
        self._now = now
        self._sql = queries("fitting")

    async def stations(
        self, city: str, limit: int, offset: int, language: Language
    ) -> tuple[list[FittingStation], int]:
        """`city` in any of its names; none where there is no station."""
        key = name_key(city)
        rows = await self._database.fetch(self._sql["stations"], key, limit, offset)
        (counted,) = await self._database.fetch(self._sql["count_stations"], key)
        return [_listed_station(row, language) for row in rows], counted["total"]

    async def slots(self, station_id: str, first: date, last: date, service_type: ServiceType) -> FittingSlots:
        """From `first` to `last`, as far as these can be booked."""
        if first > last:
            raise Unprocessable("invalid_request", "date_from is after date_to")
        station = await self.station(station_id, service_type)
        duration_min, _ = await self.service(service_type, None)
        now = wall_clock(self._now())
        first, last = max(first, now.date()), min(last, last_day(now.date()))
        taken: defaultdict[date, set[Place]] = defaultdict(set)
        for row in await self._database.fetch(self._sql["taken"], station_id, first, last):
            taken[row["day"]].add((row["start"], row["bay"]))
        week = week_of(station)
        days = [first + timedelta(days=ahead) for ahead in range((last - first).days + 1)]
        return FittingSlots(
            station_id=station_id,
            service_type=service_type,
            estimated_duration_min=duration_min,
            slots=[
                FittingDay(
                    date=day,
                    times=[
                        FittingTime(time=opening.start, available=opening.free_bays > 0, free_bays=opening.free_bays)
                        for opening in openings(
                            day, week[day.weekday()], station["bays"], duration_min, taken[day], now
                        )
                    ],
                )
                for day in days
            ],
        )

    async def prices(
        self, tire_diameter: int, station_id: str | None, limit: int, offset: int, language: Language
    ) -> tuple[list[FittingPrice], int]:
        """Of what that station does; of everything where none is named."""
        services = None if station_id is None else (await self.station(station_id))["services"]
        rows = await self._database.fetch(self._sql["prices"], tire_diameter, services, limit, offset)
        (counted,) = await self._database.fetch(self._sql["count_prices"], tire_diameter, services)
        listed = [
            FittingPrice(
                service_type=row["type"],
                label=row[f"label_{language}"],
                tire_diameter=row["tire_diameter"],
                price=row["price"],
                currency=CURRENCY,
                estimated_duration_min=row["duration_min"],
            )
            for row in rows
        ]
        return listed, counted["total"]

    async def station(self, station_id: str, service_type: ServiceType | None = None) -> Record:
        """Raises NotFound, and Unprocessable where it does not do that service."""
        row = await self._database.fetchrow(self._sql["station"], station_id)
        if row is None:
            raise NotFound("station_not_found", "there is no fitting station of this id")
        if service_type is not None and service_type not in row["services"]:
            offered = ", ".join(row["services"])
            raise Unprocessable("service_not_offered", f"service_type: this station does {offered} only")
        return row

    async def service(self, service_type: ServiceType, tire_diameter: int | None) -> tuple[int, Decimal | None]:
        """How many minutes it takes, and what it costs where the diameter is known."""
        row = await self._database.fetchrow(self._sql["service"], service_type, tire_diameter)
        if row is None:
            raise Unprocessable("service_not_offered", "service_type: no station does this")
        return row["duration_min"], row["price"]


def week_of(station: Record) -> Week:
    return [
        None if opens is None else Hours(opens, closes)
        for opens, closes in zip(station["opens"], station["closes"], strict=True)
    ]


def _listed_station(row: Record, language: Language) -> FittingStation:
    return FittingStation(
        id=row["id"],
        name=row[f"name_{language}"],
        city=row[f"city_{language}"],
        district=row[f"district_{language}"],
        address=row[f"address_{language}"],
        phone=row["phone"],
        working_hours=_working_hours(week_of(row), language),
        services=row["services"],
    )


def _working_hours(week: Week, language: Language) -> str:
    """ "Mon–Fri 8:00–20:00, Sat 9:00–18:00, Sun closed"."""
    names = _WEEKDAYS[language]
    parts = []
    first = 0
    for day in range(7):
        if day < 6 and week[day + 1] == week[first]:
            continue
        hours = week[first]
        days = names[first] if first == day else f"{names[first]}–{names[day]}"
        parts.append(f"{days} {_CLOSED[language] if hours is None else f'{_said(hours.opens)}–{_said(hours.closes)}'}")
        first = day + 1
    return ", ".join(parts)


def _said(of_day: time) -> str:
    return f"{of_day.hour}:{of_day:%M}"

"""When a station can take a car: working hours, bays and the length of a service, minus what is booked. Pure.

Days and times are those on the wall in Kyiv. Clocks change in the night, when every station is closed (the table of
stations sees to that), so a working day's times need no offset. Times are whole half-hours, so that services of
different length share them.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from demo_store.errors import Unprocessable

_KYIV = ZoneInfo("Europe/Kyiv")
_STEP_MIN = 30
_DAYS = 14
"""Today and the days after it that are open to bookings."""

Place = tuple[time, int]
"""A half-hour of a bay."""


@dataclass(frozen=True, slots=True)
class Hours:
    opens: time
    closes: time


Week = Sequence[Hours | None]
"""By ISO weekday, Monday first; None when closed."""


@dataclass(frozen=True, slots=True)
class Opening:
    start: time
    free_bays: int


def wall_clock(now: datetime) -> datetime:
    """Kyiv's, without an offset."""
    return now.astimezone(_KYIV).replace(tzinfo=None)


def last_day(today: date) -> date:
    return today + timedelta(days=_DAYS - 1)


def half_hours(start: time, duration_min: int) -> list[time]:
    """Those that a service takes."""
    first = _minutes(start)
    return [_time(minute) for minute in range(first, first + duration_min, _STEP_MIN)]


def starts(hours: Hours | None, duration_min: int) -> list[time]:
    """When a service may begin, so that it ends by closing time."""
    if hours is None:
        return []
    first = -(-_minutes(hours.opens) // _STEP_MIN) * _STEP_MIN
    return [_time(minute) for minute in range(first, _minutes(hours.closes) - duration_min + 1, _STEP_MIN)]


def openings(
    day: date, hours: Hours | None, bays: int, duration_min: int, taken: Collection[Place], now: datetime
) -> list[Opening]:
    """Every start of the day. `taken` are the day's; `now` is the wall clock's."""
    return [
        Opening(start, _free_bays(start, bays, duration_min, taken) if datetime.combine(day, start) > now else 0)
        for start in starts(hours, duration_min)
    ]


def _free_bays(start: time, bays: int, duration_min: int, taken: Collection[Place]) -> int:
    """A car stays in its bay: only one that is free all the time will do."""
    needed = half_hours(start, duration_min)
    return sum(all((half_hour, bay) not in taken for half_hour in needed) for bay in range(1, bays + 1))


def check_start(day: date, start: time, week: Week, duration_min: int, now: datetime) -> None:
    """Raises Unprocessable("bad_slot") when a service cannot begin then, whatever is booked."""
    if datetime.combine(day, start) <= now:
        raise Unprocessable("bad_slot", "date and time: this is in the past")
    if day > last_day(now.date()):
        raise Unprocessable("bad_slot", f"date: bookings are taken until {last_day(now.date())}")
    hours = week[day.weekday()]
    if hours is None:
        raise Unprocessable("bad_slot", "date: the station is closed on that day")
    possible = starts(hours, duration_min)
    if start not in possible:
        span = f"from {possible[0]:%H:%M} to {possible[-1]:%H:%M}" if possible else "at no time"
        raise Unprocessable("bad_slot", f"time: this service begins every {_STEP_MIN} minutes {span} on that day")


def _minutes(of_day: time) -> int:
    return of_day.hour * 60 + of_day.minute


def _time(minutes: int) -> time:
    return time(minutes // 60, minutes % 60)

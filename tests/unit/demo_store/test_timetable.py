"""When a station can take a car."""

from datetime import UTC, date, datetime, time

import pytest

from demo_store.errors import Unprocessable
from demo_store.timetable import Hours, Opening, check_start, half_hours, openings, starts, wall_clock

MONDAY = date(2026, 11, 2)
SHORT_DAY = Hours(time(9), time(11))
WEEK = [SHORT_DAY] * 5 + [None, None]
LONG_AGO = datetime(2026, 11, 1, 12)


def free_bays(*, duration_min: int, taken: set[tuple[time, int]], bays: int = 2) -> list[int]:
    return [opening.free_bays for opening in openings(MONDAY, SHORT_DAY, bays, duration_min, taken, LONG_AGO)]


def test_a_service_ends_by_closing_time() -> None:
    assert starts(SHORT_DAY, 30) == [time(9), time(9, 30), time(10), time(10, 30)]
    assert starts(SHORT_DAY, 60) == [time(9), time(9, 30), time(10)]
    assert starts(SHORT_DAY, 150) == []
    assert starts(None, 30) == []


def test_starts_are_half_hours_whenever_the_door_opens() -> None:
    assert starts(Hours(time(8, 45), time(9, 50)), 30) == [time(9)]


def test_every_booking_takes_a_bay_away() -> None:
    assert free_bays(duration_min=30, taken={(time(9), 1), (time(9), 2), (time(10), 1)}) == [0, 2, 1, 2]


def test_a_long_service_needs_one_bay_for_all_of_its_time() -> None:
    # At 9:30 the first bay is free for the first half, the second for the other: a car is not moved in between.
    taken = {(time(10), 1), (time(9, 30), 2)}
    assert free_bays(duration_min=60, taken=taken) == [1, 0, 1]
    assert free_bays(duration_min=60, taken=taken, bays=1) == [1, 0, 0]
    assert half_hours(time(9, 30), 60) == [time(9, 30), time(10)]


def test_what_has_begun_is_not_open_any_more() -> None:
    now = datetime(2026, 11, 2, 9, 30)
    assert openings(MONDAY, SHORT_DAY, 1, 30, set(), now) == [
        Opening(time(9), 0),
        Opening(time(9, 30), 0),
        Opening(time(10), 1),
        Opening(time(10, 30), 1),
    ]


@pytest.mark.parametrize(
    ("utc", "kyiv"),
    [
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 3, 30)),  # summer's last half-hour
        (datetime(2026, 10, 25, 6, 0, tzinfo=UTC), datetime(2026, 10, 25, 8, 0)),
        (datetime(2026, 3, 29, 0, 30, tzinfo=UTC), datetime(2026, 3, 29, 2, 30)),  # winter's last half-hour
        (datetime(2026, 3, 29, 6, 0, tzinfo=UTC), datetime(2026, 3, 29, 9, 0)),
        (datetime(2026, 7, 31, 21, 30, tzinfo=UTC), datetime(2026, 8, 1, 0, 30)),
    ],
)
def test_the_clock_on_the_wall_is_kyivs(utc: datetime, kyiv: datetime) -> None:
    assert wall_clock(utc) == kyiv


@pytest.mark.parametrize(
    ("day", "start", "said"),
    [
        (date(2026, 11, 2), time(9, 0), "past"),
        (date(1, 1, 1), time(9, 0), "past"),
        (date(2026, 11, 16), time(9, 0), "until 2026-11-15"),
        (date(9999, 12, 31), time(9, 0), "until 2026-11-15"),
        (date(2026, 11, 7), time(9, 0), "closed"),
        (date(2026, 11, 3), time(8, 30), "from 09:00 to 10:00"),
        (date(2026, 11, 3), time(10, 30), "from 09:00 to 10:00"),
        (date(2026, 11, 3), time(23, 59), "from 09:00 to 10:00"),
        (date(2026, 11, 3), time(9, 15), "every 30 minutes"),
    ],
)
def test_a_time_that_cannot_be_is_told_why(day: date, start: time, said: str) -> None:
    with pytest.raises(Unprocessable, match=said) as caught:
        check_start(day, start, WEEK, 60, datetime(2026, 11, 2, 9, 0))
    assert caught.value.code == "bad_slot"


def test_today_and_the_last_of_fourteen_days_can_be_booked() -> None:
    now = datetime(2026, 11, 2, 9, 0)
    check_start(date(2026, 11, 2), time(9, 30), WEEK, 60, now)
    check_start(date(2026, 11, 13), time(10), WEEK, 60, now)
    check_start(date(2026, 11, 15), time(10), [SHORT_DAY] * 7, 60, now)

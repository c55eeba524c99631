"""Many want the same place at once: PostgreSQL decides, nobody waits for ever, and nothing is half done."""

import asyncio
import random
from collections import Counter
from collections.abc import Iterable
from datetime import date, time
from typing import Any

import asyncpg
import httpx
import pytest

from tests.integration.demo_store.fitting_bench import ONE_BAY, TWO_BAYS, FittingBench


def statuses(answers: Iterable[httpx.Response]) -> Counter[int]:
    return Counter(answer.status_code for answer in answers)


def code(answer: httpx.Response) -> str:
    return str(answer.json()["error"]["code"])


async def test_one_of_many_gets_the_last_place_and_the_others_hear_what_is_near(fitting: FittingBench) -> None:
    answers = await asyncio.gather(*(fitting.book("10:00") for _ in range(12)))
    assert statuses(answers) == {201: 1, 409: 11}
    for refused in (answer for answer in answers if answer.status_code == 409):
        assert code(refused) == "slot_taken"
        assert "2026-11-03 09:30, 2026-11-03 10:30" in refused.json()["error"]["message"]
    assert await fitting.taken() == {("2026-11-03", "10:00")}
    assert [await fitting.count(table) for table in ("fitting_bookings", "sms_outbox", "audit_log")] == [1, 1, 1]


async def test_as_many_get_a_time_as_there_are_bays(fitting: FittingBench) -> None:
    answers = await asyncio.gather(
        *(fitting.book("10:00", station_id=TWO_BAYS, service_type="full_service") for _ in range(6)),
        *(fitting.book("10:30", station_id=TWO_BAYS) for _ in range(6)),
    )
    assert statuses(answers)[201] >= 2
    assert await fitting.count("fitting_places", "start = '10:30'") == 2
    assert set(statuses(answers)) == {201, 409}


async def test_nobody_is_refused_while_a_bay_is_free(fitting: FittingBench) -> None:
    starts = [f"{hour:02}:{minute}" for hour in range(9, 15) for minute in ("00", "30")]
    answers = await asyncio.gather(*(fitting.book(start, station_id=TWO_BAYS) for start in starts for _ in range(2)))
    assert statuses(answers) == {201: 24}


async def test_one_of_many_is_moved_into_the_last_place_and_the_others_keep_theirs(fitting: FittingBench) -> None:
    ids = [(await fitting.booked(f"{hour}:00"))["id"] for hour in range(10, 16)]
    answers = await asyncio.gather(*(fitting.move(booking_id, "18:00") for booking_id in ids))
    assert statuses(answers) == {200: 1, 409: 5}
    moved = next(place for place, answer in enumerate(answers) if answer.status_code == 200)
    kept = {f"{hour}:00" for hour in range(10, 16)} - {f"{10 + moved}:00"}
    assert {start for _, start in await fitting.taken()} == kept | {"18:00"}


async def test_two_who_would_change_places_both_keep_theirs(fitting: FittingBench) -> None:
    first, second = [(await fitting.booked(start))["id"] for start in ("10:00", "11:00")]
    for _ in range(10):
        answers = await asyncio.gather(fitting.move(first, "11:00"), fitting.move(second, "10:00"))
        assert [code(answer) for answer in answers] == ["slot_taken", "slot_taken"]
    assert {start for _, start in await fitting.taken()} == {"10:00", "11:00"}


async def test_a_new_booking_and_a_moved_one_race_for_one_place(fitting: FittingBench) -> None:
    for hour in range(10, 15):
        moved = (await fitting.booked(f"{hour}:00"))["id"]
        answers = await asyncio.gather(fitting.move(moved, f"{hour}:30"), fitting.book(f"{hour}:30"))
        assert sorted(statuses(answers)) in ([200, 409], [201, 409])


async def test_moved_and_cancelled_at_once_ends_as_cancelled(fitting: FittingBench) -> None:
    booking_id = (await fitting.booked("10:00"))["id"]
    moved, cancelled = await asyncio.gather(fitting.move(booking_id, "12:00"), fitting.cancel(booking_id))
    assert cancelled.status_code == 200
    assert moved.status_code == 200 or code(moved) == "booking_cancelled"
    assert await fitting.taken() == set()


async def test_whatever_happens_at_once_every_booking_has_its_places_and_no_other(fitting: FittingBench) -> None:
    dice = random.Random(7)
    ids: list[str] = []

    async def act() -> httpx.Response:
        start = f"{dice.randrange(9, 12):02}:{dice.choice(('00', '30'))}"
        if ids and dice.random() < 0.5:
            booking_id = dice.choice(ids)
            return await (fitting.cancel(booking_id) if dice.random() < 0.2 else fitting.move(booking_id, start))
        answer = await fitting.book(
            start,
            station_id=TWO_BAYS,
            service_type=dice.choice(("tire_change", "full_service")),
            key=str(dice.randrange(30)),
        )
        if answer.status_code == 201:
            ids.append(answer.json()["data"]["id"])
        return answer

    for _ in range(6):
        answers = await asyncio.gather(*(act() for _ in range(16)))
        assert set(statuses(answers)) <= {200, 201, 409}
    wrong = await fitting.database.fetch(
        """
        SELECT b.id
        FROM store.fitting_bookings b
        LEFT JOIN store.fitting_places p ON p.booking_id = b.id AND p.station_id = b.station_id AND p.day = b.day
            AND p.start >= b.start AND p.start < b.start + make_interval(mins => b.duration_min)
        GROUP BY b.id
        HAVING count(p.bay) <> CASE b.status WHEN 'booked' THEN b.duration_min / 30 ELSE 0 END
            OR count(DISTINCT p.bay) > 1
        """
    )
    assert wrong == []
    needed = "SELECT coalesce(sum(duration_min / 30), 0) FROM store.fitting_bookings WHERE status = 'booked'"
    assert await fitting.count("fitting_places") == await fitting.database.fetchval(needed)


async def test_the_table_itself_keeps_two_cars_out_of_one_bay(fitting: FittingBench) -> None:
    first, second = [(await fitting.booked(start))["id"] for start in ("10:00", "11:00")]
    place: tuple[Any, ...] = (ONE_BAY, date(2026, 11, 3), time(15), 1)
    insert = "INSERT INTO store.fitting_places (station_id, day, start, bay, booking_id) VALUES ($1, $2, $3, $4, $5)"
    await fitting.database.execute(insert, *place, int(first))
    with pytest.raises(asyncpg.UniqueViolationError):
        await fitting.database.execute(insert, *place, int(second))


async def test_the_same_request_many_times_at_once_books_once(fitting: FittingBench) -> None:
    answers = await asyncio.gather(*(fitting.book("10:00", key="call-1:book") for _ in range(10)))
    assert statuses(answers) == {201: 10}
    assert len({answer.text for answer in answers}) == 1
    assert [await fitting.count(table) for table in ("fitting_bookings", "sms_outbox", "audit_log")] == [1, 1, 1]


async def test_different_requests_with_one_key_at_once_book_once(fitting: FittingBench) -> None:
    answers = await asyncio.gather(
        *(fitting.book("10:00", key="k", station_id=station) for station in (ONE_BAY, TWO_BAYS) * 4)
    )
    assert statuses(answers) == {201: 4, 409: 4}
    assert {code(answer) for answer in answers if answer.status_code == 409} == {"idempotency_conflict"}
    assert await fitting.count("fitting_bookings") == 1

"""Booking, moving and cancelling, what is told of it to the customer and the audit log, and days that move."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from demo_store.database import one_connection
from demo_store.migrations import migrate
from demo_store.seed_fitting import replace_fitting, seed_bookings
from tests.integration.demo_store.fitting_bench import PHONE, TWO_BAYS, FittingBench, fitting_bench


async def test_a_booking_is_answered_whole(fitting: FittingBench) -> None:
    more = {"customer_name": "Олена", "vehicle_info": "Skoda Octavia", "tire_diameter": 16, "linked_order_id": "4711"}
    booked = await fitting.booked("10:00", station_id=TWO_BAYS, service_type="full_service", language="en", **more)
    assert booked.pop("id").isdigit()
    assert booked.pop("station") == {
        "id": TWO_BAYS,
        "name": "Sykhiv tire fitting",
        "city": "Lviv",
        "address": "62 Chervonoi Kalyny Ave",
    }
    assert booked == {
        "status": "booked",
        "date": "2026-11-03",
        "time": "10:00",
        "service_type": "full_service",
        "estimated_duration_min": 60,
        "price": 1150.0,
        "currency": "UAH",
        "customer_phone": PHONE,
        "sms_sent": True,
        **more,
    }


async def test_without_a_diameter_there_is_no_price(fitting: FittingBench) -> None:
    assert (await fitting.booked("10:00"))["price"] is None


async def test_a_long_service_takes_the_times_that_it_lasts(fitting: FittingBench) -> None:
    for _ in range(2):
        await fitting.booked("10:00", station_id=TWO_BAYS, service_type="full_service")
    free = await fitting.free(station=TWO_BAYS)
    assert {"10:00", "10:30"}.isdisjoint(free)
    assert {"09:30", "11:00"} <= set(free)
    assert "09:30" not in await fitting.free(station=TWO_BAYS, service="full_service")
    assert (await fitting.times("2026-11-03", TWO_BAYS, "full_service"))[-1]["time"] == "18:00"


async def test_a_long_service_gets_the_bay_that_is_free_all_the_time(fitting: FittingBench) -> None:
    await fitting.booked("10:30", station_id=TWO_BAYS)
    await fitting.booked("10:00", station_id=TWO_BAYS, service_type="full_service")
    await fitting.booked("10:00", station_id=TWO_BAYS)
    refused = await fitting.book("09:30", station_id=TWO_BAYS, service_type="full_service")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "slot_taken")
    bays = await fitting.database.fetch("SELECT start::text, bay FROM store.fitting_places ORDER BY start, bay")
    assert [(row["start"][:5], row["bay"]) for row in bays] == [("10:00", 1), ("10:00", 2), ("10:30", 1), ("10:30", 2)]


async def test_the_customer_gets_a_message_in_his_language(fitting: FittingBench) -> None:
    booked = await fitting.booked("10:00", language="en", customer_phone="000 000-09-01")
    await fitting.booked("11:00")
    moved = await fitting.move(booked["id"], "12:30", "2026-11-04")
    assert moved.json()["data"]["sms_sent"]
    rows = await fitting.database.fetch("SELECT phone, text, sent FROM store.sms_outbox ORDER BY id")
    assert {row["phone"] for row in rows} == {PHONE}
    assert not any(row["sent"] for row in rows)
    assert "03.11.2026 at 10:00: Shuliavka express" in rows[0]["text"]
    assert "03.11.2026 о 11:00" in rows[1]["text"]
    assert "04.11.2026 о 12:30" in rows[2]["text"]


async def test_a_moved_booking_leaves_its_old_place_free(fitting: FittingBench) -> None:
    booked = await fitting.booked("10:00")
    moved = (await fitting.move(booked["id"], "16:30", "2026-11-05")).json()["data"]
    assert moved == {**booked, "date": "2026-11-05", "time": "16:30"}
    assert await fitting.taken() == {("2026-11-05", "16:30")}


async def test_a_booking_may_move_over_its_own_place(fitting: FittingBench) -> None:
    ids = [(await fitting.booked("10:00", station_id=TWO_BAYS, service_type="full_service"))["id"] for _ in range(2)]
    assert (await fitting.move(ids[0], "10:30")).status_code == 200
    assert (await fitting.move(ids[1], "09:30")).status_code == 200
    assert {start for _, start in await fitting.taken()} == {"09:30", "10:00", "10:30", "11:00"}


async def test_where_the_new_place_is_taken_the_old_one_is_kept(fitting: FittingBench) -> None:
    booked = await fitting.booked("10:00")
    await fitting.booked("11:00")
    refused = await fitting.move(booked["id"], "11:00")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "slot_taken")
    assert "2026-11-03 10:30, 2026-11-03 11:30" in refused.json()["error"]["message"]
    assert {start for _, start in await fitting.taken()} == {"10:00", "11:00"}
    assert await fitting.count("audit_log") == 2


async def test_moving_to_where_it_is_changes_nothing(fitting: FittingBench) -> None:
    booked = await fitting.booked("10:00")
    assert (await fitting.move(booked["id"], "10:00")).json()["data"] == booked
    assert [await fitting.count(table) for table in ("sms_outbox", "audit_log")] == [1, 1]


async def test_a_cancelled_booking_frees_its_place_and_stays_on_record(fitting: FittingBench) -> None:
    booked = await fitting.booked("10:00")
    for _ in range(2):
        answer = await fitting.cancel(booked["id"])
        assert (answer.status_code, answer.json()["data"]) == (200, {**booked, "status": "cancelled"})
    assert "10:00" in await fitting.free()
    assert await fitting.count("fitting_bookings", "status = 'cancelled'") == 1
    refused = await fitting.move(booked["id"], "12:00")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "booking_cancelled")


async def test_every_change_is_in_the_audit_log_with_its_call(fitting: FittingBench) -> None:
    booked = await fitting.booked("10:00")
    path = f"/fitting/bookings/{booked['id']}"
    call = {"X-Call-ID": "call-2"}
    await fitting.http.patch(path, json={"date": "2026-11-04", "time": "12:00"}, headers=call)
    await fitting.http.delete(path, headers=call)
    rows = await fitting.database.fetch("SELECT * FROM store.audit_log ORDER BY id")
    assert [(row["action"], row["call_id"]) for row in rows] == [
        ("fitting_booked", "call-1"),
        ("fitting_moved", "call-2"),
        ("fitting_cancelled", "call-2"),
    ]
    assert {row["object"] for row in rows} == {f"fitting_bookings/{booked['id']}"}
    assert rows[0]["before"] is None
    changes: list[Any] = [json.loads(row["after"]) for row in rows]
    assert [json.loads(row["before"]) for row in rows[1:]] == changes[:2]
    assert [(one["time"], one["status"]) for one in changes] == [
        ("10:00", "booked"),
        ("12:00", "booked"),
        ("12:00", "cancelled"),
    ]


async def test_a_number_has_its_coming_bookings_however_it_is_written(fitting: FittingBench) -> None:
    ids = [
        (await fitting.booked(start, date=day))["id"]
        for day, start in (("2026-11-05", "09:00"), ("2026-11-03", "18:00"))
    ]
    await fitting.booked("11:00", customer_phone="+380000000902")
    await fitting.cancel((await fitting.booked("12:00"))["id"])
    answer = (await fitting.http.get("/fitting/bookings", params={"phone": "380 (00) 000-09-01"})).json()
    assert [booking["id"] for booking in answer["data"]] == [ids[1], ids[0]]
    assert answer["pagination"]["total"] == 2
    fitting.clock.now = datetime(2026, 11, 3, 16, 0, tzinfo=UTC)  # 18:00 in Kyiv: the first has begun
    answer = (await fitting.http.get("/fitting/bookings", params={"phone": PHONE})).json()
    assert [booking["id"] for booking in answer["data"]] == [ids[0]]


async def test_what_has_begun_is_neither_moved_nor_cancelled(fitting: FittingBench) -> None:
    booked = await fitting.booked("10:00")
    fitting.clock.now += timedelta(days=2)
    for refused in (await fitting.move(booked["id"], "10:00", "2026-11-06"), await fitting.cancel(booked["id"])):
        assert (refused.status_code, refused.json()["error"]["code"]) == (409, "booking_past")


async def test_the_same_key_and_request_get_the_first_answer_again_whatever_happened_since(
    fitting: FittingBench,
) -> None:
    booked = await fitting.booked("10:00", key="k")
    await fitting.cancel(booked["id"])
    fitting.clock.now += timedelta(days=2)
    assert await fitting.booked("10:00", key="k") == booked
    # Another spelling of the same number and time is the same request.
    assert await fitting.booked("10:00:00", key="k", customer_phone="0000000901") == booked
    assert await fitting.count("fitting_bookings") == 1


@pytest.mark.parametrize("other", [{"time": "11:00"}, {"customer_phone": "+380000000902"}, {"tire_diameter": 17}])
async def test_the_same_key_with_another_request_is_refused(fitting: FittingBench, other: dict[str, Any]) -> None:
    await fitting.booked("10:00", key="k")
    refused = await fitting.book(**{"time": "10:00", "key": "k", **other})
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "idempotency_conflict")
    assert await fitting.count("fitting_bookings") == 1


async def test_a_refused_request_may_be_tried_again_with_its_key(fitting: FittingBench) -> None:
    taken = await fitting.booked("10:00")
    assert (await fitting.book("10:00", key="k")).status_code == 409
    await fitting.cancel(taken["id"])
    assert (await fitting.book("10:00", key="k")).status_code == 201


async def test_two_weeks_are_open_and_they_move_with_the_clock(fitting: FittingBench) -> None:
    whole = ("0001-01-01", "9999-12-31")
    for days in (0, 1, 30):
        today = date(2026, 11, 2) + timedelta(days=days)
        fitting.clock.now = datetime(2026, 11, 2, 6, 0, tzinfo=UTC) + timedelta(days=days)
        listed = [day["date"] for day in await fitting.days(*whole)]
        assert listed == [f"{today + timedelta(days=ahead)}" for ahead in range(14)]
    assert await fitting.days("2027-01-01", "2027-01-05") == []
    assert await fitting.days("2026-11-02", "2026-11-30") == []


async def test_the_day_ends_at_midnight_in_kyiv(fitting: FittingBench) -> None:
    fitting.clock.now = datetime(2026, 11, 2, 21, 59, tzinfo=UTC)
    assert (await fitting.days("2026-11-02", "2026-11-30"))[0]["date"] == "2026-11-02"
    fitting.clock.now = datetime(2026, 11, 2, 22, 0, tzinfo=UTC)
    assert (await fitting.days("2026-11-02", "2026-11-30"))[0]["date"] == "2026-11-03"


async def test_past_times_of_today_are_listed_and_taken(fitting: FittingBench) -> None:
    fitting.clock.now = datetime(2026, 11, 2, 8, 10, tzinfo=UTC)  # 10:10 in Kyiv
    free = await fitting.free("2026-11-02")
    assert free[0] == "10:30"
    assert (await fitting.times("2026-11-02"))[0] == {"time": "07:30", "available": False, "free_bays": 0}
    refused = await fitting.book("10:00", date="2026-11-02")
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "bad_slot")


async def test_a_day_when_the_station_is_closed_has_no_times(fitting: FittingBench) -> None:
    assert await fitting.times("2026-11-07") == []
    assert (await fitting.times("2026-11-07", TWO_BAYS))[-1]["time"] == "16:30"


@pytest.mark.parametrize(
    ("sunday", "seven_utc"),
    [("2026-10-25", "09:00"), ("2026-03-29", "10:00")],  # clocks go back; clocks go forward
)
async def test_working_hours_stay_on_the_wall_when_clocks_change(
    fitting: FittingBench, sunday: str, seven_utc: str
) -> None:
    day = date.fromisoformat(sunday)
    fitting.clock.now = datetime(day.year, day.month, day.day, 7, 0, tzinfo=UTC) - timedelta(days=1)
    days = await fitting.days(f"{day - timedelta(days=1)}", f"{day + timedelta(days=1)}", "kyiv-obolon")
    spans = [(one["times"][0]["time"], one["times"][-1]["time"], len(one["times"])) for one in days]
    assert spans == [("08:00", "19:30", 24), ("09:00", "16:30", 16), ("08:00", "19:30", 24)]
    fitting.clock.now += timedelta(days=1)
    free = await fitting.free(sunday, "kyiv-obolon")
    assert min(free) == f"{seven_utc[:2]}:30"
    booked = await fitting.booked(free[0], date=sunday, station_id="kyiv-obolon")
    assert (await fitting.move(booked["id"], "16:30", sunday)).status_code == 200


async def test_the_seed_books_for_weeks_and_goes_on_from_where_it_was(postgres_url: str) -> None:
    async def last_day() -> date:
        found: date = await connection.fetchval("SELECT max(day) FROM store.fitting_bookings")
        return found

    await migrate(postgres_url)
    async with one_connection(postgres_url) as connection:
        await replace_fitting(connection)
        await seed_bookings(connection, date(2026, 11, 2))
        first = await connection.fetchval("SELECT count(*) FROM store.fitting_bookings")
        assert await last_day() == date(2026, 11, 22)
        await seed_bookings(connection, date(2026, 11, 2))
        assert await connection.fetchval("SELECT count(*) FROM store.fitting_bookings") == first
        await seed_bookings(connection, date(2026, 11, 9))
        assert await last_day() == date(2026, 11, 29)
        await replace_fitting(connection)
        assert await connection.fetchval("SELECT count(*) FROM store.fitting_bookings") > first


async def test_the_seed_leaves_places_to_those_who_booked_before(postgres_url: str) -> None:
    await migrate(postgres_url)
    async with one_connection(postgres_url) as connection:
        await replace_fitting(connection)
        async with fitting_bench(postgres_url) as bench:
            mine = [await bench.booked(f"{hour:02}:00") for hour in range(8, 21)]
            await seed_bookings(connection, date(2026, 11, 2))
            for booked in mine:
                assert (await bench.cancel(booked["id"])).status_code == 200
            half_past = [start for start in await bench.free() if start.endswith(":30")]
            assert 0 < len(half_past) < 14

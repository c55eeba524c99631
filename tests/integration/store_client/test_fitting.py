"""Requests that change something, against a server that hangs, breaks off and refuses: what is repeated, and how."""

import json
from collections.abc import AsyncIterator
from datetime import date, time

import pytest

from store_client import StoreConflict, StoreNotFound, StoreUnavailable
from store_client.breaker import BreakerState
from store_client.client import StoreClient
from store_client.models_fitting import FittingBooking
from tests.fakes.misbehaving_http import Half, MisbehavingServer, Reply, misbehaving_server

BOOKING = {
    "id": 30001,
    "status": "booked",
    "station": {"id": 3, "name": "Obolon", "city": "Kyiv", "address": "1 Obolon St"},
    "date": "2026-11-03",
    "time": "10:30",
    "service_type": "tire_change",
    "estimated_duration_min": 30,
    "price": 800,
    "currency": "UAH",
    "customer_phone": "+380000000901",
}
MADE = Reply.of({"data": BOOKING}, 201)
CHANGED = Reply.of({"data": BOOKING})
REFUSED_503 = Reply.of({"error": {"code": "unavailable", "message": "later"}}, 503)


class Bench:
    def __init__(self, server: MisbehavingServer) -> None:
        self.server = server
        self.states: list[BreakerState] = []
        self.client = StoreClient(server.url, "secret", timeout_s=20, on_state_change=self.states.append)

    async def book(self, customer_name: str | None = None) -> FittingBooking:
        return await self.client.book_fitting(
            station_id="kyiv-obolon",
            date=date(2026, 11, 3),
            time=time(10, 30),
            service_type="tire_change",
            customer_phone="+380000000901",
            call_id="call-1",
            idempotency_key="call-1:book",
            customer_name=customer_name,
            tire_diameter=16,
        )


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    async with misbehaving_server() as server:
        bench = Bench(server)
        yield bench
        await bench.client.aclose()


async def test_a_booking_sends_what_was_given_and_its_key(bench: Bench) -> None:
    bench.server.script = [MADE]
    booked = await bench.book()
    assert (booked.id, booked.station.id, booked.time) == ("30001", "3", time(10, 30))
    assert bench.server.requests == ["/api/v1/fitting/bookings"]
    assert bench.server.headers[0]["idempotency-key"] == "call-1:book"
    assert bench.server.headers[0]["content-type"] == "application/json"
    assert json.loads(bench.server.bodies[0]) == {
        "station_id": "kyiv-obolon",
        "date": "2026-11-03",
        "time": "10:30",
        "service_type": "tire_change",
        "customer_phone": "+380000000901",
        "call_id": "call-1",
        "tire_diameter": 16,
    }


async def test_a_booking_whose_answer_is_lost_is_asked_for_once_more_with_its_key(bench: Bench) -> None:
    bench.server.script = [Half(), MADE]
    await bench.book()
    assert [headers["idempotency-key"] for headers in bench.server.headers] == ["call-1:book"] * 2
    assert bench.server.bodies[0] == bench.server.bodies[1]


async def test_a_change_is_asked_for_twice_at_most(bench: Bench) -> None:
    bench.server.script = [REFUSED_503]
    for change in (
        bench.book(),
        bench.client.move_fitting("30001", date(2026, 11, 3), time(11)),
        bench.client.cancel_fitting("30001"),
    ):
        bench.server.requests.clear()
        with pytest.raises(StoreUnavailable):
            await change
        assert len(bench.server.requests) == 2


async def test_a_move_and_a_cancellation_tell_the_call(bench: Bench) -> None:
    bench.server.script = [CHANGED]
    await bench.client.move_fitting("30001", date(2026, 11, 4), time(9, 0), call_id="call-2")
    await bench.client.cancel_fitting("30001", call_id="call-2")
    assert bench.server.requests == ["/api/v1/fitting/bookings/30001"] * 2
    assert [headers["x-call-id"] for headers in bench.server.headers] == ["call-2", "call-2"]
    assert json.loads(bench.server.bodies[0]) == {"date": "2026-11-04", "time": "09:00"}
    assert bench.server.bodies[1] == b""


@pytest.mark.parametrize(("status", "code"), [(409, "slot_taken"), (422, "bad_slot")])
async def test_a_refusal_brings_the_stores_words_and_is_no_failure(bench: Bench, status: int, code: str) -> None:
    bench.server.script = [Reply.of({"error": {"code": code, "message": "free: 11:00"}}, status)]
    for _ in range(7):
        with pytest.raises(StoreConflict):
            await bench.book()
    with pytest.raises(StoreConflict) as caught:
        await bench.book()
    assert (caught.value.status, caught.value.code, caught.value.message) == (status, code, "free: 11:00")
    assert "11:00" not in str(caught.value)  # what reaches the log
    assert len(bench.server.requests) == 8
    assert bench.states == []


async def test_half_a_letter_that_a_model_made_up_becomes_a_question_mark(bench: Bench) -> None:
    bench.server.script = [MADE]
    await bench.book("О\ud800")
    assert json.loads(bench.server.bodies[0])["customer_name"] == "О?"


async def test_an_id_that_a_model_made_up_stays_one_segment_of_the_path(bench: Bench) -> None:
    bench.server.script = [Reply.of({"error": {"code": "booking_not_found", "message": ""}}, 404)]
    with pytest.raises(StoreNotFound):
        await bench.client.cancel_fitting("1/../../orders/2")
    assert bench.server.requests[0].count("/") == 5
    for dots in ("", ".", ".."):
        with pytest.raises(StoreNotFound):
            await bench.client.cancel_fitting(dots)
    assert len(bench.server.requests) == 1

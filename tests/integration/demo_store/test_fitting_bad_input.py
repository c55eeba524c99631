"""Whatever is asked of fitting, the answer is of the contract's shape, names what is wrong, and is never a 500."""

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.integration.demo_store.fitting_bench import ONE_BAY, PHONE, TWO_BAYS, FittingBench
from tests.integration.demo_store.running import API_KEY, RunningStore

VALUES: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**30), 10**30),
    st.floats(),
    st.text(max_size=30),
    st.sampled_from(["", "\0", "\ud800", "x" * 5000, [], {}, [[]], {"a": 1}]),
    st.sampled_from(["0000-00-00", "0001-01-01", "9999-12-31", "2026-02-30", "2026-11-03T10:00:00", "1700006400"]),
    st.sampled_from(["24:00", "10:30:15", "10:30Z", "-1:00", "23:59", "00:00", "١٠:٣٠", "36000"]),
    st.sampled_from([ONE_BAY, PHONE, "tire_change", "10:00"]),
)
FIELDS = (
    *("station_id", "date", "time", "service_type", "customer_phone", "customer_name", "vehicle_info"),
    *("tire_diameter", "linked_order_id", "call_id", "unknown", "\ud800"),
)
BODIES = st.one_of(VALUES, st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=12))
TEXTS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(["\0", "a\0b", "%", "x" * 5000, "9" * 5000, "1e999", "-1", "0001-01-01", "9999-12-31"]),
    st.sampled_from([ONE_BAY, PHONE, "tire_change", "16", "Київ"]),
)
NAMES = st.sampled_from(
    ["city", "date_from", "date_to", "service_type", "phone", "tire_diameter", "station_id", "page", "per_page"]
)
LISTS = st.sampled_from(
    ["/fitting/stations", f"/fitting/stations/{ONE_BAY}/slots", "/fitting/bookings", "/fitting/prices"]
)
PROPERTY = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def answers_properly(answer: httpx.Response) -> None:
    assert answer.status_code in (200, 201, 400, 404, 409, 422), (answer.status_code, answer.text)
    body = answer.json()
    if answer.status_code < 400:
        assert "data" in body
    else:
        assert set(body) == {"error"}
        assert set(body["error"]) == {"code", "message"}
        assert re.fullmatch(r"[a-z_]+", body["error"]["code"])


@pytest.fixture(scope="module")
def plain(store: RunningStore) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{store.url}/api/v1", headers={"Authorization": f"Bearer {API_KEY}"}) as client:
        yield client


def send(plain: httpx.Client, method: str, path: str, body: Any) -> httpx.Response:
    return plain.request(method, path, content=json.dumps(body), headers={"Content-Type": "application/json"})


@PROPERTY
@given(path=LISTS, query=st.lists(st.tuples(NAMES, TEXTS), max_size=6))
def test_no_query_makes_it_fail(plain: httpx.Client, path: str, query: list[tuple[str, str]]) -> None:
    answers_properly(plain.get(f"{path}?{urlencode(query, errors='replace')}"))


@PROPERTY
@given(body=BODIES, method=st.sampled_from(["POST", "PATCH"]))
def test_no_body_makes_it_fail(plain: httpx.Client, body: Any, method: str) -> None:
    answers_properly(send(plain, method, "/fitting/bookings" + ("/30001" if method == "PATCH" else ""), body))


@PROPERTY
@given(field=st.sampled_from(FIELDS), value=VALUES, ahead=st.integers(1, 13))
def test_no_single_wrong_field_makes_it_fail(plain: httpx.Client, field: str, value: Any, ahead: int) -> None:
    day = f"{datetime.now().date() + timedelta(days=ahead)}"
    good = {"station_id": TWO_BAYS, "date": day, "time": "10:00", "service_type": "tire_change"}
    good |= {"customer_phone": PHONE, "call_id": "c"}
    answers_properly(send(plain, "POST", "/fitting/bookings", {**good, field: value}))


@PROPERTY
@given(identifier=TEXTS, method=st.sampled_from(["PATCH", "DELETE", "GET"]))
def test_no_id_makes_it_fail(plain: httpx.Client, identifier: str, method: str) -> None:
    segment = quote(identifier, safe="", errors="replace")
    if method == "GET":
        asked = "date_from=0001-01-01&date_to=9999-12-31&service_type=full_service"
        answer = plain.get(f"/fitting/stations/{segment}/slots?{asked}", follow_redirects=True)
    else:
        body = {"date": "2026-11-03", "time": "10:00"} if method == "PATCH" else None
        answer = send(plain, method, f"/fitting/bookings/{segment}", body)
    if answer.status_code not in (307, 405):  # an id of nothing or of a slash is another path
        answers_properly(answer)


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b"[]", b"null", b'"x"', b"\xff", b"[" * 100_000, b"9" * 5000, b"NaN", b'{"date": 1e999}', b"{}"],
)
@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_no_broken_json_makes_it_fail(plain: httpx.Client, method: str, raw: bytes) -> None:
    path = "/fitting/bookings" + ("/30001" if method == "PATCH" else "")
    for kind in ("application/json", "text/plain"):
        answer = plain.request(method, path, content=raw, headers={"Content-Type": kind})
        answers_properly(answer)
        assert answer.status_code in (400, 422)


@pytest.mark.parametrize("key", ["", "x" * 201, "\xff"])
def test_no_idempotency_key_makes_it_fail(plain: httpx.Client, key: str) -> None:
    answers_properly(plain.post("/fitting/bookings", json={}, headers={b"Idempotency-Key": key.encode("latin-1")}))


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("station_id", 5, "station_id"),
        ("station_id", None, "station_id"),
        ("date", "2026-02-30", "date"),
        ("date", "tomorrow", "date"),
        ("date", 1700006400, "date"),
        ("date", "2026-12-01", "date"),
        ("date", "2026-11-07", "date"),
        ("date", "2026-11-01", "date and time"),
        ("time", "10:30:15", "time"),
        ("time", 1030, "time"),
        ("time", "10:15", "time"),
        ("time", "21:00", "time"),
        ("service_type", "car_wash", "service_type"),
        ("service_type", "full_service", "service_type"),
        ("customer_phone", "12", "customer_phone"),
        ("customer_phone", "anonymous", "customer_phone"),
        ("customer_name", "a\0", "customer_name"),
        ("vehicle_info", "x" * 201, "vehicle_info"),
        ("tire_diameter", 9, "tire_diameter"),
        ("tire_diameter", 27, "tire_diameter"),
        ("tire_diameter", "16", "tire_diameter"),
        ("tire_diameter", 16.5, "tire_diameter"),
        ("linked_order_id", {}, "linked_order_id"),
        ("call_id", "", "call_id"),
        ("tire_diametr", 16, "tire_diametr"),
    ],
)
async def test_the_wrong_field_is_named(fitting: FittingBench, field: str, value: Any, named: str) -> None:
    answer = await fitting.book(**{"time": "10:00", field: value})
    assert answer.status_code == 422
    assert answer.json()["error"]["message"].startswith(f"{named}: ")
    assert await fitting.count("fitting_bookings") == 0


async def test_a_station_that_is_not_there_is_not_found(fitting: FittingBench) -> None:
    asked = {"date_from": "2026-11-03", "date_to": "2026-11-03", "service_type": "tire_change"}
    for answer in (
        await fitting.book("10:00", station_id="none"),
        await fitting.http.get("/fitting/stations/none/slots", params=asked),
        await fitting.http.get("/fitting/prices", params={"tire_diameter": 16, "station_id": "none"}),
    ):
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "station_not_found")


@pytest.mark.parametrize("booking_id", ["0", "1", "none", "9" * 18, "9" * 19, "-1", "30001x", "٣"])
async def test_a_booking_that_is_not_there_is_not_found(fitting: FittingBench, booking_id: str) -> None:
    for answer in (await fitting.move(booking_id, "10:00"), await fitting.cancel(booking_id)):
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "booking_not_found")


async def test_days_the_wrong_way_round_are_refused(fitting: FittingBench) -> None:
    asked = {"date_from": "2026-11-04", "date_to": "2026-11-03", "service_type": "tire_change"}
    answer = await fitting.http.get(f"/fitting/stations/{ONE_BAY}/slots", params=asked)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid_request")
    assert "date_from" in answer.json()["error"]["message"]


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
def test_without_the_key_nothing_is_done(store: RunningStore, method: str) -> None:
    path = "/fitting/bookings" + ("/30001" if method in ("PATCH", "DELETE") else "")
    answer = httpx.request(method, f"{store.url}/api/v1{path}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "unauthorized")

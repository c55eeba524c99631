"""Whatever is asked, the answer is of the contract's shape and never a 500."""

import re
from collections.abc import Iterator
from urllib.parse import quote, urlencode

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.integration.demo_store.running import API_KEY, RunningStore

NUMBERS = st.one_of(
    st.integers(-(10**30), 10**30).map(str),
    st.floats().map(str),
    st.sampled_from(["", "0", "-0", "1e999", "1e-999", "NaN", "Infinity", "0x10", "١٢", "1_0", " 5 ", "9" * 5000]),
)
WORDS = st.one_of(
    st.text(max_size=40), st.sampled_from(["\0", "a\0b", "'; DROP TABLE store.tires; --", "%", "x" * 5000])
)
ANYTHING = st.one_of(NUMBERS, WORDS, st.sampled_from(["true", "winter", "price_asc", "Michelin"]))
NAMES = st.sampled_from(
    [
        *("width", "profile", "diameter", "season", "brand", "model", "min_price", "max_price", "in_stock", "sort"),
        *("page", "per_page", "make", "year", "modification", "query", "category", "limit", "unknown"),
    ]
)
QUERIES = st.lists(st.tuples(NAMES, ANYTHING), max_size=6)
LISTS = st.sampled_from(["/tires/search", "/vehicles/tires", "/vehicles", "/brands", "/knowledge/search"])

pytestmark = pytest.mark.timeout(300)


def answers_properly(answer: httpx.Response) -> None:
    assert answer.status_code in (200, 400, 404, 422), (answer.status_code, answer.text)
    body = answer.json()
    if answer.status_code == 200:
        assert "data" in body
    else:
        assert set(body) == {"error"}
        assert set(body["error"]) == {"code", "message"}
        assert re.fullmatch(r"[a-z_]+", body["error"]["code"])


@pytest.fixture(scope="module")
def plain(store: RunningStore) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{store.url}/api/v1", headers={"Authorization": f"Bearer {API_KEY}"}) as client:
        yield client


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=LISTS, query=QUERIES)
def test_no_query_makes_it_fail(plain: httpx.Client, path: str, query: list[tuple[str, str]]) -> None:
    answers_properly(plain.get(f"{path}?{urlencode(query, errors='replace')}"))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(make=WORDS, model=WORDS, year=NUMBERS)
def test_no_car_makes_it_fail(plain: httpx.Client, make: str, model: str, year: str) -> None:
    query = urlencode({"make": make, "model": model, "year": year}, errors="replace")
    answers_properly(plain.get(f"/vehicles/tires?{query}"))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tire_id=st.one_of(WORDS, NUMBERS), rest=st.sampled_from(["", "/availability"]))
def test_no_id_makes_it_fail(plain: httpx.Client, tire_id: str, rest: str) -> None:
    answer = plain.get(f"/tires/{quote(tire_id, safe='', errors='replace')}{rest}", follow_redirects=True)
    answers_properly(answer)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=st.one_of(WORDS, st.text(max_size=500)))
def test_no_question_makes_it_fail(plain: httpx.Client, query: str) -> None:
    answers_properly(plain.get(f"/knowledge/search?{urlencode({'query': query}, errors='replace')}"))


@pytest.mark.parametrize("number", [2**31, 2**63, 10**30, -(2**31) - 1, 0, -1])
@pytest.mark.parametrize("name", ["width", "profile", "diameter", "min_price", "max_price", "page", "per_page"])
def test_no_number_alone_makes_it_fail(plain: httpx.Client, name: str, number: int) -> None:
    answers_properly(plain.get("/tires/search", params={name: number}))


@pytest.mark.parametrize("raw", ["brand=%ff%fe", "brand=%00", "width=%C3%28", "&&&===", "a" * 8000, "brand=%ed%a0%80"])
def test_no_broken_encoding_makes_it_fail(plain: httpx.Client, raw: str) -> None:
    answers_properly(plain.get(f"/tires/search?{raw}"))


@pytest.mark.parametrize("language", ["", "uk", "en-US,en;q=0.9", "*", "de, fr;q=0.5", "x" * 200, "\xff", ";;;", "UK"])
def test_no_language_makes_it_fail(plain: httpx.Client, language: str) -> None:
    answers_properly(plain.get("/brands", headers={b"Accept-Language": language.encode("latin-1")}))


@pytest.mark.parametrize("header", [None, "", "Bearer", "Basic ZGVtbzpkZW1v", "Bearer wrong", "Bearer \xff"])
@pytest.mark.parametrize("path", ["/tires/search", "/tires/search?width=bad", "/vehicles", "/tires/x"])
def test_without_the_key_nothing_is_told(store: RunningStore, header: str | None, path: str) -> None:
    headers = {} if header is None else {b"Authorization": header.encode("latin-1")}
    answer = httpx.get(f"{store.url}/api/v1{path}", headers=headers)
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "unauthorized"
    assert answer.headers["www-authenticate"] == "Bearer"


def test_an_unknown_path_and_method_are_refused_in_the_same_shape(plain: httpx.Client) -> None:
    assert (plain.get("/nothing").status_code, plain.get("/nothing").json()["error"]["code"]) == (404, "not_found")
    answer = plain.post("/tires/search")
    assert (answer.status_code, answer.json()["error"]["code"]) == (405, "method_not_allowed")
    for path, methods in (
        ("/orders/1001", "DELETE, GET"),
        ("/orders/search", "GET"),
        ("/fitting/bookings", "GET, POST"),
    ):
        assert plain.put(path).headers["allow"] == methods


def test_contradicting_prices_are_a_bad_request(plain: httpx.Client) -> None:
    answer = plain.get("/tires/search?min_price=2&max_price=1")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_request")

"""The client against a server that hangs, breaks off, refuses and lies, over real sockets."""

import asyncio
import gzip
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest

from store_client import StoreBadAnswer, StoreNotFound, StoreRejected, StoreUnavailable
from store_client.breaker import BreakerState
from store_client.client import StoreClient
from tests.fakes.misbehaving_http import (
    Behaviour,
    Drop,
    Half,
    Hang,
    MisbehavingServer,
    Reply,
    Trickle,
    misbehaving_server,
)

NO_PAGES = {"page": 1, "per_page": 20, "total": 0, "total_pages": 0}
TIRE = {
    "id": 17,
    "brand": "Nokian",
    "model": "Hakkapeliitta 10",
    "size": "215/55 R17",
    "width": 215,
    "profile": 55,
    "diameter": 17,
    "season": "winter",
    "type": "studded",
    "load_index": 98,
    "speed_index": "T",
    "price": 5199.5,
    "currency": "UAH",
    "in_stock": True,
    "stock_quantity": 8,
    "description": "",
    "not_in_the_contract": {"a": 1},
}
EMPTY = Reply.of({"data": [], "pagination": NO_PAGES})
REFUSED_500 = Reply.of({"error": {"code": "internal", "message": "oops"}}, 500)
REFUSED_503 = Reply.of({"error": {"code": "unavailable", "message": "later"}}, 503)


class Clock:
    now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


class Bench:
    def __init__(self, server: MisbehavingServer, timeout_s: float) -> None:
        self.server = server
        self.clock = Clock()
        self.states: list[BreakerState] = []
        self.client = StoreClient(
            server.url, "secret", timeout_s=timeout_s, on_state_change=self.states.append, clock_s=self.clock
        )

    async def unavailable(self) -> str:
        with pytest.raises(StoreUnavailable) as caught:
            await self.client.search_tires()
        return caught.value.kind


@asynccontextmanager
async def open_bench(timeout_s: float) -> AsyncIterator[Bench]:
    async with misbehaving_server() as server:
        bench = Bench(server, timeout_s)
        yield bench
        await bench.client.aclose()


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    """With a deadline that a busy machine meets."""
    async with open_bench(timeout_s=20) as bench:
        yield bench


@pytest.fixture
async def hasty() -> AsyncIterator[Bench]:
    """With a deadline worth waiting for, where the server keeps silent."""
    async with open_bench(timeout_s=0.6) as bench:
        yield bench


async def test_a_search_sends_what_was_given_and_its_key(bench: Bench) -> None:
    bench.server.script = [EMPTY]
    await bench.client.search_tires(
        width=205, season="winter", brand="Мішлен & Co", in_stock=True, max_price=Decimal("99.5")
    )
    target = urlsplit(bench.server.requests[0])
    assert target.path == "/api/v1/tires/search"
    assert parse_qs(target.query) == {
        "width": ["205"],
        "season": ["winter"],
        "brand": ["Мішлен & Co"],
        "in_stock": ["true"],
        "max_price": ["99.5"],
        "page": ["1"],
        "per_page": ["20"],
    }
    assert bench.server.headers[0]["authorization"] == "Bearer secret"
    assert bench.server.headers[0]["accept-language"] == "uk"


async def test_fields_beyond_the_contract_and_numeric_ids_are_taken(bench: Bench) -> None:
    bench.server.script = [Reply.of({"data": [TIRE], "pagination": {**NO_PAGES, "total": 1}, "x": 1})]
    (tire,) = (await bench.client.search_tires()).tires
    assert (tire.id, tire.load_index, tire.price) == ("17", "98", Decimal("5199.5"))


async def test_one_connection_serves_many_calls(bench: Bench) -> None:
    bench.server.script = [EMPTY]
    for _ in range(5):
        await bench.client.search_tires()
    assert bench.server.connections == 1


async def test_every_page_of_a_list_is_read(bench: Bench) -> None:
    def page(number: int, name: str) -> Reply:
        pagination = {"page": number, "per_page": 1, "total": 2, "total_pages": 2}
        return Reply.of({"data": [{"name": name}], "pagination": pagination})

    bench.server.script = [page(1, "Michelin"), page(2, "Nokian")]
    assert [brand.name for brand in await bench.client.brands()] == ["Michelin", "Nokian"]


@pytest.mark.parametrize("tire_id", ["a/../../orders", "what?x=1#y", "шина \x00", "\ud800", "%2e%2e", "../.."])
async def test_an_id_that_a_model_made_up_stays_one_segment_of_the_path(bench: Bench, tire_id: str) -> None:
    bench.server.script = [Reply.of({"error": {"code": "tire_not_found", "message": ""}}, 404)]
    with pytest.raises(StoreNotFound):
        await bench.client.availability(tire_id)
    path = urlsplit(bench.server.requests[0]).path
    assert path.count("/") == 5
    assert path.endswith("/availability")


@pytest.mark.parametrize("tire_id", ["", ".", ".."])
async def test_an_id_of_dots_is_not_even_asked_for(bench: Bench, tire_id: str) -> None:
    with pytest.raises(StoreNotFound):
        await bench.client.tire(tire_id)
    assert bench.server.requests == []


async def test_a_503_is_tried_again(bench: Bench) -> None:
    bench.server.script = [REFUSED_503, EMPTY]
    assert (await bench.client.search_tires()).tires == ()
    assert len(bench.server.requests) == 2


@pytest.mark.parametrize("trouble", [Half(), Drop(), Reply(200, b"", ("Not a header",))])
async def test_a_connection_that_breaks_off_is_tried_again(bench: Bench, trouble: Behaviour) -> None:
    bench.server.script = [trouble, EMPTY]
    await bench.client.search_tires()
    assert bench.server.connections == 2


async def test_a_question_is_sent_three_times_at_most(bench: Bench) -> None:
    bench.server.script = [Drop()]
    assert await bench.unavailable() == "connection"
    assert len(bench.server.requests) == 3


async def test_a_connection_that_was_closed_meanwhile_fails_no_question(bench: Bench) -> None:
    bench.server.script = [Reply.of({"data": [], "pagination": NO_PAGES}, closes=True)]
    for _ in range(3):
        await bench.client.search_tires()
    assert bench.server.connections == 3


async def test_a_packed_answer_is_read(bench: Bench) -> None:
    bench.server.script = [Reply(200, gzip.compress(EMPTY.body), ("Content-Encoding: gzip",))]
    assert (await bench.client.search_tires()).tires == ()


async def test_no_cookie_is_kept(bench: Bench) -> None:
    bench.server.script = [Reply.of({"data": [], "pagination": NO_PAGES}, 200, "Set-Cookie: a=b; Path=/")]
    for _ in range(2):
        await bench.client.search_tires()
    assert "cookie" not in bench.server.headers[1]


async def test_a_proxy_of_the_environment_is_not_asked(
    bench: Bench, free_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free_port}")
    bench.server.script = [EMPTY]
    await bench.client.search_tires()


async def test_a_hanging_connection_is_tried_again_within_the_deadline() -> None:
    async with open_bench(timeout_s=4) as bench:
        bench.server.script = [Hang(), EMPTY]
        await bench.client.search_tires()
        assert bench.server.connections == 2


@pytest.mark.parametrize("behaviour", [Hang(), Trickle()])
async def test_the_deadline_holds_whatever_the_server_does(hasty: Bench, behaviour: Hang | Trickle) -> None:
    hasty.server.script = [behaviour]
    assert await hasty.unavailable() == "timeout"


async def test_a_500_is_not_tried_again(bench: Bench) -> None:
    bench.server.script = [REFUSED_500]
    assert await bench.unavailable() == "server"
    assert len(bench.server.requests) == 1


async def test_nobody_listening_is_a_connection_fault(free_port: int) -> None:
    client = StoreClient(f"http://127.0.0.1:{free_port}/api/v1", "k", timeout_s=0.5)
    with pytest.raises(StoreUnavailable) as caught:
        await client.search_tires()
    assert caught.value.kind == "connection"
    await client.aclose()


@pytest.mark.parametrize(("status", "code"), [(400, "invalid_request"), (401, "unauthorized"), (422, "x"), (429, "y")])
async def test_a_refusal_carries_status_and_code_and_is_not_tried_again(bench: Bench, status: int, code: str) -> None:
    bench.server.script = [Reply.of({"error": {"code": code, "message": "m"}}, status)]
    with pytest.raises(StoreRejected) as caught:
        await bench.client.search_tires()
    assert (caught.value.status, caught.value.code) == (status, code)
    assert len(bench.server.requests) == 1


async def test_a_refusal_without_the_contracts_body_is_still_a_refusal(bench: Bench) -> None:
    bench.server.script = [Reply(429, b"<html>slow down</html>")]
    with pytest.raises(StoreRejected) as caught:
        await bench.client.search_tires()
    assert (caught.value.status, caught.value.code) == (429, "unknown")


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, b"<html>"),
        Reply(200, b""),
        Reply(200, b"\xff\xfe"),
        Reply.of({"data": [{}]}),
        Reply(302, b""),
        Reply(307, b"", ("Location: /api/v1/tires/search",)),
        Reply(200, b"not packed", ("Content-Encoding: gzip",)),
        Reply(200, gzip.compress(bytes(5 * 2**20)), ("Content-Encoding: gzip",)),
        Reply(200, EMPTY.body.ljust(5 * 2**20)),
        Reply(204),
    ],
)
async def test_what_the_contract_does_not_allow_is_a_bad_answer(bench: Bench, reply: Reply) -> None:
    bench.server.script = [reply]
    with pytest.raises(StoreBadAnswer):
        await bench.client.search_tires()
    assert len(bench.server.requests) == 1


async def test_five_faults_of_the_server_open_the_breaker_and_a_probe_closes_it(bench: Bench) -> None:
    bench.server.script = [REFUSED_500]
    assert [await bench.unavailable() for _ in range(5)] == ["server"] * 5
    assert bench.client.breaker_open
    assert await bench.unavailable() == "breaker_open"
    assert len(bench.server.requests) == 5

    bench.clock.now_s += 30
    assert not bench.client.breaker_open
    bench.server.script = [EMPTY]
    await bench.client.search_tires()
    assert bench.states == [BreakerState.OPEN, BreakerState.PROBING, BreakerState.CLOSED]


async def test_while_a_probe_is_out_others_fail_at_once_and_it_is_sent_once(hasty: Bench) -> None:
    hasty.server.script = [REFUSED_500]
    for _ in range(5):
        await hasty.unavailable()
    hasty.clock.now_s += 30
    hasty.server.script = [Hang()]
    kinds = await asyncio.gather(*(hasty.unavailable() for _ in range(4)))
    assert sorted(kinds) == ["breaker_open"] * 3 + ["timeout"]
    assert len(hasty.server.requests) == 6
    assert hasty.client.breaker_open


async def test_refusals_never_open_the_breaker(bench: Bench) -> None:
    bench.server.script = [Reply.of({"error": {"code": "x", "message": ""}}, 429)]
    for _ in range(10):
        with pytest.raises(StoreRejected):
            await bench.client.search_tires()
    bench.server.script = [Reply.of({"error": {"code": "x", "message": ""}}, 404)]
    for _ in range(10):
        with pytest.raises(StoreNotFound):
            await bench.client.tire("x")
    assert bench.states == []


async def test_calls_cancelled_by_the_caller_never_open_the_breaker(bench: Bench) -> None:
    bench.server.script = [Hang()]
    for _ in range(6):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(bench.client.search_tires(), 0.05)
    assert bench.states == []


async def test_no_query_reaches_the_log(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    bench.server.script = [REFUSED_503]
    with pytest.raises(StoreUnavailable):
        await bench.client.search_tires(brand="0671234567")
    assert "0671234567" not in caplog.text

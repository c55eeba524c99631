"""The REST API over a real PostgreSQL."""

import csv
import io
import json
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.api.filters import decode_cursor, encode_cursor
from analytics.api.problems import ProblemError
from analytics.cost import Backends
from analytics.finish import finish_call
from callcenter.config import WebSettings
from callcenter.embedded.postgres import EmbeddedPostgres
from callcenter.errors import ConfigurationError
from callcenter.journal import migrate
from callcenter.journal.repository import Repository
from callcenter.records import CallEnded, HangupBy, Outcome, Record, Scenario, TransferReason
from callcenter.shop.prices import PriceTable
from callcenter.shop.source import read_yaml
from tests.fakes.recorded_calls import TIMELINE, RecordedCall
from tests.integration.analytics.web import SHOP, browsing, settings_for

LIST = "/api/v1/analytics/calls"
LATENCY = "/api/v1/analytics/latency"
MIDNIGHT_IN_KYIV = datetime(2026, 11, 19, 22, 0, tzinfo=UTC)


@pytest.fixture
async def client(journal_url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with browsing(settings_for(journal_url)) as client:
        yield client


async def save(database: asyncpg.Connection, *calls: RecordedCall) -> None:
    for call in calls:
        await Repository("owner", b"secret").save(database, call.all())


async def finish(database: asyncpg.Connection, call: RecordedCall) -> None:
    prices = read_yaml(SHOP / "prices.yaml").parse(PriceTable)
    await finish_call(database, call.call_id, call.started_at, prices, Backends("openai", "openai"))


async def ids(client: httpx.AsyncClient, **parameters: Any) -> set[UUID]:
    answer = await client.get(LIST, params=parameters)
    assert answer.status_code == 200, answer.text
    return {UUID(call["id"]) for call in answer.json()["data"]}


async def test_a_call_is_shown_with_its_turns_tool_calls_and_events(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    call = RecordedCall()
    await save(database, call)
    await finish(database, call)
    answer = await client.get(f"{LIST}/{call.call_id}")
    found = answer.json()["data"]
    assert found["caller_id"] == "+380671234567"
    assert (found["scenario"], found["outcome"], found["duration_seconds"]) == ("tire_search", "resolved", 60.0)
    assert found["transferred_to_operator"] is False
    assert [turn["speaker"] for turn in found["turns"]] == ["bot", "customer", "bot"]
    assert found["turns"][2]["content_heard"] == "I have Nokian"
    assert found["tool_calls"][0]["tool_result"] == [{"model": "Nokian Hakkapeliitta", "price": 4200}]
    assert found["events"][0]["kind"] == "barge_in"
    assert found["figures"]["customer_turns"] == 1
    wasted_usd = found["cost_breakdown"].pop("wasted_usd")
    assert found["total_cost_usd"] == pytest.approx(sum(found["cost_breakdown"].values()))
    assert wasted_usd == 0
    assert list(found["turns"][2]["timeline"].items()) == list(TIMELINE.items())
    assert (found["turns"][2]["speculation"], found["turns"][2]["tts_backend"]) == ("kept", "espeak")
    assert (found["turns"][0]["timeline"], found["turns"][0]["speculation"]) == ({}, None)
    assert "owner" not in found


async def test_a_call_in_progress_is_shown_too(client: httpx.AsyncClient, database: asyncpg.Connection) -> None:
    call = RecordedCall(caller_id=None)
    await Repository("owner", b"secret").save(database, [call.started(), call.said(0, "Good morning")])
    (listed,) = (await client.get(LIST)).json()["data"]
    shown = (await client.get(f"{LIST}/{call.call_id}")).json()["data"]
    assert listed["ended_at"] is shown["ended_at"] is None
    assert (shown["caller_id"], shown["cost_breakdown"], len(shown["turns"])) == (None, None, 1)


async def test_each_filter_finds_its_calls_and_no_others(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    plain, other = RecordedCall(), RecordedCall(caller_id="+380501112233", started_at=MIDNIGHT_IN_KYIV)
    await save(database, plain)
    transferred = CallEnded(
        other.call_id, other.started_at, other.at(30), Outcome.TRANSFERRED, HangupBy.AGENT,
        Scenario.OPERATOR_REQUEST, "uk", TransferReason.CUSTOMER_REQUEST, "wants a human",
    )  # fmt: skip
    records: list[Record] = [other.started(), other.said(1, "З'єднайте з оператором, зимові шини"), transferred]
    await Repository("owner", b"secret").save(database, records)
    await finish(database, other)
    only_plain: list[dict[str, Any]] = [
        {"scenario": "tire_search"},
        {"outcome": "resolved"},
        {"transferred": "false"},
        {"caller": "+380671234567"},
        {"caller": "380 67 123-45-67"},
        {"q": "Toyota camry"},
        {"date_from": "2026-11-20T09:30:00Z"},
        {"date_from": "2026-11-20T11:30:00+02:00"},
    ]
    only_other: list[dict[str, Any]] = [
        {"scenario": "operator_request"},
        {"transferred": "true"},
        {"caller": "+380501112233"},
        {"q": "зимова шина"},
        {"q": "З’ЄДНАЙТЕ"},
        {"date_to": "2026-11-20T00:00:00"},
        {"date_from": "2026-11-20", "date_to": "2026-11-20T00:00:00"},
    ]
    for parameters in only_plain:
        assert await ids(client, **parameters) == {plain.call_id}, parameters
    for parameters in only_other:
        assert await ids(client, **parameters) == {other.call_id}, parameters
    assert await ids(client, date_from="2026-11-20", date_to="2026-11-20") == {plain.call_id, other.call_id}
    nobodys = [{"date_to": "2026-11-19"}, {"q": "!?"}, {"q": "Toyota шини"}, {"caller": "67"}, {"outcome": "refused"}]
    for nobody in nobodys:
        assert await ids(client, **nobody) == set(), nobody


@pytest.mark.parametrize(
    "sort",
    ["started_at", "-started_at", "duration_seconds", "-duration_seconds", "total_cost_usd", "-total_cost_usd"],
)
async def test_pages_follow_each_other_without_gap_or_overlap(
    client: httpx.AsyncClient, database: asyncpg.Connection, sort: str
) -> None:
    start = datetime(2026, 10, 31, 23, 50, tzinfo=UTC)
    calls = [RecordedCall(started_at=start + timedelta(minutes=number // 3)) for number in range(40)]
    for number, call in enumerate(calls):
        await Repository("owner", b"secret").save(database, [call.started(), call.said(1, "x", stt_audio_ms=number)])
        if number % 4:
            await Repository("owner", b"secret").save(database, [call.ended(after_s=10 + number % 7)])
        if number % 4 > 1:
            await finish(database, call)
    key = sort.removeprefix("-")
    seen: list[dict[str, Any]] = []
    cursor = None
    while True:
        parameters: dict[str, Any] = {"sort": sort, "limit": 7, **({"cursor": cursor} if cursor else {})}
        page = (await client.get(LIST, params=parameters)).json()
        seen += page["data"]
        if not (cursor := page["next_cursor"]):
            break
        assert len(page["data"]) == 7
    assert {UUID(call["id"]) for call in seen} == {call.call_id for call in calls}
    assert len(seen) == 40
    values = [-1 if call[key] is None else call[key] for call in seen]
    assert values == sorted(values, reverse=sort.startswith("-"))


async def test_the_export_holds_every_call_and_nothing_that_a_spreadsheet_runs(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    start = datetime(2026, 11, 1, tzinfo=UTC)
    calls = [RecordedCall(started_at=start + timedelta(seconds=number)) for number in range(1100)]
    await Repository("owner", b"secret").save(database, [call.started() for call in calls])
    evil = RecordedCall(caller_id='=HYPERLINK("http://evil","x")')
    await Repository("owner", b"secret").save(database, [evil.started()])
    answer = await client.get(f"{LIST}.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert {UUID(row["id"]) for row in rows} == {call.call_id for call in [*calls, evil]}
    assert rows[0]["caller_id"] == '\'=HYPERLINK("http://evil","x")'
    assert rows[1]["caller_id"] == "+380671234567"
    filtered = await client.get(f"{LIST}.csv", params={"date_from": "2026-11-20"})
    assert len(filtered.text.splitlines()) == 2


# ------------------------------------------------------------ where the time goes


async def answered(database: asyncpg.Connection, started_at: datetime, *, ms: int, **more: Any) -> None:
    """A call with one answer whose first words came after so long, and its first sound 100 ms later."""
    call = RecordedCall(started_at=started_at)
    timeline = {"endpoint": 380, "transcript": 210, "first_token": ms, "first_audio": ms + 100}
    said = call.said(2, "I have Nokian", timeline=timeline, **more)
    await Repository("owner", b"secret").save(database, [call.started(), call.said(1, "winter tires"), said])


async def test_latency_tells_percentiles_of_each_stage_over_the_asked_days(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    for number in range(1, 101):
        await answered(database, MIDNIGHT_IN_KYIV + timedelta(minutes=number), ms=number * 10)
    await answered(database, MIDNIGHT_IN_KYIV - timedelta(minutes=1), ms=100_000)
    answer = await client.get(LATENCY, params={"date_from": "2026-11-20", "date_to": "2026-11-20"})
    found = answer.json()["data"]
    assert found["stages"] == [
        {"stage": "endpoint", "answers": 100, "p50_ms": 380, "p95_ms": 380},
        {"stage": "transcript", "answers": 100, "p50_ms": 210, "p95_ms": 210},
        {"stage": "first_token", "answers": 100, "p50_ms": 500, "p95_ms": 950},
        {"stage": "first_audio", "answers": 100, "p50_ms": 600, "p95_ms": 1050},
    ]
    assert datetime.fromisoformat(found["started_from"]) == MIDNIGHT_IN_KYIV
    assert datetime.fromisoformat(found["started_before"]) == MIDNIGHT_IN_KYIV + timedelta(days=1)


async def test_latency_tells_what_guesses_brought_and_what_they_wasted(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    now = datetime.now(UTC)
    await answered(database, now - timedelta(days=1), ms=400, speculation="kept", endpoint_reason="words")
    await answered(database, now - timedelta(days=2), ms=400, speculation="kept", endpoint_reason="silence")
    wasted = {
        "wasted_tokens_in": 900,
        "wasted_tokens_out": 12,
        "wasted_tts_characters": 30,
        "wasted_stt_audio_ms": 1500,
    }
    thrown_away: dict[str, Any] = {"speculation": "thrown away", "endpoint_reason": "silence", **wasted}
    await answered(database, now - timedelta(days=3), ms=700, **thrown_away)
    await answered(database, now - timedelta(days=8), ms=700, **thrown_away)  # before the last seven days
    found = (await client.get(LATENCY)).json()["data"]
    assert found["speculations"] == {"kept": 2, "thrown away": 1}
    assert found["endpoint_reasons"] == {"silence": 2, "words": 1}
    assert found["wasted"] == {"tokens_in": 900, "tokens_out": 12, "tts_characters": 30, "stt_audio_ms": 1500}


async def test_latency_of_no_calls_is_empty(client: httpx.AsyncClient) -> None:
    found = (await client.get(LATENCY, params={"date_to": "2026-11-20"})).json()["data"]
    assert (found["stages"], found["speculations"], found["wasted"]["tokens_in"]) == ([], {}, 0)
    began = datetime.fromisoformat(found["started_from"])
    assert datetime.fromisoformat(found["started_before"]) - began == timedelta(days=7)


# ------------------------------------------------------------ what is not valid


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({"scenario": "dancing"}, "scenario"),
        ({"outcome": ""}, "outcome"),
        ({"limit": "0"}, "limit"),
        ({"limit": "1000000"}, "limit"),
        ({"limit": "ten"}, "limit"),
        ({"date_from": "yesterday"}, "date_from"),
        ({"date_from": "2026-02-30"}, "date_from"),
        ({"date_from": "0001-01-01"}, "date_from"),
        ({"date_to": "9999-12-31"}, "date_to"),
        ({"date_to": "9999-12-31T23:59:59-23:59"}, "date_to"),
        ({"date_from": "1700000000"}, "date_from"),
        ({"transferred": "perhaps"}, "transferred"),
        ({"q": "nul\0byte"}, "q"),
        ({"q": "x" * 201}, "q"),
        ({"caller": "\r\n"}, "caller"),
        ({"sort": "caller_id; DROP TABLE calls"}, "sort"),
        ({"cursor": "x"}, "cursor"),
        ({"cursor": "!!!"}, "cursor"),
        ({"cursor": encode_cursor("duration_seconds", (1.0, UUID(int=1)))}, "cursor"),
        ({"unknown": "1"}, "unknown"),
    ],
)
async def test_what_is_not_valid_is_a_problem_that_names_its_field(
    client: httpx.AsyncClient, parameters: dict[str, str], field: str
) -> None:
    answer = await client.get(LIST, params=parameters)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert (body["type"], body["status"]) == ("about:blank", 422)
    assert body["title"].startswith("Unprocessable")
    assert field in [error["field"].split(".")[0] for error in body["errors"]]
    assert "DROP" not in json.dumps(body["errors"])


@pytest.mark.parametrize("path", [f"{LIST}/not-a-uuid", f"{LIST}/%00", f"{LIST}/{'f' * 5000}"])
async def test_what_is_no_uuid_is_not_valid(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 422


async def test_a_call_that_is_not_there_and_a_page_that_is_not_there_are_problems(client: httpx.AsyncClient) -> None:
    for path in (f"{LIST}/{uuid4()}", "/api/v1/nothing"):
        answer = await client.get(path)
        assert (answer.status_code, answer.json()["status"]) == (404, 404)
        assert answer.headers["content-type"] == "application/problem+json"
    answer = await client.delete(LIST)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")


anything = st.text(max_size=30) | st.integers().map(str) | st.sampled_from(["2026-11-20", "-started_at", "true", "\0"])
NAMES = ["date_from", "date_to", "scenario", "outcome", "transferred", "caller", "q", "sort", "cursor", "limit", "x"]


@given(
    parameters=st.dictionaries(st.sampled_from(NAMES), anything, max_size=4),
    path=st.sampled_from([LIST, f"{LIST}.csv", LATENCY, "/", "/latency", "/docs", "/metrics"]),
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_whatever_is_asked_there_is_an_answer(
    client: httpx.AsyncClient, parameters: dict[str, str], path: str
) -> None:
    encodable = {name: value.encode("utf-8", "replace").decode() for name, value in parameters.items()}
    answer = await client.get(path, params=encodable)
    assert answer.status_code in (200, 422)


@given(
    cursor=st.text(max_size=60) | st.binary(max_size=60).map(lambda b: b.hex()),
    sort=st.sampled_from(["started_at", "-total_cost_usd"]),
)
def test_a_cursor_that_we_have_not_made_is_refused(cursor: str, sort: Any) -> None:
    with pytest.raises(ProblemError):
        decode_cursor(cursor, sort)


@given(value=st.datetimes(datetime(1900, 1, 1), datetime(2500, 1, 1), timezones=st.just(UTC)), call_id=st.uuids())
def test_a_cursor_leads_back_to_its_place(value: datetime, call_id: UUID) -> None:
    assert decode_cursor(encode_cursor("-started_at", (value, call_id)), "-started_at") == (value, call_id)


# ------------------------------------------------------------ what operations ask


async def test_ready_tells_of_each_component(journal_url: str, redis_url: str) -> None:
    async with browsing(settings_for(journal_url, redis_url)) as client:
        answer = await client.get("/readyz")
        assert (await client.get("/healthz")).status_code == 200
    assert answer.status_code == 200
    components = answer.json()["components"]
    assert {name: state["ready"] for name, state in components.items()} == {
        "postgresql": True,
        "redis": True,
        "media_server": False,
        "store": False,
    }


async def test_without_the_tables_we_are_not_ready(postgres_url: str) -> None:
    async with browsing(settings_for(postgres_url)) as client:
        answer = await client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["components"]["postgresql"]["ready"] is False
    assert answer.json()["components"]["redis"]["ready"] is False


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(tmp_path / "postgres", tmp_path / "postgres.log", durable=False)
    server.start()
    server.ensure_database()
    migrate.upgrade(server.url())
    yield server
    server.stop()


async def test_while_postgresql_is_away_every_page_says_so_and_comes_back(own_server: EmbeddedPostgres) -> None:
    async with browsing(settings_for(own_server.url())) as client:
        assert (await client.get(LIST)).status_code == 200
        own_server.stop()
        for path in (LIST, f"{LIST}.csv", f"{LIST}/{uuid4()}", LATENCY):
            answer = await client.get(path)
            assert answer.status_code == 503
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.headers["retry-after"]
        for path in ("/", f"/calls/{uuid4()}", "/latency"):
            answer = await client.get(path)
            assert answer.status_code == 503
            assert "The database does not answer" in answer.text
        assert (await client.get("/readyz")).status_code == 503
        assert (await client.get("/healthz")).status_code == 200
        assert "callcenter_outbox_depth" not in (await client.get("/metrics")).text
        own_server.start()
        assert (await client.get(LIST)).status_code == 200


async def test_metrics_tell_what_calls_cost_and_what_waits(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    first, second = RecordedCall(), RecordedCall()
    await save(database, first, second)
    await finish(database, first)
    await client.get(f"{LIST}/{first.call_id}")
    text = (await client.get("/metrics")).text
    assert 'callcenter_cost_usd_total{component="telephony",model="*"} 0.01' in text
    assert "callcenter_outbox_depth 1.0" in text
    assert 'route="/api/v1/analytics/calls/{call_id}"' in text
    assert str(first.call_id) not in text


# ------------------------------------------------------------ who may ask


async def test_without_a_token_only_this_machine_by_its_own_name_is_answered(journal_url: str) -> None:
    for name in ("127.0.0.1:8080", "localhost", "[::1]:8080", "127.5.5.5"):
        async with browsing(settings_for(journal_url), f"http://{name}") as client:
            assert (await client.get(LIST)).status_code == 200
    for name in ("evil.example", "127.0.0.1.evil.example", "192.168.1.5:8080", "localhost.evil.example:8080"):
        async with browsing(settings_for(journal_url), f"http://{name}") as client:
            assert (await client.get(LIST)).status_code == 421


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::", "shop.example"])  # noqa: S104  refused
async def test_the_world_is_not_served_without_a_token(journal_url: str, host: str) -> None:
    with pytest.raises(ConfigurationError, match=r"web\.token"):
        async with browsing(settings_for(journal_url, web=WebSettings(host=host))):
            pass


async def test_with_a_token_everybody_must_know_it(journal_url: str) -> None:
    web = WebSettings.model_validate({"host": "192.168.1.5", "token": "тюльпан"})
    async with browsing(settings_for(journal_url, web=web), "http://shop.example") as client:
        for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic !"}, {"Authorization": "x"}):
            answer = await client.get(LIST, headers=headers)
            assert answer.status_code == 401
            assert answer.headers["www-authenticate"].startswith("Basic")
            assert (await client.get("/", headers=headers)).status_code == 401
        assert (await client.get(LIST, headers={b"Authorization": "Bearer тюльпан".encode()})).status_code == 200
        assert (await client.get(LIST, auth=("anybody", "тюльпан"))).status_code == 200
        for path in ("/healthz", "/readyz", "/metrics"):
            assert (await client.get(path)).status_code in (200, 503)


async def test_every_answer_forbids_a_browser_what_it_need_not_do(client: httpx.AsyncClient) -> None:
    for path in ("/", LIST, "/docs", "/nothing", "/static/style.css", f"{LIST}?limit=0"):
        headers = (await client.get(path)).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
    assert (await client.get(LIST)).headers["cache-control"] == "no-store"


async def test_the_log_holds_routes_and_never_a_query(
    client: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    await client.get(LIST, params={"caller": "+380671234567"})
    await client.get(f"/calls/{uuid4()}?q=secret")
    written = "".join(capsys.readouterr())
    assert "/api/v1/analytics/calls" in written
    assert "/calls/{call_id}" in written
    assert "380671234567" not in written
    assert "secret" not in written


async def test_the_description_of_the_api_is_complete_and_loads_nothing_from_elsewhere(
    client: httpx.AsyncClient,
) -> None:
    schema = (await client.get("/openapi.json")).json()
    assert set(schema["paths"]) == {
        *(LIST, f"{LIST}.csv", f"{LIST}/{{call_id}}", LATENCY),
        *("/api/v1/handovers", "/api/v1/calls/{call_id}/handover"),
    }
    assert {parameter["name"] for parameter in schema["paths"][LIST]["get"]["parameters"]} == set(NAMES) - {"x"}
    page = (await client.get("/docs")).text
    assert f"GET {LIST}/{{call_id}}" in page
    assert "<script" not in page
    assert "//" not in page.replace("<!doctype", "").replace("http://www.w3.org", "")

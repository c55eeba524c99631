"""What operators are told, over the API and on the call's page, over a real PostgreSQL."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any, get_args
from zoneinfo import ZoneInfo

import asyncpg
import httpx
import pytest

from callcenter.journal.repository import Repository
from callcenter.ports import Language
from callcenter.records import CallLeftAsterisk, ChangeOutcome, Found, Outcome, Record, TransferReason
from tests.fakes.recorded_calls import DRAFT, RecordedCall
from tests.integration.analytics.test_pages import read
from tests.integration.analytics.web import browsing, settings_for

LIST = "/api/v1/handovers"
NOW = datetime.now(UTC)
GOODS = "goods: 4 × Nokian Hakka 205/55 R16; total: 16800"


@pytest.fixture
async def client(journal_url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with browsing(settings_for(journal_url)) as client:
        yield client


async def save(database: asyncpg.Connection, *records: Record) -> None:
    await Repository("owner", b"secret").save(database, records)


async def ids(client: httpx.AsyncClient, **asked: Any) -> list[str]:
    answer = await client.get(LIST, params=asked)
    assert answer.status_code == 200, answer.text
    return [call["call_id"] for call in answer.json()["data"]]


async def test_a_call_that_is_being_handed_over_is_shown_at_once(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    call = RecordedCall(started_at=NOW)
    await save(database, call.started(), call.handover(words="A nice caller."))
    (listed,) = (await client.get(LIST)).json()["data"]
    shown = (await client.get(f"/api/v1/calls/{call.call_id}/handover")).json()["data"]
    assert shown == listed
    assert (shown["call_id"], shown["caller_id"]) == (str(call.call_id), "+380671234567")
    assert (shown["reason"], shown["scenario"], shown["waiting"]) == ("customer_request", "order_creation", True)
    assert shown["summary"] == "Tires: winter, for Toyota Camry."
    assert (shown["words"], shown["ended_at"], shown["operator_answered"]) == ("A nice caller.", None, None)
    assert shown["found"]["order"] == {"id": "7", **DRAFT, "delivery": "Lviv", "payment": "cod"}
    assert shown["found"]["unsure"][0]["reason"] == "store: timeout"
    whole = (await client.get(f"/api/v1/analytics/calls/{call.call_id}")).json()["data"]
    assert whole["handover"] == shown


async def test_the_list_holds_what_waits_now_the_newest_first(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    begun, queued, over, hung_up, forgotten, refused = calls = [
        RecordedCall(started_at=NOW - timedelta(minutes=minutes), caller_id=f"+38067123456{minutes % 10}")
        for minutes in (1, 2, 3, 4, 61, 5)
    ]
    for call in calls:
        await save(database, call.started(), call.handover())
    await save(database, queued.ended(Outcome.TRANSFERRED), over.ended(Outcome.TRANSFERRED))
    await save(database, CallLeftAsterisk(over.call_id, over.started_at, NOW, 16, None, 5.0, True, 60.0))
    await save(database, hung_up.ended(Outcome.ABANDONED), refused.ended(Outcome.REFUSED))
    waiting = [str(call.call_id) for call in (begun, queued, refused)]
    others = [str(call.call_id) for call in (over, hung_up, forgotten)]
    assert await ids(client, waiting="true") == waiting
    assert await ids(client) == waiting + others
    assert await ids(client, limit=1) == waiting[:1]
    assert await ids(client, caller="38 067 123 45 62") == [str(queued.call_id)]
    assert await ids(client, since=(NOW - timedelta(minutes=3, seconds=30)).isoformat()) == [*waiting[:2], others[0]]
    since = NOW.astimezone(ZoneInfo("Europe/Kyiv")).date() + timedelta(days=1)
    assert await ids(client, since=since.isoformat()) == []


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 6])
async def test_page_after_page_nothing_is_left_out_nor_told_twice(
    client: httpx.AsyncClient, database: asyncpg.Connection, limit: int
) -> None:
    calls = [RecordedCall(started_at=NOW - timedelta(minutes=minutes)) for minutes in range(6)]
    for number, call in enumerate(calls):
        await save(database, call.started(), call.handover())
        if number % 2:
            await save(database, call.ended(Outcome.ABANDONED))
    told, cursor, pages = list[str](), None, 0
    while pages == 0 or cursor is not None:
        answer = (await client.get(LIST, params={"limit": limit, **({"cursor": cursor} if cursor else {})})).json()
        told += [call["call_id"] for call in answer["data"]]
        cursor, pages = answer["next_cursor"], pages + 1
    assert told == [str(call.call_id) for call in (*calls[::2], *calls[1::2])]
    assert pages == -(-len(calls) // limit)


async def test_of_a_call_that_broke_off_it_is_told_what_its_caller_said(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    call = RecordedCall(started_at=NOW)
    await save(database, call.started(), call.said(1, "Winter tires"), call.said(2, "Which car?"))
    await save(database, *(call.said(number, f"words {number}") for number in (3, 5, 7)))
    fault = TransferReason.COMPONENT_FAILURE
    await save(database, call.handover(reason=fault, summary="", found=Found()), call.ended(Outcome.FAILED))
    (told,) = (await client.get(LIST)).json()["data"]
    assert (told["said"], told["summary"], told["waiting"]) == (["words 7", "words 5", "words 3"], "", True)
    listed = await read(client, "/handovers")
    assert "words 7 … words 5 … words 3" in listed.text
    page = await read(client, f"/calls/{call.call_id}")
    assert "The caller's last words: “words 7”; “words 5”; “words 3”" in " ".join(page.text.split())


@pytest.mark.parametrize("language", get_args(Language))
async def test_the_page_of_hand_overs_has_the_waiting_ones_first(
    client: httpx.AsyncClient, database: asyncpg.Connection, language: Language
) -> None:
    assert not (await read(client, "/handovers", params={"lang": language})).unlabelled
    calls = [RecordedCall(started_at=NOW - timedelta(seconds=number)) for number in range(52)]
    for call in calls:
        await save(database, call.started(), call.handover(), call.ended(Outcome.ABANDONED))
    waiting = RecordedCall(started_at=NOW - timedelta(minutes=10))
    await save(database, waiting.started(), waiting.handover())
    page = await read(client, "/handovers", params={"lang": language})
    links = [str(found["href"]) for tag, found in page.elements if tag == "a" and "/calls/" in str(found["href"])]
    assert links[0] == f"/calls/{waiting.call_id}?lang={language}"
    assert len(links) == 50
    older = {"en": "Older calls", "uk": "Давніші дзвінки", "ru": "Более ранние звонки"}[language]
    rest = await read(client, page.links[older])
    assert len([tag for tag, found in rest.elements if tag == "a" and "/calls/" in str(found["href"])]) == 3
    assert older not in rest.links


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"{LIST}?limit=0", 422),
        (f"{LIST}?since=yesterday", 422),
        (f"{LIST}?cursor=nonsense", 422),
        (f"{LIST}?nonsense=1", 422),
        (f"{LIST}?caller=%00", 422),
        ("/api/v1/calls/6f9619ff-8b86-4011-b42d-00c04fc964ff/handover", 404),
        ("/api/v1/calls/nonsense/handover", 422),
    ],
)
async def test_what_cannot_be_shown_is_a_problem(client: httpx.AsyncClient, path: str, status: int) -> None:
    answer = await client.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_call_that_was_not_handed_over_has_nothing_to_show(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    call = RecordedCall()
    await save(database, *call.all())
    assert (await client.get(f"/api/v1/calls/{call.call_id}/handover")).status_code == 404
    whole = (await client.get(f"/api/v1/analytics/calls/{call.call_id}")).json()["data"]
    assert (whole["handover"], whole["changes"]) == (None, [])


async def test_the_page_of_a_call_shows_what_the_operator_was_told_and_what_was_changed(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    call = RecordedCall(started_at=NOW)
    refused = call.change(
        1, action="order.confirm", outcome=ChangeOutcome.REFUSED, reason="out_of_stock", before=DRAFT, after=None
    )
    await save(database, call.started(), call.handover(words="<b>Nice</b>"), call.change(), refused)
    await save(database, call.said(2, "Ten years.", articles=("faq/how-long-tires-last",)))
    text = " ".join((await read(client, f"/calls/{call.call_id}")).text.split())
    for told in (
        "For the operator",
        "waits for the operator or talks to him now",
        "Tires: winter, for Toyota Camry.",
        "The shop did not answer: look it up delivery of order order:7: reason: store: timeout",
        "winter, Toyota (6 found)",
        "Nokian Hakka 205/55 R16, 4200 UAH; Rosava Snowgard 205/55 R16, 2100 UAH",
        f"id: 7; {GOODS}; delivery: Lviv; payment: cod",
        "“<b>Nice</b>”",
        "How long tires last",
        "Turned down beginning of order order: goods: 400 × Nokian Hakka 205/55 R16; reason: bad_arguments",
        "Changed in the shop",
        f"agent:rules beginning of order order:7 carried out {GOODS}; status: draft",
        f"agent:rules placing of order order:7 turned down out_of_stock {GOODS}; status: draft",
        "Articles: faq/how-long-tires-last",
    ):
        assert told in text, told


@pytest.mark.parametrize("language", get_args(Language))
async def test_the_page_is_whole_in_every_language(
    client: httpx.AsyncClient, database: asyncpg.Connection, language: Language
) -> None:
    call = RecordedCall()
    await save(database, *call.all(), call.handover(), call.change())
    page = await read(client, f"/calls/{call.call_id}", params={"lang": language})
    title = {"en": "For the operator", "uk": "Для оператора", "ru": "Для оператора"}[language]
    headings = [tag for tag, _ in page.elements if tag in ("h1", "h2", "h3")]
    assert title in page.text
    assert headings[:3] == ["h1", "h2", "h3"]

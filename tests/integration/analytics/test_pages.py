"""The managers' pages, read as a person would read them."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any, get_args
from urllib.parse import parse_qs, parse_qsl, urlsplit

import asyncpg
import httpx
import pytest

from analytics.web.strings import choose_language, load_strings
from callcenter.agent.tools.changes import Action
from callcenter.journal.repository import Repository
from callcenter.ports import Language
from callcenter.records import ChangeOutcome, HangupBy, Outcome, Record, Scenario, Speaker, Stage, TransferReason
from tests.fakes.recorded_calls import RecordedCall
from tests.integration.analytics.web import browsing, settings_for


class Page(HTMLParser):
    """What matters of a page: its text, its links, and what each control is called."""

    VOID = frozenset({"meta", "link", "input", "br", "img"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text = ""
        self.links: dict[str, str] = {}
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self._open: list[str] = []
        self._link: tuple[str, str] | None = None
        self.unlabelled: list[str] = []
        self.feed(html)
        assert not self._open, f"not closed: {self._open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.elements.append((tag, found))
        if tag in ("input", "select") and found.get("type") != "hidden" and "label" not in self._open:
            self.unlabelled.append(str(found.get("name")))
        if tag == "a":
            self._link = (str(found.get("href")), "")
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag
        if tag == "a" and self._link:
            self.links[" ".join(self._link[1].split())] = self._link[0]
            self._link = None

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._link:
            self._link = (self._link[0], self._link[1] + data)


@pytest.fixture
async def client(journal_url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with browsing(settings_for(journal_url)) as client:
        yield client


async def read(client: httpx.AsyncClient, path: str, **more: Any) -> Page:
    answer = await client.get(path, **more)
    assert answer.status_code == 200, answer.text
    return Page(answer.text)


async def save(database: asyncpg.Connection, *calls: RecordedCall) -> None:
    for call in calls:
        await Repository("owner", b"secret").save(database, call.all())


async def test_a_manager_goes_from_the_list_to_a_call_and_back(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    assert "Nobody has called yet" in (await read(client, "/")).text
    await save(database, RecordedCall())
    calls = await read(client, "/")
    assert "+380671234567" in calls.text
    assert "Search for tires" in calls.text
    call = await read(client, calls.links["2026-11-20 11:30"])  # the shop's time, not UTC
    for said in ("Winter tires for a Toyota Camry, please", "I have Nokian for 4200", "Heard: I have Nokian"):
        assert said in " ".join(call.text.split())
    for part in ("search_tires", "Nokian Hakkapeliitta", "barge_in", "interrupted"):
        assert part in call.text
    assert (await read(client, call.links["← All calls"])).text == calls.text


async def test_filters_are_kept_from_page_to_page(client: httpx.AsyncClient, database: asyncpg.Connection) -> None:
    start = datetime(2026, 11, 1, tzinfo=UTC)
    await save(database, *(RecordedCall(started_at=start + timedelta(minutes=number)) for number in range(60)))
    await save(database, RecordedCall(caller_id="+380501112233"))
    asked = {"caller": "+380671234567", "scenario": "", "q": "", "lang": "uk", "outcome": "resolved"}
    first = await read(client, "/", params=asked)
    assert first.text.count("+380671234567") == 50
    second = await read(client, first.links["Давніші дзвінки"])
    assert second.text.count("+380671234567") == 10
    assert "+380501112233" not in first.text + second.text
    assert second.text.count("+380671234567") + 50 == 60
    kept = parse_qs(urlsplit(second.links["Найновіші дзвінки"]).query)
    assert kept == {"caller": ["+380671234567"], "outcome": ["resolved"], "lang": ["uk"]}
    exported = await client.get(second.links["Експорт у CSV"])
    assert len(exported.text.splitlines()) == 61


@pytest.mark.parametrize("language", get_args(Language))
async def test_every_page_is_whole_in_every_language(
    client: httpx.AsyncClient, database: asyncpg.Connection, language: Language
) -> None:
    call = RecordedCall()
    await save(database, call)
    for path in ("/", f"/calls/{call.call_id}", "/latency", "/latency?date_from=2026-11-20", "/docs"):
        page = await read(client, path, params={**dict(parse_qsl(urlsplit(path).query)), "lang": language})
        assert page.elements[0] == ("html", {"lang": language})
        headings = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
        assert headings[0] == 1
        assert headings.count(1) == 1
        assert all(later <= earlier + 1 for earlier, later in pairwise(headings))
        assert page.unlabelled == []
        assert not [tag for tag, found in page.elements if tag == "script" or "style" in found]
        assert not [name for _, found in page.elements for name in found if name.startswith("on")]
        assert page.links["Українська" if language != "uk" else "English"].endswith("uk" if language != "uk" else "en")


async def test_the_browser_is_answered_in_its_own_language(client: httpx.AsyncClient) -> None:
    page = await read(client, "/", headers={"Accept-Language": "uk-UA,uk;q=0.9,en;q=0.8"})
    assert "Останні дзвінки" in page.text


def test_a_language_is_chosen_by_link_then_browser_then_setting() -> None:
    assert choose_language("ru", "uk", "en") == "ru"
    assert choose_language("fr", "de-DE, uk-UA;q=0.8", "en") == "uk"
    assert choose_language(None, "", "ru") == "ru"


def test_every_value_of_the_journal_has_a_name_in_every_language() -> None:
    strings = load_strings()
    kinds = {
        "scenario": Scenario,
        "outcome": Outcome,
        "reason": TransferReason,
        "hangup": HangupBy,
        "speaker": Speaker,
        "stage": Stage,
        "endpoint": ("words", "voice", "silence", "dictation", "length"),
        "speculation": ("kept", "thrown away"),
        "action": (*get_args(Action), "callback"),
        "change": ChangeOutcome,
    }
    for kind, values in kinds.items():
        for value in values:
            for language in get_args(Language):
                assert strings.name(language, kind, str(value)) != str(value)


async def test_the_page_of_a_call_shows_where_the_time_of_each_answer_went(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    call = RecordedCall()
    records = [*call.all()]
    slow = {"endpoint": 900, "transcript": 950, "first_token": 1300, "first_sentence": 1320, "first_audio": 1400}
    records.insert(-1, call.said(4, "Four pieces", timeline=slow, speculation="thrown away", wasted_tokens_in=321))
    await Repository("owner", b"secret").save(database, records)
    page = await read(client, f"/calls/{call.call_id}")
    bars = [str(found["aria-label"]) for tag, found in page.elements if tag == "svg" and found.get("role") == "img"]
    assert bars == [
        "Transcript 210 ms, End of turn 380 ms, First words 395 ms, To the voice 410 ms, First sound 470 ms",
        "End of turn 900 ms, Transcript 950 ms, First words 1300 ms, To the voice 1320 ms, First sound 1400 ms",
    ]
    for told in (
        "guess kept",
        "guess thrown away",
        "tokens: 321",
        "the words",
        "pocketsphinx → rules → espeak",
        "2630 ms",
    ):
        assert told in page.text, told


async def test_the_page_of_where_the_time_goes_is_of_the_asked_days(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    await save(database, RecordedCall())
    asked = {"date_from": "2026-11-20", "date_to": "2026-11-20"}
    page = await read(client, "/latency", params=asked)
    assert "Calls from 2026-11-20 00:00 to 2026-11-21 00:00." in page.text
    assert "470 ms" in page.text
    assert "Nothing was answered" in (await read(client, "/latency", params={"date_to": "2026-11-19"})).text


async def test_what_callers_say_cannot_become_part_of_the_page(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    call = RecordedCall(caller_id=evil)
    records: list[Record] = [call.started(), call.said(1, evil, language=evil), call.event(0, evil)]
    records.append(call.tool(result={evil: evil}))
    await Repository("owner", b"secret").save(database, records)
    for path in ("/", f"/calls/{call.call_id}"):
        page = await read(client, path)
        assert {tag for tag, _ in page.elements} & {"script", "img"} == set()
        assert evil in page.text
    searched = await read(client, "/", params={"q": evil})
    assert "script" not in {tag for tag, _ in searched.elements}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/?date_from=yesterday", 422),
        ("/?cursor=x", 422),
        ("/?nonsense=1", 422),
        ("/latency?date_from=yesterday", 422),
        ("/calls/6f9619ff-8b86-4011-b42d-00c04fc964ff", 404),
        ("/calls/nonsense", 404),
        ("/calls/%00", 404),
    ],
)
async def test_what_cannot_be_shown_is_said_on_a_page(client: httpx.AsyncClient, path: str, status: int) -> None:
    answer = await client.get(path)
    assert answer.status_code == status
    assert "That did not work" in Page(answer.text).text


async def test_styles_come_from_here(client: httpx.AsyncClient) -> None:
    page = await read(client, "/")
    files = [str(found["href"]) for tag, found in page.elements if tag == "link"]
    for file in files:
        assert (await client.get(file)).status_code == 200
    assert (await client.get("/static/../pages.py")).status_code == 404
    assert (await client.get("/static/pages.py")).status_code == 404

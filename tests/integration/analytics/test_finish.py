"""Working out a finished call, once in effect, in a real PostgreSQL."""

import asyncio
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from analytics.cost import Backends
from analytics.database import connect
from analytics.finish import finish_call
from callcenter.journal.repository import Repository
from callcenter.journal.search import to_query
from callcenter.shop.prices import PriceTable
from callcenter.shop.source import read_yaml
from tests.fakes.recorded_calls import RecordedCall

PRICES = read_yaml(Path(__file__).parents[3] / "shops/tires/prices.yaml").parse(PriceTable)
CLOUD = Backends("openai", "openai")


async def save(database: asyncpg.Connection, *calls: RecordedCall) -> None:
    for call in calls:
        records = [*call.all()]
        records.insert(-1, call.said(4, "Your tires: 205/55 R16", model="gpt-x", tokens_in=10_000, tokens_out=1000))
        records.insert(
            -1, call.said(6, "Зимові шини", tts_characters=100, response_latency_ms=900, wasted_tts_characters=50)
        )
        await Repository("owner", b"secret").save(database, records)


async def finish(database: asyncpg.Connection, call: RecordedCall) -> bool:
    return await finish_call(database, call.call_id, call.started_at, PRICES, CLOUD)


async def row_of(database: asyncpg.Connection, call: RecordedCall) -> asyncpg.Record:
    row = await database.fetchrow("SELECT * FROM calls WHERE id = $1", call.call_id)
    assert row is not None
    return row


async def everything(database: asyncpg.Connection) -> list[Any]:
    tables = ("calls", "call_turns", "customers", "cost_totals", "outbox")
    return [await database.fetch(f"SELECT * FROM {table} ORDER BY 1, 2, 3") for table in tables]  # noqa: S608  ours


async def test_a_finished_call_gets_figures_cost_customer_and_search(database: asyncpg.Connection) -> None:
    call = RecordedCall()
    await save(database, call)
    assert await finish(database, call) is True
    row = await row_of(database, call)
    assert row["figures"]["bot_turns"] == 4
    assert row["figures"]["latencies"]["response_latency_ms"] == {"p50": 685, "p95": 878.5}
    assert row["figures"]["unpriced"] == []
    # 3 s heard at 0.006 a minute, 10,000 tokens in, 1000 out, 100 characters and 50 for nothing, 1 minute
    stt, llm, tts, line = Decimal("0.0003"), Decimal("0.0021"), Decimal("0.00225"), Decimal("0.01")
    parts = {"stt": 0.0003, "llm": 0.0021, "tts": 0.00225, "telephony": 0.01}
    assert row["cost_breakdown"] == {**parts, "wasted_usd": 0.00075}
    assert row["total_cost_usd"] == stt + llm + tts + line
    assert await database.fetchval("SELECT sum(cost_usd) FROM call_turns") == stt + llm + tts
    customer = await database.fetchrow("SELECT * FROM customers")
    assert customer is not None
    assert (customer["id"], customer["phone"], customer["total_calls"]) == (row["customer_id"], "+380671234567", 1)
    found = "SELECT array_agg(turn_number) FROM call_turns WHERE search @@ $1::text::tsquery"
    assert await database.fetchval(found, to_query("зимова шина")) == [6]
    assert await database.fetchval(found, to_query("tire")) == [0, 1, 4]


async def test_twice_is_once(database: asyncpg.Connection) -> None:
    call = RecordedCall()
    await save(database, call)
    await finish(database, call)
    before = await everything(database)
    assert await finish(database, call) is False
    assert await everything(database) == before


async def test_many_workers_at_once_are_one_in_effect(database: asyncpg.Connection, journal_url: str) -> None:
    calls = [RecordedCall() for _ in range(5)]
    await save(database, *calls)
    connections = [await connect(journal_url, "test") for _ in range(4)]

    async def finish_all(connection: asyncpg.Connection) -> int:
        return sum([await finish(connection, call) for call in calls])

    done = await asyncio.gather(*(finish_all(connection) for connection in connections))
    for connection in connections:
        await connection.close()
    assert sum(done) == 5
    customer = await database.fetchrow("SELECT * FROM customers")
    assert customer is not None
    assert customer["total_calls"] == 5
    totals = await database.fetchval("SELECT sum(usd) FROM cost_totals")
    assert totals == await database.fetchval("SELECT sum(total_cost_usd) FROM calls")


@pytest.mark.parametrize("caller_id", [None, "anonymous", "100"])
async def test_a_withheld_or_internal_number_is_no_customer(
    database: asyncpg.Connection, caller_id: str | None
) -> None:
    call = RecordedCall(caller_id=caller_id)
    await save(database, call)
    await finish(database, call)
    assert await database.fetchval("SELECT count(*) FROM customers") == 0


async def test_a_call_that_is_gone_is_no_work(database: asyncpg.Connection) -> None:
    assert await finish(database, RecordedCall()) is False


async def test_a_fault_in_the_middle_leaves_nothing_done(database: asyncpg.Connection) -> None:
    call = RecordedCall()
    await save(database, call)
    await database.execute("ALTER TABLE cost_totals ADD CONSTRAINT broken CHECK (usd < 0)")
    before = await everything(database)
    with pytest.raises(asyncpg.CheckViolationError):
        await finish(database, call)
    assert await everything(database) == before
    await database.execute("ALTER TABLE cost_totals DROP CONSTRAINT broken")
    assert await finish(database, call) is True


async def test_lemmas_stay_when_the_spool_delivers_a_turn_again(database: asyncpg.Connection) -> None:
    call = RecordedCall()
    await save(database, call)
    await finish(database, call)
    found = "SELECT count(*) FROM call_turns WHERE search @@ $1::text::tsquery"
    again = call.said(6, "Зимові шини", tts_characters=100)
    await Repository("owner", b"secret").save(database, [again])
    assert await database.fetchval(found, "'шина'") == 1
    await Repository("owner", b"secret").save(database, [replace(again, content="інше")])
    assert await database.fetchval(found, "'шина'") == 0

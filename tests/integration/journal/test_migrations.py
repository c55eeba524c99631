"""The tables forward, backward and forward again."""

import asyncio
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest

from callcenter.journal import migrate
from callcenter.journal.repository import Repository
from callcenter.records import Record
from tests.fakes.recorded_calls import RecordedCall

PROJECT = Path(__file__).parents[3]
LONG_AGO = datetime(2020, 2, 20, 9, 30, tzinfo=UTC)
"""Of a month that has no partition."""
OLD_TURN = (
    "INSERT INTO call_turns (call_id, call_started_at, turn_number, at, speaker, content) "
    "VALUES ($1, $2, 8, $2, 'bot', 'an old turn')"
)


def objects(url: str) -> list[str]:
    async def fetch() -> list[str]:
        connection = await asyncpg.connect(url)
        rows = await connection.fetch(
            "SELECT relname || '.' || coalesce(attname, '') || ':' || coalesce(atttypid::regtype::text, '') AS name "
            "FROM pg_class c LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND attnum > 0 "
            "WHERE relnamespace = 'public'::regnamespace "
            "UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY 1"
        )
        await connection.close()
        return [row["name"] for row in rows]

    return asyncio.run(fetch())


async def execute(url: str, query: str, *arguments: object) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(url)
    rows: list[asyncpg.Record] = await connection.fetch(query, *arguments)
    await connection.close()
    return rows


async def save(url: str, call: RecordedCall) -> int:
    return await save_records(url, call.all())


async def save_records(url: str, records: Sequence[Record]) -> int:
    """Returns how many turns there are then."""
    connection = await asyncpg.connect(url)
    await Repository("owner", b"secret").save(connection, records)
    turns: int = await connection.fetchval("SELECT count(*) FROM call_turns")
    await connection.close()
    return turns


def test_downgrade_leaves_nothing_and_upgrade_makes_the_same_again(postgres_url: str) -> None:
    migrate.upgrade(postgres_url)
    first = objects(postgres_url)
    assert migrate.current_revision(postgres_url) != "base"
    migrate.downgrade(postgres_url, "base")
    assert migrate.current_revision(postgres_url) == "base"
    assert {name.split(".")[0] for name in objects(postgres_url)} == {"journal_version", "journal_version_pkc"}
    migrate.upgrade(postgres_url)
    assert objects(postgres_url) == first


def test_an_upgrade_of_tables_that_are_new_enough_keeps_what_is_in_them(postgres_url: str) -> None:
    migrate.upgrade(postgres_url)
    assert asyncio.run(save(postgres_url, RecordedCall())) == 3
    migrate.upgrade(postgres_url)
    assert asyncio.run(save(postgres_url, RecordedCall())) == 6


def test_calls_of_before_the_waterfall_are_kept_forward_backward_and_in_their_months_partition(
    postgres_url: str,
) -> None:
    call = RecordedCall(started_at=LONG_AGO)
    migrate.upgrade(postgres_url, "0001")
    asyncio.run(execute(postgres_url, OLD_TURN, call.call_id, LONG_AGO))
    migrate.upgrade(postgres_url)
    asyncio.run(save(postgres_url, call))
    asyncio.run(execute(postgres_url, "SELECT ensure_partitions($1, $1)", LONG_AGO.date()))
    stored = "SELECT tableoid::regclass::text, content, timeline->>'endpoint' FROM call_turns ORDER BY turn_number"
    assert [tuple(row) for row in asyncio.run(execute(postgres_url, stored))][2:] == [
        ("call_turns_y2020m02", "I have Nokian for 4200", "380"),
        ("call_turns_y2020m02", "an old turn", None),
    ]
    migrate.downgrade(postgres_url, "0001")
    (left,) = asyncio.run(execute(postgres_url, "SELECT * FROM call_turns WHERE turn_number = 8"))
    assert left["content"] == "an old turn"
    assert "timeline" not in dict(left)


def test_turns_of_before_the_audit_log_are_kept_forward_and_backward(postgres_url: str) -> None:
    call = RecordedCall()
    migrate.upgrade(postgres_url, "0002")
    asyncio.run(execute(postgres_url, OLD_TURN, call.call_id, call.started_at))
    migrate.upgrade(postgres_url)
    asyncio.run(save(postgres_url, call))
    asyncio.run(save_records(postgres_url, [call.change(), call.handover()]))
    articles = "SELECT content, articles FROM call_turns WHERE turn_number >= 2 ORDER BY turn_number"
    assert [tuple(row) for row in asyncio.run(execute(postgres_url, articles))] == [
        ("I have Nokian for 4200", ["faq/how-long-tires-last"]),
        ("an old turn", []),
    ]
    migrate.downgrade(postgres_url, "0002")
    assert len(asyncio.run(execute(postgres_url, "SELECT * FROM call_turns"))) == 4
    assert not [name for name in objects(postgres_url) if name.startswith(("audit_log", "handovers", "refuse_change"))]


def test_programs_that_start_at_once_migrate_one_after_the_other(postgres_url: str) -> None:
    code = "import sys; from callcenter.journal import migrate; migrate.upgrade(sys.argv[1])"

    def upgrade(_: int) -> int:
        return subprocess.run([sys.executable, "-c", code, postgres_url], cwd=PROJECT, check=False).returncode

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(upgrade, range(3))) == [0, 0, 0]


def db(url: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "callcenter.cli", "db", *arguments]
    env = {"PATH": "/usr/bin:/bin", **({"DATABASE_URL": url} if url else {})}
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, env=env, check=False)


def test_the_command_tells_where_the_tables_are(postgres_url: str) -> None:
    assert "0003" in db(postgres_url, "upgrade").stdout
    assert "base" in db(postgres_url, "downgrade", "base").stdout
    unknown = db(postgres_url, "upgrade", "9999")
    assert unknown.returncode == 1
    assert unknown.stderr.count("\n") == 1


@pytest.mark.parametrize("url", ["", "postgresql://127.0.0.1:1/nowhere", "not a url"])
def test_a_database_that_cannot_be_had_is_one_line_that_names_the_setting(url: str) -> None:
    done = db(url, "upgrade")
    assert done.returncode == 2
    assert "DATABASE_URL" in done.stderr
    assert done.stderr.count("\n") == 1

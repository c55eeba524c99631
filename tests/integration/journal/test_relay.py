"""From the spool into a real PostgreSQL: whole, once, in order, whatever is away meanwhile."""

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest
from prometheus_client import REGISTRY

from callcenter.embedded.postgres import EmbeddedPostgres
from callcenter.journal import migrate
from callcenter.journal.codec import decode
from callcenter.journal.repository import Repository
from callcenter.journal.spool import SpoolJournal
from callcenter.journal.spool_file import Entry, SpoolFile
from callcenter.journal.spool_folder import SpoolFolder
from callcenter.records import CallLeftAsterisk, Outcome, Record
from tests.fakes.recorded_calls import TIMELINE, RecordedCall
from tests.integration.journal.delivery import TABLES, counts, delivered, fetch_one, relaying, until


async def test_a_call_arrives_whole(journal: SpoolJournal, journal_url: str, database: asyncpg.Connection) -> None:
    call = RecordedCall()
    left = CallLeftAsterisk(call.call_id, call.started_at, call.at(90), 16, "ABANDON", 12.5, False, None)
    async with relaying(journal, journal_url):
        for record in [*call.all(), left]:
            journal.write(record)
        await delivered(journal)
    row = await fetch_one(database, "SELECT * FROM calls WHERE id = $1", call.call_id)
    assert row["started_at"] == row["answered_at"] == call.started_at
    assert row["caller_id"] == "+380671234567"
    assert len(row["caller_hash"]) == 64
    assert (row["outcome"], row["scenario"], row["hangup_by"]) == ("resolved", "tire_search", "caller")
    assert (row["duration_seconds"], row["transferred_to_operator"]) == (60.0, False)
    assert (row["queue_wait_seconds"], row["operator_answered"], row["hangup_cause"]) == (12.5, False, 16)
    turns = await database.fetch("SELECT * FROM call_turns ORDER BY turn_number")
    assert [turn["speaker"] for turn in turns] == ["bot", "customer", "bot"]
    assert (turns[2]["content"], turns[2]["content_heard"]) == ("I have Nokian for 4200", "I have Nokian")
    assert turns[2]["interrupted"] is True
    assert json.loads(turns[2]["timeline"]) == TIMELINE
    assert (turns[2]["endpoint_reason"], turns[2]["speculation"]) == ("words", "kept")
    assert (turns[2]["stt_backend"], turns[2]["tts_backend"]) == ("pocketsphinx", "espeak")
    assert [turn["articles"] for turn in turns] == [[], [], ["faq/how-long-tires-last"]]
    tool = await fetch_one(database, "SELECT * FROM call_tool_calls")
    assert json.loads(tool["tool_args"]) == {"vehicle_make": "Toyota", "season": "winter"}
    assert json.loads(tool["tool_result"]) == [{"model": "Nokian Hakkapeliitta", "price": 4200}]
    outbox = await fetch_one(database, "SELECT * FROM outbox")
    assert (outbox["topic"], outbox["key"], outbox["delivered_at"]) == ("call_finished", str(call.call_id), None)
    assert json.loads(outbox["payload"])["call_id"] == str(call.call_id)


async def test_a_turn_is_found_by_its_words_at_once(
    journal: SpoolJournal, journal_url: str, database: asyncpg.Connection
) -> None:
    call = RecordedCall()
    async with relaying(journal, journal_url):
        journal.write(call.said(1, "Зимові шини 205/55 R16"))
        await delivered(journal)
    query = "SELECT count(*) FROM call_turns WHERE search @@ $1::text::tsquery"
    assert await database.fetchval(query, "'шини' & 'r16'") == 1
    assert await database.fetchval(query, "'літні'") == 0


async def test_the_same_batch_twice_changes_nothing(journal: SpoolJournal, database: asyncpg.Connection) -> None:
    call = RecordedCall()
    repository = Repository("owner", b"secret")
    await repository.save(database, call.all())
    before = [await database.fetch(f"SELECT * FROM {table} ORDER BY 1, 2, 3") for table in TABLES]  # noqa: S608  ours
    await repository.save(database, call.all())
    await repository.save(database, [call.ended(Outcome.FAILED, after_s=999)])
    after = [await database.fetch(f"SELECT * FROM {table} ORDER BY 1, 2, 3") for table in TABLES]  # noqa: S608  ours
    assert after == before
    assert (await counts(database))["outbox"] == 1


async def test_records_may_arrive_in_any_order(database: asyncpg.Connection) -> None:
    call = RecordedCall()
    left = CallLeftAsterisk(call.call_id, call.started_at, call.at(90), 16, None, None, None, None)
    repository = Repository("owner", b"secret")
    records: list[Record] = [left, call.ended(), call.said(0, "Good morning"), call.started()]
    for record in records:
        await repository.save(database, [record])
    row = await fetch_one(database, "SELECT * FROM calls")
    assert (row["outcome"], row["caller_id"], row["hangup_cause"]) == ("resolved", "+380671234567", 16)
    assert await counts(database) == {**dict.fromkeys(TABLES, 0), "calls": 1, "call_turns": 1, "outbox": 1}


async def test_a_promised_call_back_stands_in_the_list_of_call_backs(database: asyncpg.Connection) -> None:
    call = RecordedCall()
    promise = call.event(3, "callback_promised", topic="winter tires", best_time="after six")
    for _ in range(2):
        await Repository("owner", b"secret").save(database, [promise, call.started()])
    (row,) = await database.fetch("SELECT * FROM callbacks")
    assert (row["phone"], row["topic"], row["best_time"], row["status"]) == (
        "+380671234567",
        "winter tires",
        "after six",
        "open",
    )


async def test_the_same_caller_has_the_same_hash_and_a_withheld_one_none(database: asyncpg.Connection) -> None:
    calls = [RecordedCall(), RecordedCall(), RecordedCall(caller_id="+380501112233"), RecordedCall(caller_id=None)]
    await Repository("owner", b"secret").save(database, [call.started() for call in calls])
    await Repository("owner", b"other secret").save(database, [call.started() for call in calls[:1]])
    hashes = [await database.fetchval("SELECT caller_hash FROM calls WHERE id = $1", call.call_id) for call in calls]
    assert hashes[0] != hashes[1]  # of another key
    assert len({*hashes}) == 4
    assert hashes[3] is None


# ------------------------------------------------------------ PostgreSQL goes away


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    """A PostgreSQL that this test may stop."""
    server = EmbeddedPostgres(tmp_path / "postgres", tmp_path / "postgres.log", durable=False)
    server.start()
    server.ensure_database()
    migrate.upgrade(server.url())
    yield server
    server.stop()


async def test_an_outage_in_the_middle_of_calls_loses_and_doubles_nothing(
    journal: SpoolJournal, own_server: EmbeddedPostgres
) -> None:
    calls = [RecordedCall() for _ in range(20)]
    async with relaying(journal, own_server.url()):
        for call in calls:
            journal.write(call.started())
        for number in range(30):
            for call in calls:
                journal.write(call.said(number, f"turn {number}"))
            await asyncio.sleep(0.01)
            if number == 10:
                await asyncio.to_thread(own_server.stop)
            if number == 20:
                await journal.flush()
                assert (REGISTRY.get_sample_value("callcenter_spool_depth") or 0) >= 20 * 9
                await asyncio.to_thread(own_server.start)
        for call in calls:
            journal.write(call.ended())
        await delivered(journal)
    connection = await asyncpg.connect(own_server.url())
    rows = await connection.fetch(
        "SELECT call_id, array_agg(turn_number ORDER BY turn_number) AS t FROM call_turns GROUP BY 1"
    )
    outbox = await connection.fetchval("SELECT count(DISTINCT key) || '/' || count(*) FROM outbox")
    await connection.close()
    assert {row["call_id"]: row["t"] for row in rows} == {call.call_id: list(range(30)) for call in calls}
    assert outbox == "20/20"
    assert REGISTRY.get_sample_value("callcenter_spool_depth") == 0


async def test_a_connection_that_is_cut_is_made_again(
    journal: SpoolJournal, journal_url: str, database: asyncpg.Connection
) -> None:
    call = RecordedCall()
    async with relaying(journal, journal_url):
        journal.write(call.started())
        await delivered(journal)
        for number in range(5):
            await database.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'callcenter journal' "
                "AND datname = current_database()"
            )
            journal.write(call.said(number, "still there"))
            await delivered(journal)
    assert (await counts(database))["call_turns"] == 5


async def test_without_its_tables_everything_waits_for_the_migration(journal: SpoolJournal, postgres_url: str) -> None:
    call = RecordedCall()
    async with relaying(journal, postgres_url):
        for record in call.all():
            journal.write(record)
        await journal.flush()
        await asyncio.sleep(0.5)
        assert await journal.read(100) is not None
        await asyncio.to_thread(migrate.upgrade, postgres_url)
        await delivered(journal)
    connection = await asyncpg.connect(postgres_url)
    assert await counts(connection) == {
        "calls": 1,
        "call_turns": 3,
        "call_tool_calls": 1,
        "call_events": 1,
        "outbox": 1,
        "dead_letters": 0,
    }
    await connection.close()


async def test_a_process_can_wait_for_its_last_records_to_arrive(
    journal: SpoolJournal, journal_url: str, database: asyncpg.Connection
) -> None:
    for record in RecordedCall().all():
        journal.write(record)
    assert await journal.delivered(0.1) is False
    async with relaying(journal, journal_url):
        assert await journal.delivered(30) is True
    assert (await counts(database))["outbox"] == 1


# ------------------------------------------------------------ months


async def test_each_month_has_its_partition_and_no_date_is_refused(database: asyncpg.Connection) -> None:
    midnight = datetime.now(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    instants = [
        midnight - timedelta(microseconds=1),
        midnight,
        datetime(1999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
        datetime(2000, 1, 1, tzinfo=UTC),
        datetime(2731, 5, 5, tzinfo=UTC),
    ]
    calls = [RecordedCall(started_at=instant) for instant in instants]
    for call in calls:
        await Repository("owner", b"secret").save(database, call.all())
    rows = await database.fetch("SELECT started_at, tableoid::regclass::text AS part FROM calls")
    parts = {row["started_at"]: row["part"] for row in rows}
    assert parts[instants[0]] == f"calls_y{instants[0]:%Ym%m}"
    assert parts[instants[1]] == f"calls_y{instants[1]:%Ym%m}"
    assert [parts[instant] for instant in instants[2:]] == ["calls_default"] * 3
    assert await counts(database) == {
        "calls": 5,
        "call_turns": 15,
        "call_tool_calls": 5,
        "call_events": 5,
        "outbox": 5,
        "dead_letters": 0,
    }


async def test_a_month_that_gets_its_partition_later_takes_its_rows_along(database: asyncpg.Connection) -> None:
    calls = [RecordedCall(started_at=datetime(2019, month, 1, tzinfo=UTC)) for month in (2, 3, 4)]
    for call in calls:
        await Repository("owner", b"secret").save(database, call.all())
    make = "SELECT ensure_partitions('2019-03-10', '2019-03-20')"
    assert await database.fetchval(make) == 4
    assert await database.fetchval(make) == 0
    parts = await database.fetch("SELECT tableoid::regclass::text AS part, count(*) AS n FROM call_turns GROUP BY 1")
    assert {part["part"]: part["n"] for part in parts} == {"call_turns_default": 6, "call_turns_y2019m03": 3}
    await Repository("owner", b"secret").save(database, [calls[1].said(1, "changed")])
    assert (await counts(database))["call_turns"] == 9
    assert await database.fetchval("SELECT count(*) FROM call_turns_y2019m03 WHERE content = 'changed'") == 1


async def test_partitions_may_be_made_by_many_at_once_while_calls_are_written(
    journal_url: str, database: asyncpg.Connection
) -> None:
    async def make() -> None:
        connection = await asyncpg.connect(journal_url)
        await connection.execute("SELECT ensure_partitions('2018-01-01', '2018-06-01')")
        await connection.close()

    async def write() -> None:
        for month in range(1, 7):
            call = RecordedCall(started_at=datetime(2018, month, 3, tzinfo=UTC))
            await Repository("owner", b"secret").save(database, call.all())

    await asyncio.gather(make(), make(), make(), write())
    assert (await counts(database))["calls"] == 6
    assert await database.fetchval("SELECT count(*) FROM calls_default") == 0


# ------------------------------------------------------------ records that PostgreSQL refuses


async def test_a_refused_record_is_kept_apart_and_the_rest_goes_on(
    journal: SpoolJournal, journal_url: str, database: asyncpg.Connection
) -> None:
    call = RecordedCall()
    async with relaying(journal, journal_url):
        journal.write(call.started())
        journal.write(call.said(2**40, "the number of this turn fits no column"))
        journal.write(call.said(1, "the next one is fine"))
        journal.write(call.said(-(2**40), "nor does this"))
        journal.write(call.ended())
        await delivered(journal)
    assert await counts(database) == {
        "calls": 1,
        "call_turns": 1,
        "call_tool_calls": 0,
        "call_events": 2,
        "outbox": 1,
        "dead_letters": 2,
    }
    letter = await fetch_one(database, "SELECT * FROM dead_letters ORDER BY id")
    assert decode(letter["body"]) == call.said(2**40, "the number of this turn fits no column")
    assert letter["call_id"] == call.call_id
    assert "fits no column" not in letter["error"]
    event = await fetch_one(database, "SELECT * FROM call_events ORDER BY sequence")
    assert event["kind"] == "journal_dead_letter"
    assert json.loads(event["detail"])["record"] == "turn_recorded"


async def test_a_record_of_a_newer_program_and_a_broken_one_are_kept_apart(
    journal_url: str, database: asyncpg.Connection, state_dir: Path
) -> None:
    call = RecordedCall()
    folder = SpoolFolder(state_dir)
    dead = SpoolFile(state_dir / "spool" / "media-1-dead.spool")
    now = datetime.now(UTC)
    bodies = ['{"v":99,"type":"call_started"}', "\x00garbage", '{"v":1,"type":"turn_recorded"']
    dead.append([Entry("turn_recorded", body, call.said(1, ""), now) for body in bodies])
    dead.close()
    journal = SpoolJournal(folder, "media-1", 100_000_000)
    async with relaying(journal, journal_url):
        journal.write(call.started())
        await delivered(journal)
    await journal.aclose()
    letters = await database.fetch("SELECT error FROM dead_letters ORDER BY id")
    assert len(letters) == 3
    assert "version" in letters[0]["error"]
    assert (await counts(database))["calls"] == 1


async def test_characters_that_postgresql_cannot_hold_are_replaced_not_refused(
    journal: SpoolJournal, journal_url: str, database: asyncpg.Connection
) -> None:
    call = RecordedCall(caller_id="\0\ud800")
    async with relaying(journal, journal_url):
        journal.write(call.started())
        journal.write(call.said(1, "nul \0 and half a pair \ud83d, a whole 😀"))
        journal.write(call.tool(result={"\0": ["\udfff"]}))
        journal.write(call.said(3, "x" * 3_000_000 + " " + " ".join(map(str, range(200_000)))))
        await delivered(journal)
    assert (await counts(database))["dead_letters"] == 0
    content = await database.fetchval("SELECT content FROM call_turns ORDER BY turn_number")
    assert content == "nul \ufffd and half a pair \ufffd, a whole 😀"


# ------------------------------------------------------------ calls that nobody ends


async def test_open_calls_whose_owner_has_no_file_any_more_are_closed_and_others_are_not(
    journal: SpoolJournal, journal_url: str, database: asyncpg.Connection
) -> None:
    folder = journal.folder
    gone, elsewhere, ours = RecordedCall(), RecordedCall(), RecordedCall()
    await Repository(f"{folder.id}/media-1-gone", b"s").save(database, [gone.started(), gone.said(7, "the last word")])
    await Repository("another-machine/media-1", b"s").save(database, [elsewhere.started()])
    async with relaying(journal, journal_url):
        journal.write(ours.started())
        await until(lambda: database.fetchval("SELECT ended_at FROM calls WHERE id = $1", gone.call_id))
        await delivered(journal)
    row = await fetch_one(database, "SELECT * FROM calls WHERE id = $1", gone.call_id)
    assert (row["outcome"], row["ended_at"]) == ("failed", gone.at(7))
    assert await database.fetchval("SELECT count(*) FROM calls WHERE ended_at IS NULL") == 2
    assert await database.fetchval("SELECT array_agg(key) FROM outbox") == [str(gone.call_id)]

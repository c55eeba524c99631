"""What operators are told, and the audit log, from the spool into a real PostgreSQL."""

import json
from dataclasses import asdict
from pathlib import Path

import asyncpg
import pytest

from callcenter.journal.codec import NAMES, encode
from callcenter.journal.repository import Repository
from callcenter.journal.spool import SpoolJournal
from callcenter.journal.spool_file import Entry
from callcenter.journal.spool_folder import SpoolFolder
from callcenter.records import ChangeOutcome, Found, Record
from tests.fakes.recorded_calls import DRAFT, FOUND, RecordedCall
from tests.integration.journal.delivery import TABLES, counts, delivered, fetch_one, relaying


async def test_what_the_operator_is_told_is_there_before_the_call_has_ended_and_the_last_of_it_counts(
    journal: SpoolJournal, journal_url: str, database: asyncpg.Connection
) -> None:
    call = RecordedCall()
    async with relaying(journal, journal_url):
        for record in (
            call.started(),
            call.handover(found=Found()),
            call.handover(words="Wants it \0 \ud800 4111111111111111"),
        ):
            journal.write(record)
        await delivered(journal)
    told = await fetch_one(database, "SELECT * FROM handovers")
    assert (told["reason"], told["scenario"], told["language"]) == ("customer_request", "order_creation", "en")
    assert told["summary"] == "Tires: winter, for Toyota Camry."
    assert told["words"] == "Wants it \ufffd \ufffd ************1111"
    assert json.loads(told["found"]) == json.loads(json.dumps(asdict(FOUND)))
    assert await counts(database) == {**dict.fromkeys(TABLES, 0), "calls": 1}


async def test_the_hand_over_of_a_process_that_died_is_there_too(
    state_dir: Path, journal_url: str, database: asyncpg.Connection
) -> None:
    call, folder = RecordedCall(), SpoolFolder(state_dir)
    dead = folder.create("media-9")
    records: list[Record] = [call.started(), call.handover(), call.change()]
    dead.file.append([Entry(NAMES[type(one)], encode(one), one, call.at(5)) for one in records])
    dead.release()
    journal = SpoolJournal(folder, "media-1", 100_000_000)
    async with relaying(journal, journal_url):
        await delivered(journal)
    await journal.aclose()
    told = await fetch_one(database, "SELECT calls.outcome, summary, action FROM calls, handovers, audit_log")
    assert tuple(told) == ("failed", "Tires: winter, for Toyota Camry.", "order.draft")


async def test_a_call_whose_process_died_in_its_middle_was_handed_over_too(
    state_dir: Path, journal_url: str, database: asyncpg.Connection
) -> None:
    call, folder = RecordedCall(), SpoolFolder(state_dir)
    dead = folder.create("media-9")
    dead.file.append([Entry("call_started", encode(call.started()), call.started(), call.at(5))])
    dead.release()
    journal = SpoolJournal(folder, "media-1", 100_000_000)
    async with relaying(journal, journal_url):
        await delivered(journal)
    await journal.aclose()
    told = await fetch_one(database, "SELECT * FROM handovers")
    assert (told["call_id"], told["at"], told["reason"]) == (call.call_id, call.at(5), "component_failure")
    assert (told["summary"], json.loads(told["found"])["done"]) == ("", [])


async def test_changes_are_added_to_the_audit_log_and_nobody_takes_one_out(database: asyncpg.Connection) -> None:
    call, repository = RecordedCall(), Repository("owner", b"secret")
    unsure = call.change(
        1, action="order.confirm", outcome=ChangeOutcome.UNSURE, reason="store: timeout", before=DRAFT, after=None
    )
    for _ in range(2):  # the spool delivers at least once
        await repository.save(database, [call.change(), unsure])
    first, second = await database.fetch("SELECT * FROM audit_log ORDER BY sequence")
    assert (first["at"], first["actor"], first["action"], first["object"]) == (
        call.at(3),
        "agent:rules",
        "order.draft",
        "order:7",
    )
    assert (first["before"], json.loads(first["after"])) == (None, DRAFT)
    assert (second["outcome"], second["reason"], second["after"]) == ("unsure", "store: timeout", None)
    assert json.loads(second["before"]) == DRAFT
    for statement in (
        "UPDATE audit_log SET actor = 'nobody'",
        "DELETE FROM audit_log",
        "TRUNCATE audit_log",
        "INSERT INTO audit_log (call_id, call_started_at, sequence, at, actor, action, object, outcome) "
        "SELECT call_id, call_started_at, sequence, at, 'x', 'x', 'x', 'x' FROM audit_log "
        "ON CONFLICT (call_id, call_started_at, sequence) DO UPDATE SET actor = 'nobody'",
    ):
        with pytest.raises(asyncpg.RestrictViolationError, match="only ever added to"):
            await database.execute(statement)
    assert await database.fetchval("SELECT count(*) FROM audit_log WHERE actor = 'agent:rules'") == 2

"""The spool on a real disk: durable, in order, bounded, and able to mend itself."""

import asyncio
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from prometheus_client import REGISTRY

from callcenter.errors import ConfigurationError
from callcenter.journal.codec import decode
from callcenter.journal.spool import SpoolJournal
from callcenter.journal.spool_folder import SpoolFolder
from callcenter.records import CallEnded, HangupBy, Outcome, Record, TurnRecorded
from tests.fakes.recorded_calls import RecordedCall

PROJECT = Path(__file__).parents[3]
MEGABYTE = 1_000_000


def open_spool(state_dir: Path, *, max_bytes: int = 100 * MEGABYTE, max_in_memory: int = 1000) -> SpoolJournal:
    return SpoolJournal(SpoolFolder(state_dir), "media-1", max_bytes, max_in_memory)


async def drain(journal: SpoolJournal) -> list[Record]:
    records: list[Record] = []
    while batch := await journal.read(100):
        records += [decode(stored.body) for stored in batch.records]
        await journal.remove(batch)
    return records


def errors(kind: str) -> float:
    return REGISTRY.get_sample_value("callcenter_errors_total", {"component": "journal", "kind": kind}) or 0


def spool_file(state_dir: Path) -> Path:
    (file,) = (state_dir / "spool").glob("*.spool")
    return file


@contextmanager
def writer(state_dir: Path, call_id: UUID) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-m", "tests.integration.journal.writer", str(state_dir), str(call_id)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=PROJECT) as process:
        try:
            yield process
        finally:
            process.kill()


def durable_turns(process: "subprocess.Popen[str]", number: int) -> None:
    assert process.stdout is not None
    while int(process.stdout.readline()) < number:
        pass


async def test_records_come_back_in_the_order_in_which_they_were_written(journal: SpoolJournal) -> None:
    calls = [RecordedCall(), RecordedCall()]
    written = [record for pair in zip(calls[0].all(), calls[1].all(), strict=True) for record in pair]
    for record in written:
        journal.write(record)
    await journal.flush()
    assert REGISTRY.get_sample_value("callcenter_spool_depth") == len(written)
    assert await drain(journal) == written
    assert REGISTRY.get_sample_value("callcenter_spool_depth") == 0


async def test_what_was_read_but_not_removed_is_read_again(journal: SpoolJournal) -> None:
    journal.write(RecordedCall().started())
    first = await journal.read(10)
    second = await journal.read(10)
    assert first is not None
    assert second is not None
    assert first.records == second.records


async def test_any_thread_may_write(journal: SpoolJournal) -> None:
    call = RecordedCall()

    def write_hundred(first: int) -> None:
        for number in range(first, first + 100):
            journal.write(call.said(number, "word"))

    threads = [threading.Thread(target=write_hundred, args=(first,)) for first in (0, 100, 200, 300)]
    for thread in threads:
        thread.start()
    for thread in threads:
        await asyncio.to_thread(thread.join)
    await journal.flush()
    numbers = [record.turn_number for record in await drain(journal) if isinstance(record, TurnRecorded)]
    assert sorted(numbers) == list(range(400))
    assert [n for n in numbers if n < 100] == list(range(100))


async def test_whoever_waits_is_told_of_new_records(journal: SpoolJournal) -> None:
    waiting = asyncio.create_task(journal.wait(60))
    await asyncio.sleep(0)
    journal.write(RecordedCall().started())
    await asyncio.wait_for(waiting, 10)
    assert await journal.read(1) is not None


async def test_a_finished_process_leaves_no_file(state_dir: Path) -> None:
    journal = open_spool(state_dir)
    for record in RecordedCall().all():
        journal.write(record)
    await drain(journal)
    await journal.flush()
    await drain(journal)
    await journal.aclose()
    assert sorted(path.name for path in (state_dir / "spool").iterdir()) == ["id"]


async def test_what_a_finished_process_could_not_deliver_is_there_at_the_next_start(state_dir: Path) -> None:
    call = RecordedCall()
    journal = open_spool(state_dir)
    for record in call.all():
        journal.write(record)
    await journal.aclose()
    after = open_spool(state_dir)
    assert await drain(after) == call.all()
    await after.aclose()


async def test_writing_after_the_end_is_counted_and_raises_nothing(state_dir: Path) -> None:
    journal = open_spool(state_dir)
    await journal.aclose()
    before = errors("closed")
    journal.write(RecordedCall().started())
    await journal.flush()
    assert errors("closed") == before + 1


async def test_files_are_for_this_user_alone(journal: SpoolJournal, state_dir: Path) -> None:
    assert (state_dir / "spool").stat().st_mode & 0o777 == 0o700
    assert (state_dir / "caller_hash.key").stat().st_mode & 0o777 == 0o600


async def test_all_processes_of_a_state_dir_hash_callers_alike(state_dir: Path) -> None:
    folders = await asyncio.gather(*(asyncio.to_thread(SpoolFolder, state_dir) for _ in range(8)))
    assert len({(folder.id, folder.caller_secret) for folder in folders}) == 1
    assert len(folders[0].caller_secret) >= 32


def test_a_state_dir_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("")
    with pytest.raises(ConfigurationError, match="state_dir"):
        SpoolFolder(tmp_path / "state")


class _Hostile:
    def __str__(self) -> str:
        raise RuntimeError("no words for it")


async def test_a_value_that_cannot_be_written_costs_itself_alone(journal: SpoolJournal) -> None:
    call = RecordedCall()
    before = errors("encode")
    journal.write(call.tool(result=_Hostile()))
    journal.write(call.ended())
    await journal.flush()
    tool, ended = await drain(journal)
    assert tool == replace(call.tool(), tool_args={}, tool_result=None)
    assert ended == call.ended()
    assert errors("encode") == before + 1


# ------------------------------------------------------------ processes that die


async def test_after_kill_9_every_turn_that_was_durable_is_there_and_the_call_is_closed_as_failed(
    state_dir: Path,
) -> None:
    call = RecordedCall()
    with writer(state_dir, call.call_id) as process:
        await asyncio.to_thread(durable_turns, process, 25)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert process.stdout is not None
        last = max([25, *map(int, process.stdout.read().split())])
    journal = open_spool(state_dir)
    records = await drain(journal)
    turns = [record.turn_number for record in records if isinstance(record, TurnRecorded)]
    assert turns[: last + 1] == list(range(last + 1))
    ended = records[-1]
    assert isinstance(ended, CallEnded)
    assert (ended.call_id, ended.outcome, ended.hangup_by) == (call.call_id, Outcome.FAILED, HangupBy.FAILURE)
    assert sum(isinstance(record, CallEnded) for record in records) == 1
    await journal.aclose()


async def test_a_call_is_closed_once_though_its_closer_dies_too(state_dir: Path) -> None:
    call = RecordedCall()
    with writer(state_dir, call.call_id) as process:
        await asyncio.to_thread(durable_turns, process, 3)
    first = open_spool(state_dir)
    batch = await first.read(1)  # it has taken over, delivered nothing, and goes
    assert batch is not None
    await first.aclose()
    second = open_spool(state_dir)
    assert sum(isinstance(record, CallEnded) for record in await drain(second)) == 1
    await second.aclose()


async def test_a_living_process_keeps_its_calls_and_its_spool(state_dir: Path) -> None:
    with writer(state_dir, uuid4()) as process:
        await asyncio.to_thread(durable_turns, process, 3)
        journal = open_spool(state_dir)
        assert await journal.read(10) is None
        await asyncio.to_thread(durable_turns, process, 10)
        process.kill()
        process.wait()
        await journal.take_over()
        assert await journal.read(10) is not None
        await drain(journal)
        await journal.aclose()


async def test_of_many_processes_that_start_at_once_one_takes_over(state_dir: Path) -> None:
    with writer(state_dir, uuid4()) as process:
        await asyncio.to_thread(durable_turns, process, 5)
    journals = await asyncio.gather(*(asyncio.to_thread(open_spool, state_dir) for _ in range(6)))
    found = [await drain(journal) for journal in journals]
    assert sum(bool(records) for records in found) == 1
    for journal in journals:
        await journal.aclose()


# ------------------------------------------------------------ disks that fail


def test_on_a_full_disk_records_wait_in_memory_and_none_is_lost(state_dir: Path) -> None:
    command = [sys.executable, "-m", "tests.integration.journal.full_disk", str(state_dir)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=PROJECT, timeout=60, check=True)
    report = json.loads(done.stdout.splitlines()[-1])
    assert report["durable_while_full"] is False
    assert report["failures"] > 0
    assert report["turns"] == list(range(300))
    assert "journal_disk_failing" in done.stdout + done.stderr


@contextmanager
def held(file: Path) -> Iterator[None]:
    """The disk answers no writer."""
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    yield
    connection.execute("ROLLBACK")
    connection.close()


async def test_when_memory_is_full_too_events_are_given_up_before_turns(state_dir: Path) -> None:
    journal = open_spool(state_dir, max_in_memory=20)
    before = errors("memory_full")
    call = RecordedCall()
    with held(spool_file(state_dir)):
        for number in range(18):
            journal.write(call.event(number) if number < 9 else call.said(number, "kept"))
            await asyncio.sleep(0.001)
        for number in range(18, 29):
            journal.write(call.said(number, "kept"))
            await asyncio.sleep(0.2)
    await journal.flush()
    records = await drain(journal)
    kept = [record.turn_number for record in records if isinstance(record, TurnRecorded)]
    assert kept == list(range(9, 29))
    assert errors("memory_full") > before
    await journal.aclose()


async def test_above_its_size_limit_events_are_given_up_and_turns_never(state_dir: Path) -> None:
    journal = open_spool(state_dir, max_bytes=300_000)
    before = errors("spool_full")
    call = RecordedCall()
    for number in range(450):
        journal.write(call.event(number, note="x" * 900))
        journal.write(call.said(number, "y" * 400))
        await journal.flush()
    records = await drain(journal)
    turns = [record.turn_number for record in records if isinstance(record, TurnRecorded)]
    assert turns == list(range(450))
    assert errors("spool_full") > before
    assert len(records) - len(turns) == 450 - (errors("spool_full") - before)
    await journal.aclose()


def damage(file: Path, first_page: int, pages: int) -> None:
    """Overwrite some of its 4096-byte pages, everything being in the file itself."""
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    with file.open("r+b") as out:
        out.seek(first_page * 4096)
        out.write(os.urandom(pages * 4096))


async def test_a_damaged_spool_is_put_aside_and_what_can_be_read_of_it_is_delivered(state_dir: Path) -> None:
    call = RecordedCall()
    journal = open_spool(state_dir)
    journal.write(call.started())
    for number in range(400):
        journal.write(call.said(number, f"turn {number} " + "word " * 100))
    await journal.aclose()
    file = spool_file(state_dir)
    damage(file, 30, 2)
    before = errors("corrupt")
    after = open_spool(state_dir)
    records = await drain(after)
    await after.aclose()
    turns = [record.turn_number for record in records if isinstance(record, TurnRecorded)]
    assert 350 < len(turns) < 400
    assert turns == sorted(turns)
    assert isinstance(records[-1], CallEnded)
    assert errors("corrupt") == before + 1
    assert list(file.parent.glob("*.corrupt-1"))


async def test_a_spool_that_is_nothing_but_garbage_is_put_aside_and_the_start_goes_on(state_dir: Path) -> None:
    (state_dir / "spool").mkdir()
    (state_dir / "spool" / "media-1-dead.spool").write_bytes(os.urandom(50_000))
    journal = open_spool(state_dir)
    journal.write(RecordedCall().started())
    await journal.flush()
    assert len(await drain(journal)) == 1
    await journal.aclose()
    assert (state_dir / "spool" / "media-1-dead.spool.corrupt-1").exists()


async def test_a_spool_that_breaks_while_it_is_used_goes_on_in_a_new_file(state_dir: Path) -> None:
    call = RecordedCall()
    journal = open_spool(state_dir)
    journal.write(call.started())
    for number in range(400):
        journal.write(call.said(number, f"turn {number} " + "word " * 100))
    await journal.flush()
    damage(spool_file(state_dir), 3, 60)
    for number in range(400, 1200):  # enough for its pages to be read again
        journal.write(call.said(number, f"turn {number} " + "word " * 100))
        if number % 100 == 0:
            await journal.flush()
    await journal.flush()
    turns = [record.turn_number for record in await drain(journal) if isinstance(record, TurnRecorded)]
    await journal.aclose()
    assert turns == sorted(turns)
    assert set(range(400, 1200)) <= set(turns)
    assert list((state_dir / "spool").glob("*.corrupt-1"))

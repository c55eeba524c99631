"""Not a test: how fast the journal is. `python -m tests.bench.journal [FOLDER]`.

1. write to durable local disk, at the pace of 200 calls (60 records a second) and in bursts
2. spool to PostgreSQL after an outage, and how long the event loop, which carries the audio, is held up meanwhile
"""

import asyncio
import contextlib
import sys
import tempfile
import time
from pathlib import Path
from statistics import quantiles

import asyncpg

from callcenter.embedded.postgres import EmbeddedPostgres
from callcenter.journal import migrate
from callcenter.journal.relay import JournalRelay
from callcenter.journal.spool import SpoolJournal
from callcenter.journal.spool_folder import SpoolFolder
from tests.fakes.recorded_calls import RecordedCall

TEXT = "I have three winter tires for a Toyota Camry in 215/55 R17, from 3 200 to 4 800 hryvnias. " * 2


def report(what: str, seconds: list[float]) -> None:
    cuts = quantiles(seconds, n=1000)
    print(
        f"{what}: median {cuts[499] * 1e3:.2f} ms, p99 {cuts[989] * 1e3:.2f} ms, worst {max(seconds) * 1e3:.2f} ms "
        f"({len(seconds)} tries)"
    )


async def write_to_durable(journal: SpoolJournal, pause_s: float, burst: int, tries: int) -> list[float]:
    call = RecordedCall()
    seconds = []
    for number in range(tries):
        began_s = time.perf_counter()
        for _ in range(burst):
            journal.write(call.said(number, TEXT))
        await journal.flush()
        seconds.append(time.perf_counter() - began_s)
        await asyncio.sleep(pause_s)
    return seconds


async def watch_loop(lags: list[float]) -> None:
    while True:
        began_s = time.perf_counter()
        await asyncio.sleep(0.001)
        lags.append(time.perf_counter() - began_s - 0.001)


async def main(folder: Path) -> None:
    journal = SpoolJournal(SpoolFolder(folder), "media-1", 1_000_000_000)
    report("write to durable, 60 a second", await write_to_durable(journal, 1 / 60, 1, 600))
    report("write to durable, 100 at once", await write_to_durable(journal, 0.05, 100, 100))
    calls = []
    for number in range(20_000):
        began_s = time.perf_counter()
        journal.write(RecordedCall().said(number, TEXT))
        calls.append(time.perf_counter() - began_s)
    report("write() itself", calls)
    await journal.flush()

    server = EmbeddedPostgres(folder / "postgres", folder / "postgres.log")
    await asyncio.to_thread(server.start)
    server.ensure_database()
    await asyncio.to_thread(migrate.upgrade, server.url())
    lags: list[float] = []
    watch = asyncio.create_task(watch_loop(lags))
    await asyncio.sleep(2)
    report("event loop late, idle", lags)
    lags.clear()
    began_s = time.perf_counter()
    relay = asyncio.create_task(JournalRelay(journal, server.url()).run())
    while await journal.read(1) is not None:  # noqa: ASYNC110  the writer thread empties it
        await asyncio.sleep(0.05)
    seconds = time.perf_counter() - began_s
    connection = await asyncpg.connect(server.url())
    turns = await connection.fetchval("SELECT count(*) FROM call_turns")
    await connection.close()
    print(f"spool to PostgreSQL: {turns} turns in {seconds:.1f} s, {turns / seconds:.0f} a second")
    report("event loop late, relaying", lags)
    for task in (relay, watch):
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
    await journal.aclose()
    await asyncio.to_thread(server.stop)


with tempfile.TemporaryDirectory(dir=sys.argv[1] if len(sys.argv) > 1 else None) as temporary:
    asyncio.run(main(Path(temporary)))

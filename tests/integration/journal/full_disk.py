"""Fill the disk under the journal, then free it again: `full_disk.py STATE_DIR`. Prints what became of the records.

The disk is full because this process may write no file beyond a size (RLIMIT_FSIZE): hence a process of its own.
"""

import asyncio
import json
import resource
import sys
from pathlib import Path

from callcenter import metrics
from callcenter.journal.spool import SpoolJournal
from callcenter.journal.spool_folder import SpoolFolder
from tests.fakes.recorded_calls import RecordedCall

TURNS = 300


async def main() -> None:
    journal = SpoolJournal(SpoolFolder(Path(sys.argv[1])), "media-1", max_bytes=100_000_000)
    call = RecordedCall()
    journal.write(call.started())
    await journal.flush()
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
    for number in range(TURNS):
        journal.write(call.said(number, f"turn {number} " + "word " * 400))
    durable = asyncio.create_task(journal.flush())
    await asyncio.wait([durable], timeout=1.0)
    was_durable_while_full = durable.done()
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    await durable
    stored = []
    while batch := await journal.read(1000):
        stored += [record.body for record in batch.records]
        await journal.remove(batch)
    failures = metrics.errors_total.labels("journal", "spool_write")._value.get()
    turns = [json.loads(body)["turn_number"] for body in stored[1:]]
    print(json.dumps({"durable_while_full": was_durable_while_full, "failures": failures, "turns": turns}))
    await journal.aclose()


asyncio.run(main())

"""A media process as far as the journal sees it, for tests that kill one: `writer.py STATE_DIR CALL_ID`.

Writes the start of a call and one turn after another; prints a turn's number when it is durable. Lives until killed.
"""

import asyncio
import sys
from pathlib import Path
from uuid import UUID

from callcenter.journal.spool import SpoolJournal
from callcenter.journal.spool_folder import SpoolFolder
from tests.fakes.recorded_calls import RecordedCall


async def main() -> None:
    journal = SpoolJournal(SpoolFolder(Path(sys.argv[1])), "media-1", max_bytes=100_000_000)
    call = RecordedCall(UUID(sys.argv[2]))
    journal.write(call.started())
    for number in range(10_000_000):
        journal.write(call.said(number, f"turn {number}"))
        await journal.flush()
        print(number, flush=True)
        await asyncio.sleep(0.001)


asyncio.run(main())

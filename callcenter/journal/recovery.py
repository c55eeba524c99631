"""Calls that a dead process left open are closed as failed.

Two nets, each safe to run at any time, twice, and by several workers:
 - a dead process's spool file, taken over under its lock, names its open calls: each gets a CallEnded in that same
   file, behind everything it wrote, and so reaches PostgreSQL in order. Needs no PostgreSQL.
 - calls in PostgreSQL that are open and whose owner's file is in our folder no more (somebody removed it). Files of
   living processes and of other machines' folders are never touched.
"""

from datetime import UTC, datetime

import asyncpg

from callcenter.journal.codec import NAMES, encode
from callcenter.journal.queries import QUERIES
from callcenter.journal.spool_file import Entry, OpenCall, SpoolFile
from callcenter.journal.spool_folder import SpoolFolder
from callcenter.records import CallEnded, HandoverBegun, HangupBy, Outcome, Record, Scenario, TransferReason


def close_open_calls(file: SpoolFile) -> int:
    """Write the end of every call that is open in a dead process's file. Raises sqlite3.Error."""
    now = datetime.now(UTC)
    calls = file.open_calls()
    ends: list[Record] = [record for call in calls for record in (_to_operator(call), _failed(call))]
    file.append([Entry(NAMES[type(end)], encode(end), end, now) for end in ends])
    return len(calls)


def _to_operator(call: OpenCall) -> HandoverBegun:
    """The dialplan has handed the caller over, and all that can be told is that. What the call itself had told counts
    more (queries.sql)."""
    reason, scenario = TransferReason.COMPONENT_FAILURE, Scenario.OTHER
    return HandoverBegun(call.call_id, call.call_started_at, call.last_at, reason, scenario, call.language)


def _failed(call: OpenCall) -> CallEnded:
    return CallEnded(
        call_id=call.call_id,
        call_started_at=call.call_started_at,
        ended_at=max(call.last_at, call.call_started_at),
        outcome=Outcome.FAILED,
        hangup_by=HangupBy.FAILURE,
        scenario=Scenario.OTHER,
        language=call.language,
    )


async def close_ownerless_calls(connection: asyncpg.Connection, folder: SpoolFolder) -> int:
    """Raises what asyncpg raises."""
    # In this order: a file that is made after the calls were read cannot own one of them.
    calls = await connection.fetch(QUERIES["open_calls_of_folder"], f"{folder.id}/")
    owners = folder.owners()
    ownerless = [call for call in calls if call["owner"] not in owners]
    for call in ownerless:
        await connection.execute(QUERIES["close_ownerless_call"], call["id"], call["started_at"])
    return len(ownerless)

"""Reading what operators are told. SQL is put together from fixed pieces; every value is a parameter."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

WAITING = """(
    h.at > now() - interval '1 hour' AND c.left_asterisk_at IS NULL
    AND (c.ended_at IS NULL OR c.outcome IN ('transferred', 'refused', 'failed'))
)"""
"""A call waits for an operator, or talks to one, until the dialplan tells that it has ended. A media server that was
started anew meanwhile is told of calls that it does not know: so after an hour nobody waits any more. A caller who hung
up on the announcement does not either."""
SAID = """
    ARRAY(
        SELECT t.content FROM call_turns t
        WHERE t.call_id = h.call_id AND t.call_started_at = h.call_started_at
            AND t.speaker = 'customer' AND t.content <> ''
        ORDER BY t.turn_number DESC LIMIT 3
    )
"""
COLUMNS = f"""
    h.call_id, h.call_started_at AS started_at, c.caller_id, h.at, h.reason, h.scenario, h.language, h.summary, h.words,
    h.found, {SAID} AS said, c.ended_at, c.left_asterisk_at, c.operator_answered, {WAITING} IS TRUE AS waiting
"""
FROM = "FROM handovers h JOIN calls c ON c.id = h.call_id AND c.started_at = h.call_started_at"


@dataclass(frozen=True, slots=True)
class HandoverFilter:
    """Every condition that is not None must hold."""

    since: datetime | None = None
    callers: tuple[str, ...] | None = None
    """Spellings of one number."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ends."""

    waiting: bool
    at: datetime
    call_id: UUID


async def get_handover(connection: asyncpg.Connection, call_id: UUID) -> asyncpg.Record | None:
    """None where the call was never handed over."""
    query = f"SELECT {COLUMNS} {FROM} WHERE h.call_id = $1 ORDER BY h.call_started_at DESC LIMIT 1"
    return await connection.fetchrow(query, call_id)


async def list_handovers(
    connection: asyncpg.Connection,
    wanted: HandoverFilter,
    limit: int,
    after: Place | None = None,
    *,
    only_waiting: bool = False,
) -> Sequence[asyncpg.Record]:
    """First the calls that wait now, then the others; the newest of each first. In one view of the database."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        rows: list[asyncpg.Record] = []
        if after is None or after.waiting:
            rows = await _listed(connection, WAITING, wanted, limit, after)
        if len(rows) < limit and not only_waiting:
            behind = after if after is not None and not after.waiting else None
            rows += await _listed(connection, f"{WAITING} IS NOT TRUE", wanted, limit - len(rows), behind)
        return rows


async def _listed(
    connection: asyncpg.Connection, condition: str, wanted: HandoverFilter, limit: int, after: Place | None
) -> list[asyncpg.Record]:
    values: list[Any] = [limit]

    def value(of: Any) -> str:
        values.append(of)
        return f"${len(values)}"

    conditions = [condition]
    if wanted.since is not None:
        conditions.append(f"h.at >= {value(wanted.since)}")
    if wanted.callers is not None:
        conditions.append(f"c.caller_id = ANY({value(list(wanted.callers))})")
    if after is not None:
        conditions.append(f"(h.at, h.call_id) < ({value(after.at)}, {value(after.call_id)})")
    query = f"SELECT {COLUMNS} {FROM} WHERE {' AND '.join(conditions)} ORDER BY h.at DESC, h.call_id DESC LIMIT $1"
    rows: list[asyncpg.Record] = await connection.fetch(query, *values)
    return rows

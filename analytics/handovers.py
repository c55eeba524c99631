"""Reading what operators are told. SQL is put together from fixed pieces; every value is a parameter."""

from typing import Any
from uuid import UUID

import asyncpg

WAITING = """
    h.at > now() - interval '1 hour' AND c.left_asterisk_at IS NULL
    AND (c.ended_at IS NULL OR c.outcome IN ('transferred', 'refused', 'failed'))
"""
"""A call waits for an operator, or talks to one, until the dialplan tells that it has ended. A media server that was
started anew meanwhile is told of calls that it does not know: so after an hour nobody waits any more. A caller who hung
up on the announcement does not either."""
COLUMNS = f"""
    h.call_id, h.call_started_at AS started_at, c.caller_id, h.at, h.reason, h.scenario, h.language, h.summary, h.words,
    h.found, c.ended_at, c.left_asterisk_at, c.operator_answered, {WAITING} AS waiting
"""
FROM = "FROM handovers h JOIN calls c ON c.id = h.call_id AND c.started_at = h.call_started_at"


async def get_handover(connection: asyncpg.Connection, call_id: UUID) -> asyncpg.Record | None:
    """None where the call was never handed over."""
    query = f"SELECT {COLUMNS} {FROM} WHERE h.call_id = $1 ORDER BY h.call_started_at DESC LIMIT 1"
    return await connection.fetchrow(query, call_id)


async def list_handovers(
    connection: asyncpg.Connection, *, waiting: bool, callers: tuple[str, ...] | None, limit: int
) -> list[asyncpg.Record]:
    """The newest first. waiting: only the calls that are being handed over now. callers: spellings of one number."""
    values: list[Any] = [limit]
    conditions = [WAITING] if waiting else []
    if callers is not None:
        values.append(list(callers))
        conditions.append("c.caller_id = ANY($2)")
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    query = f"SELECT {COLUMNS} {FROM} {where} ORDER BY h.at DESC, h.call_id DESC LIMIT $1"
    rows: list[asyncpg.Record] = await connection.fetch(query, *values)
    return rows

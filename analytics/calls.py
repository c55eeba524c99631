"""Reading calls: lists by keyset, one call whole. SQL is put together from fixed pieces; every value is a parameter."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import asyncpg

from analytics.database import QUERIES
from analytics.handovers import get_handover

Sort = Literal[
    "started_at", "-started_at", "duration_seconds", "-duration_seconds", "total_cost_usd", "-total_cost_usd"
]
Key = tuple[datetime | float, UUID]
"""Where a page ends: the sorted value of its last call, and the call's id."""

# what is not known yet comes before every value
EXPRESSIONS: Mapping[str, str] = {
    "started_at": "c.started_at",
    "duration_seconds": "coalesce(c.duration_seconds, -1)",
    "total_cost_usd": "coalesce(c.total_cost_usd::float8, -1)",
}
COLUMNS = """
    c.id, c.started_at, c.answered_at, c.ended_at, c.duration_seconds, c.caller_id, c.caller_hash, c.called_id,
    c.customer_id, c.direction, c.scenario, c.language, c.outcome, c.transferred_to_operator, c.transfer_reason,
    c.transfer_summary, c.queue_wait_seconds, c.queue_status, c.operator_answered, c.operator_talked_seconds,
    c.hangup_by, c.hangup_cause, c.degraded, c.figures, c.cost_breakdown, c.total_cost_usd::float8 AS total_cost_usd
"""


@dataclass(frozen=True, slots=True)
class CallFilter:
    """Every condition that is not None must hold."""

    started_from: datetime | None = None
    started_before: datetime | None = None
    scenario: str | None = None
    outcome: str | None = None
    transferred: bool | None = None
    callers: tuple[str, ...] | None = None
    """Spellings of one number."""
    search: str | None = None
    """A tsquery for one turn of the call; "" finds nothing."""


def _conditions(wanted: CallFilter, values: list[Any]) -> list[str]:
    pieces = {
        "c.started_at >= {}": wanted.started_from,
        "c.started_at < {}": wanted.started_before,
        "c.scenario = {}": wanted.scenario,
        "c.outcome = {}": wanted.outcome,
        "c.transferred_to_operator = {}": wanted.transferred,
        "c.caller_id = ANY({})": None if wanted.callers is None else list(wanted.callers),
        "EXISTS (SELECT 1 FROM call_turns t WHERE t.call_id = c.id AND t.call_started_at = c.started_at "
        "AND t.search @@ {}::text::tsquery)": wanted.search,
    }
    conditions = []
    for piece, value in pieces.items():
        if value is not None:
            values.append(value)
            conditions.append(piece.format(f"${len(values)}"))
    return conditions


async def list_calls(
    connection: asyncpg.Connection, wanted: CallFilter, sort: Sort, limit: int, after: Key | None = None
) -> list[asyncpg.Record]:
    """The page of so many calls that begins behind `after`. Each has its sorted value as `sort_key`."""
    values: list[Any] = []
    conditions = _conditions(wanted, values)
    expression = EXPRESSIONS[sort.removeprefix("-")]
    direction, beyond = ("DESC", "<") if sort.startswith("-") else ("ASC", ">")
    if after is not None:
        values += after
        conditions.append(f"({expression}, c.id) {beyond} (${len(values) - 1}, ${len(values)})")
    values.append(limit)
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    query = (
        f"SELECT {COLUMNS}, {expression} AS sort_key FROM calls c {where} "  # noqa: S608  fixed pieces, see above
        f"ORDER BY {expression} {direction}, c.id {direction} LIMIT ${len(values)}"
    )
    rows: list[asyncpg.Record] = await connection.fetch(query, *values)
    return rows


@dataclass(frozen=True, slots=True)
class CallDetail:
    call: asyncpg.Record
    turns: list[asyncpg.Record]
    tool_calls: list[asyncpg.Record]
    events: list[asyncpg.Record]
    changes: list[asyncpg.Record]
    handover: asyncpg.Record | None


async def get_call(connection: asyncpg.Connection, call_id: UUID) -> CallDetail | None:
    """One call with everything in it, in one view of the database; None when there is none of this id."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        call = await connection.fetchrow(
            f"SELECT {COLUMNS} FROM calls c WHERE c.id = $1 ORDER BY c.started_at DESC LIMIT 1",  # noqa: S608  fixed
            call_id,
        )
        if call is None:
            return None
        key = (call["id"], call["started_at"])
        return CallDetail(
            call,
            await connection.fetch(QUERIES["detail_turns"], *key),
            await connection.fetch(QUERIES["detail_tool_calls"], *key),
            await connection.fetch(QUERIES["detail_events"], *key),
            await connection.fetch(QUERIES["detail_changes"], *key),
            await get_handover(connection, call_id),
        )

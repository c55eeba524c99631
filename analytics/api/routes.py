"""The REST API of calls."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from analytics.api.csv_export import csv_line
from analytics.api.filters import CallsFilter, CallsQuery, LatencyQuery, encode_cursor
from analytics.api.models import Call, CallAnswer, CallPage, DetailedCall, Latency, LatencyAnswer, Problem
from analytics.api.problems import ProblemError
from analytics.api.state import State, WebState
from analytics.calls import CallDetail, CallFilter, get_call, list_calls
from analytics.latency import read_latency

router = APIRouter(
    prefix="/api/v1/analytics",
    tags=["calls"],
    responses={
        code: {"model": Problem, "description": text, "content": {"application/problem+json": {}}}
        for code, text in {422: "The request is not valid.", 503: "The database does not answer."}.items()
    },
)
CSV_PAGE = 500
CSV_COLUMNS = tuple(name for name in Call.model_fields if name not in ("figures", "cost_breakdown"))


@router.get("/calls", summary="List calls")
async def read_calls(state: State, query: Annotated[CallsQuery, Query()]) -> CallPage:
    return await read_page(state, query)


async def read_page(state: WebState, query: CallsQuery) -> CallPage:
    after = query.after()
    wanted = await asyncio.to_thread(query.to_filter, state.zone)
    async with state.connection() as connection:
        rows = await list_calls(connection, wanted, query.sort, query.limit + 1, after)
    page = rows[: query.limit]
    is_more = len(rows) > query.limit
    return CallPage(
        data=[Call.model_validate(dict(row)) for row in page],
        next_cursor=encode_cursor(query.sort, (page[-1]["sort_key"], page[-1]["id"])) if is_more else None,
    )


@router.get("/calls.csv", summary="Export a list of calls", response_class=StreamingResponse)
async def export_calls(state: State, query: Annotated[CallsFilter, Query()]) -> StreamingResponse:
    """Every call that fits, newest first."""
    wanted = await asyncio.to_thread(query.to_filter, state.zone)
    async with state.connection() as connection:  # a fault shows now, not in the middle of the file
        first = await list_calls(connection, wanted, "-started_at", CSV_PAGE)
    headers = {"Content-Disposition": 'attachment; filename="calls.csv"'}
    lines = _csv_lines(state, wanted, [Call.model_validate(dict(row)) for row in first])
    return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=headers)


async def _csv_lines(state: WebState, wanted: CallFilter, page: list[Call]) -> AsyncIterator[str]:
    yield csv_line(CSV_COLUMNS)
    while page:
        yield "".join(csv_line([getattr(call, name) for name in CSV_COLUMNS]) for call in page)
        if len(page) < CSV_PAGE:
            return
        after = (page[-1].started_at, page[-1].id)
        async with state.connection() as connection:
            rows = await list_calls(connection, wanted, "-started_at", CSV_PAGE, after)
        page = [Call.model_validate(dict(row)) for row in rows]


@router.get("/calls/{call_id}", summary="Show one call", responses={404: {"model": Problem}})
async def read_call(state: State, call_id: UUID) -> CallAnswer:
    async with state.connection() as connection:
        detail = await get_call(connection, call_id)
    if detail is None:
        raise ProblemError(404, "There is no such call.")
    return CallAnswer(data=detailed(detail))


def detailed(detail: CallDetail) -> DetailedCall:
    return DetailedCall.model_validate(
        {
            **detail.call,
            "turns": [dict(row) for row in detail.turns],
            "tool_calls": [dict(row) for row in detail.tool_calls],
            "events": [dict(row) for row in detail.events],
            "changes": [dict(row) for row in detail.changes],
            "handover": None if detail.handover is None else dict(detail.handover),
        }
    )


@router.get("/latency", summary="Show where the time of answers goes")
async def read_latencies(state: State, query: Annotated[LatencyQuery, Query()]) -> LatencyAnswer:
    """Of the last seven days, unless told otherwise."""
    return LatencyAnswer(data=await latency_of(state, query))


async def latency_of(state: WebState, query: LatencyQuery) -> Latency:
    started_from, started_before = query.period(state.zone, datetime.now(UTC))
    async with state.connection() as connection:
        found = await read_latency(connection, started_from, started_before)
    return Latency(started_from=started_from, started_before=started_before, **asdict(found))

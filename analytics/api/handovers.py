"""The REST API of what operators are told: asked by a screen beside the telephone, before hello."""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from analytics.api.filters import Instant, Words, begin_of, decode_cursor, encode_cursor, spellings
from analytics.api.models import Handover, HandoverAnswer, HandoverList, Problem
from analytics.api.problems import ProblemError
from analytics.api.state import State, WebState
from analytics.handovers import HandoverFilter, Place, get_handover, list_handovers

router = APIRouter(
    prefix="/api/v1",
    tags=["handovers"],
    responses={
        code: {"model": Problem, "description": text, "content": {"application/problem+json": {}}}
        for code, text in {422: "The request is not valid.", 503: "The database does not answer."}.items()
    },
)


ORDERS: Mapping[bool, str] = {True: "waiting, -at", False: "over, -at"}
"""Names of the list's two parts, in their cursors."""


class HandoversQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    waiting: Annotated[bool, Field(description="Only calls that wait for an operator or talk to one now.")] = False
    since: Annotated[Instant | None, Field(description="The first day (of the shop's time zone), or an instant.")] = (
        None
    )
    caller: Annotated[Words | None, Field(description="A telephone number, with its country code.")] = None
    cursor: Annotated[str | None, Field(max_length=400, description="next_cursor of the page before.")] = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50

    def to_filter(self, zone: tzinfo) -> HandoverFilter:
        return HandoverFilter(
            since=None if self.since is None else begin_of(self.since, zone),
            callers=None if self.caller is None else spellings(self.caller),
        )

    def after(self) -> Place | None:
        """Raises ProblemError."""
        if self.cursor is None:
            return None
        try:
            at, call_id = decode_cursor(self.cursor, ORDERS[True])
            waiting = True
        except ProblemError:
            at, call_id = decode_cursor(self.cursor, ORDERS[False])
            waiting = False
        assert isinstance(at, datetime), "the order says so"  # noqa: S101
        return Place(waiting, at, call_id)


@router.get("/handovers", summary="List calls that are handed to operators: those that wait now first, then the newest")
async def read_handovers(state: State, query: Annotated[HandoversQuery, Query()]) -> HandoverList:
    return await handovers_page(state, query)


async def handovers_page(state: WebState, query: HandoversQuery) -> HandoverList:
    after, wanted = query.after(), query.to_filter(state.zone)
    async with state.connection() as connection:
        rows = await list_handovers(connection, wanted, query.limit + 1, after, only_waiting=query.waiting)
    page = [handover_of(row) for row in rows[: query.limit]]
    is_more = len(rows) > query.limit
    return HandoverList(
        data=page,
        next_cursor=encode_cursor(ORDERS[page[-1].waiting], (page[-1].at, page[-1].call_id)) if is_more else None,
    )


@router.get(
    "/calls/{call_id}/handover",
    summary="Show what the operator is told of a call",
    responses={404: {"model": Problem}},
)
async def read_handover(state: State, call_id: UUID) -> HandoverAnswer:
    async with state.connection() as connection:
        row = await get_handover(connection, call_id)
    if row is None:
        raise ProblemError(404, "There is no such call, or it was not handed over.")
    return HandoverAnswer(data=handover_of(row))


def handover_of(row: Any) -> Handover:
    return Handover.model_validate(dict(row))

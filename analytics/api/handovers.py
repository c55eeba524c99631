"""The REST API of what operators are told: asked by a screen beside the telephone, before hello."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from analytics.api.filters import Words, spellings
from analytics.api.models import Handover, HandoverAnswer, HandoverList, Problem
from analytics.api.problems import ProblemError
from analytics.api.state import State
from analytics.handovers import get_handover, list_handovers

router = APIRouter(
    prefix="/api/v1",
    tags=["handovers"],
    responses={
        code: {"model": Problem, "description": text, "content": {"application/problem+json": {}}}
        for code, text in {422: "The request is not valid.", 503: "The database does not answer."}.items()
    },
)


class HandoversQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    waiting: Annotated[
        bool, Field(description="Only calls that wait for an operator or talk to one now; false: all.")
    ] = True
    caller: Annotated[Words | None, Field(description="A telephone number, with its country code.")] = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


@router.get("/handovers", summary="List calls that are handed to operators, the newest first")
async def read_handovers(state: State, query: Annotated[HandoversQuery, Query()]) -> HandoverList:
    callers = None if query.caller is None else spellings(query.caller)
    async with state.connection() as connection:
        rows = await list_handovers(connection, waiting=query.waiting, callers=callers, limit=query.limit)
    return HandoverList(data=[handover_of(row) for row in rows])


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

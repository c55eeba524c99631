"""/admin/faults: make the store misbehave, for tests of those who call it."""

import time
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from demo_store.access import require_admin_key
from demo_store.faults import Fault, FaultKind, FaultMethod, FaultPlan

router = APIRouter(prefix="/admin", tags=["admin"], dependencies=[Depends(require_admin_key)])


class NewFault(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    path: str = Field("*", max_length=200, description="Glob over the path, such as /api/v1/tires/*")
    kind: FaultKind
    method: FaultMethod | None = Field(None, description="Every one where it is not given")
    latency_ms: int = Field(0, ge=0, le=600_000)
    status: int = Field(500, ge=400, le=599)
    times: int | None = Field(None, ge=1, description="How many requests it befalls; all where it is not given")
    for_s: float | None = Field(None, gt=0, le=86_400, description="How long it holds; until cleared where not given")


def _plan(request: Request) -> FaultPlan:
    plan: FaultPlan = request.app.state.faults
    return plan


Plan = Annotated[FaultPlan, Depends(_plan)]


@router.post("/faults", status_code=201)
async def add_fault(asked: NewFault, plan: Plan) -> dict[str, Any]:
    until_s = None if asked.for_s is None else time.monotonic() + asked.for_s
    plan.add(Fault(asked.path, asked.kind, asked.method, asked.latency_ms, asked.status, asked.times, until_s))
    return _listed(plan)


@router.get("/faults")
async def list_faults(plan: Plan) -> dict[str, Any]:
    return _listed(plan)


@router.delete("/faults")
async def clear_faults(plan: Plan) -> dict[str, Any]:
    plan.clear()
    return _listed(plan)


def _listed(plan: FaultPlan) -> dict[str, Any]:
    now_s = time.monotonic()
    return {
        "data": [
            {"path": fault.path, "kind": fault.kind, "method": fault.method, "times_left": fault.times_left}
            for fault in plan.faults
            if not fault.over(now_s)
        ]
    }

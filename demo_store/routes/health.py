"""GET /healthz: the process answers. GET /readyz: it can serve. GET /metrics: what it has counted."""

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from demo_store.answers import ErrorAnswer

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    return {"status": "ok"}


@router.get("/readyz", responses={503: {"model": ErrorAnswer}})
async def readyz(request: Request) -> dict[str, str]:
    """503 while PostgreSQL is away or has no tables."""
    await request.app.state.database.fetchrow("SELECT 1 FROM store.tires LIMIT 1")
    return {"status": "ready"}


@router.get("/metrics", include_in_schema=False)
async def metrics() -> Response:
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

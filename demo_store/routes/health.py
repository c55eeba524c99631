"""GET /healthz: the process answers. GET /readyz: it can serve."""

from fastapi import APIRouter, Request

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    return {"status": "ok"}


@router.get("/readyz")
async def readyz(request: Request) -> dict[str, str]:
    """503 while PostgreSQL is away or has no tables."""
    await request.app.state.database.fetchrow("SELECT 1 FROM store.tires LIMIT 1")
    return {"status": "ready"}

"""What operations ask: alive, ready, metrics."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog
from fastapi import APIRouter
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from analytics.api.problems import AWAY
from analytics.api.state import State, WebState
from analytics.metrics import expose, read_stored

router = APIRouter(include_in_schema=False)
log = structlog.get_logger(__name__)
PATIENCE_S = 2.0


@dataclass(frozen=True, slots=True)
class ComponentState:
    ready: bool
    detail: str


@router.get("/healthz")
async def answer_health() -> Response:
    return PlainTextResponse("ok")


@router.get("/readyz")
async def answer_ready(state: State) -> Response:
    """One entry a component. We are ready when PostgreSQL is: what else is away, the pages say."""
    checks: dict[str, Callable[[WebState], Awaitable[str]]] = {
        "postgresql": _postgresql,
        "redis": _redis,
        "media_server": _media_server,
        "store": _store,
    }
    found = await asyncio.gather(*(_checked(check, state) for check in checks.values()))
    components = dict(zip(checks, found, strict=True))
    ready = components["postgresql"].ready
    body = {name: {"ready": found.ready, "detail": found.detail} for name, found in components.items()}
    return JSONResponse({"ready": ready, "components": body}, 200 if ready else 503)


@router.get("/metrics")
async def answer_metrics(state: State) -> Response:
    stored = None
    try:
        async with state.connection() as connection:
            stored = await read_stored(connection)
    except AWAY as error:
        log.warning("metrics_without_database", error=type(error).__name__)
    return Response(expose(stored), media_type="text/plain; version=0.0.4; charset=utf-8")


async def _checked(check: Callable[[WebState], Awaitable[str]], state: WebState) -> ComponentState:
    try:
        async with asyncio.timeout(PATIENCE_S):
            return ComponentState(True, await check(state))
    except TimeoutError:
        return ComponentState(False, f"does not answer within {PATIENCE_S:.0f} s")
    except Exception as error:
        # whatever a server or a library says: it is not ready, and its message may name addresses and passwords
        return ComponentState(False, type(error).__name__)


async def _postgresql(state: WebState) -> str:
    async with state.connection() as connection:
        await connection.fetchval("SELECT count(*) FROM (SELECT 1 FROM calls LIMIT 1) AS any_call")
    return "answers, and has the journal's tables"


async def _redis(state: WebState) -> str:
    if state.redis is None:
        raise _NotSetError
    await state.redis.ping()
    return "answers"


async def _media_server(state: WebState) -> str:
    settings = state.settings.http
    answer = await state.http.get(f"http://{_reachable(settings.host)}:{settings.port}/readyz")
    answer.raise_for_status()
    return "ready"


async def _store(state: WebState) -> str:
    store = state.settings.store
    headers = {"Authorization": f"Bearer {store.api_key.get_secret_value()}"}
    answer = await state.http.get(f"{store.url.rstrip('/')}/tires/search", params={"per_page": 1}, headers=headers)
    answer.raise_for_status()
    return "answers"


def _reachable(host: str) -> str:
    """Where a server that listens everywhere is asked."""
    if host in ("0.0.0.0", "::"):  # noqa: S104  read, not bound
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


class _NotSetError(Exception):
    """REDIS_URL is not set."""

"""The store's ASGI application: `uvicorn --factory demo_store.app:create_app`."""

import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import compile_path

from demo_store.access import require_key
from demo_store.answers import ErrorAnswer
from demo_store.database import Database
from demo_store.embeddings import open_embedder
from demo_store.errors import StoreFault
from demo_store.faults import FaultMiddleware, FaultPlan
from demo_store.knowledge_upkeep import KnowledgeUpkeep
from demo_store.migrations import SCHEMA
from demo_store.routes import admin, delivery, fitting, health, knowledge, orders, tires, vehicles
from demo_store.settings import Settings
from knowledge.search import KnowledgeSearch

# One router an area.
_AREAS = (
    tires.router,
    vehicles.router,
    orders.router,
    delivery.router,
    fitting.router,
    knowledge.router,
)

_REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"model": ErrorAnswer} for status in (400, 401, 404, 422, 429, 500, 503)
}

_CODES = {404: "not_found", 405: "method_not_allowed"}


def create_app(settings: Settings | None = None, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> FastAPI:
    """Raises SettingsError. PostgreSQL may come later: until then every answer is 503. `now` has an offset."""
    settings = settings or Settings.from_environment(os.environ)
    # Their pages would fetch scripts from elsewhere; the OpenAPI document itself is served.
    app = FastAPI(title="Demo tire store", version="1", lifespan=_lifespan, docs_url=None, redoc_url=None)
    app.state.settings = settings
    app.state.database = Database(settings.database_url)
    app.state.now = now
    app.state.faults = FaultPlan()
    api = APIRouter(prefix="/api/v1", dependencies=[Depends(require_key)], responses=_REFUSALS)
    for area in _AREAS:
        api.include_router(area)
    app.include_router(api)
    app.include_router(health.router)
    if settings.admin_key is not None:
        app.include_router(admin.router, responses=_REFUSALS)
        app.add_middleware(FaultMiddleware, plan=app.state.faults)
    app.add_exception_handler(StoreFault, _answer_fault)
    app.add_exception_handler(RequestValidationError, _answer_invalid)
    app.add_exception_handler(HTTPException, _answer_http)
    app.add_exception_handler(Exception, _answer_failure)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    settings: Settings = app.state.settings
    async with open_embedder(settings.embeddings) as embedder:
        app.state.knowledge = KnowledgeSearch(app.state.database.fetch, embedder, SCHEMA)
        upkeep = KnowledgeUpkeep(settings.database_url, settings.knowledge, settings.embeddings)
        async with upkeep.running():
            yield
    app.state.faults.clear()
    await app.state.database.aclose()


def _answer(status: int, code: str, message: str, headers: Any = None) -> JSONResponse:
    return JSONResponse({"error": {"code": code, "message": message}}, status, headers)


async def _answer_fault(_: Request, fault: Exception) -> JSONResponse:
    assert isinstance(fault, StoreFault)  # noqa: S101 - it is registered for this class
    return _answer(fault.status, fault.code, str(fault), fault.headers)


async def _answer_invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - it is registered for this class
    faults = [f"{'.'.join(str(part) for part in fault['loc'][1:])}: {fault['msg']}" for fault in error.errors()]
    return _answer(422, "invalid_request", "; ".join(faults))


async def _answer_http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - it is registered for this class
    headers = dict(error.headers or {})
    if error.status_code == 405 and (methods := _methods(request.app.openapi()["paths"], request.scope["path"])):
        headers["Allow"] = methods  # Starlette's own names those of the first route of a path alone
    return _answer(error.status_code, _CODES.get(error.status_code, "http_error"), str(error.detail), headers)


def _methods(documented: dict[str, dict[str, Any]], path: str) -> str:
    """That a path has, by the OpenAPI document: "DELETE, GET"; "" where it is not in it."""
    templates = [path] if path in documented else [one for one in documented if compile_path(one)[0].match(path)]
    return ", ".join(sorted({method.upper() for template in templates for method in documented[template]}))


async def _answer_failure(_: Request, __: Exception) -> JSONResponse:
    return _answer(500, "internal", "the store failed")

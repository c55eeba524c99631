"""The pages: the last calls, one call, the API's description; other files have that of where time goes and
that of the calls for operators."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import ValidationError

from analytics.api.filters import CallsQuery
from analytics.api.problems import AWAY, ProblemError
from analytics.api.routes import detailed, read_page
from analytics.api.state import State
from analytics.calls import get_call
from analytics.web import handovers, latency
from analytics.web.rendering import Pages, percentiles_of
from analytics.web.strings import load_strings
from analytics.web.waterfall import pieces, scale_ms
from callcenter.ports import Language
from callcenter.records import Outcome, Scenario, Stage

FOLDER = Path(__file__).parent
FILES = {"style.css": "text/css; charset=utf-8", "icon.svg": "image/svg+xml"}
PAGE = 50
TIMES = ("stt_latency_ms", "llm_latency_ms", "tts_latency_ms", "response_latency_ms")


def make_router(language: Language) -> APIRouter:
    """Raises ConfigurationError when the texts are broken."""
    router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
    pages = Pages(load_strings(), language)
    router.include_router(latency.make_router(pages))
    router.include_router(handovers.make_router(pages))
    static = {name: (FOLDER / name).read_bytes() for name in FILES}

    @router.get("/")
    async def show_calls(request: Request, state: State) -> Response:
        asked = {name: value for name, value in request.query_params.items() if value.strip() and name != "lang"}
        try:
            query = CallsQuery.model_validate({**asked, "limit": PAGE})
            page = await read_page(state, query)
        except (ValidationError, ProblemError):
            return pages.render(request, "error.html", state.zone, status_code=422, status=422)
        except AWAY:
            return pages.render(request, "error.html", state.zone, status_code=503, status=503)
        filters = {name: value for name, value in asked.items() if name != "cursor"}
        shown = {**filters, **_lang(request)}
        return pages.render(
            request,
            "calls.html",
            state.zone,
            calls=page.data,
            asked=filters,
            scenarios=list(Scenario),
            outcomes=list(Outcome),
            newest_url=_url("/", shown) if "cursor" in asked else None,
            older_url=_url("/", {**shown, "cursor": page.next_cursor}) if page.next_cursor else None,
            csv_url=_url("/api/v1/analytics/calls.csv", {k: v for k, v in filters.items() if k != "sort"}),
        )

    @router.get("/calls/{call_id}")
    async def show_call(request: Request, state: State, call_id: str) -> Response:
        try:
            async with state.connection() as connection:
                detail = await get_call(connection, UUID(call_id))
        except ValueError:  # no UUID
            detail = None
        except AWAY:
            return pages.render(request, "error.html", state.zone, status_code=503, status=503)
        if detail is None:
            return pages.render(request, "error.html", state.zone, status_code=404, status=404)
        call = detailed(detail)
        scale = scale_ms(turn.timeline for turn in call.turns)
        return pages.render(
            request,
            "call.html",
            state.zone,
            call=call,
            timed_turns=[turn for turn in call.turns if any(getattr(turn, name) is not None for name in TIMES)],
            bars={turn.turn_number: bar for turn in call.turns if (bar := pieces(turn.timeline, scale))},
            stages=list(Stage),
            percentiles=percentiles_of(call),
        )

    @router.get("/docs")
    async def show_docs(request: Request, state: State) -> Response:
        return pages.render(request, "docs.html", state.zone, schema=request.app.openapi())

    @router.get("/static/{name}")
    async def send_file(name: str) -> Response:
        if name not in static:
            raise ProblemError(404, "There is no such file.")
        return Response(static[name], media_type=FILES[name], headers={"Cache-Control": "public, max-age=3600"})

    return router


def _lang(request: Request) -> Mapping[str, str]:
    return {"lang": request.query_params["lang"]} if "lang" in request.query_params else {}


def _url(path: str, parameters: Mapping[str, str]) -> str:
    return f"{path}?{urlencode(parameters)}" if parameters else path

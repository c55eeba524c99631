"""The page that tells where the time of all answers goes."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import ValidationError

from analytics.api.filters import LatencyQuery
from analytics.api.problems import AWAY
from analytics.api.routes import latency_of
from analytics.api.state import State
from analytics.web.rendering import Pages
from analytics.web.waterfall import AFTERWARDS, SHORTEST_SCALE_MS


def make_router(pages: Pages) -> APIRouter:
    router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

    @router.get("/latency")
    async def show_latency(request: Request, state: State) -> Response:
        asked = {name: value for name, value in request.query_params.items() if value.strip() and name != "lang"}
        try:
            found = await latency_of(state, LatencyQuery.model_validate(asked))
        except ValidationError:
            return pages.render(request, "error.html", state.zone, status_code=422, status=422)
        except AWAY:
            return pages.render(request, "error.html", state.zone, status_code=503, status=503)
        drawn = [stage for stage in found.stages if stage.stage != AFTERWARDS]
        longest_ms = max([SHORTEST_SCALE_MS, *(stage.p95_ms for stage in drawn)])
        return pages.render(
            request, "latency.html", state.zone, found=found, drawn=drawn, asked=asked, longest_ms=longest_ms
        )

    return router

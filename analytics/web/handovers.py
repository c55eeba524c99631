"""The page of the calls that are handed to operators."""

from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import ValidationError

from analytics.api.handovers import HandoversQuery, handovers_page
from analytics.api.problems import AWAY, ProblemError
from analytics.api.state import State
from analytics.web.rendering import Pages

PAGE = 50


def make_router(pages: Pages) -> APIRouter:
    router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

    @router.get("/handovers")
    async def show_handovers(request: Request, state: State) -> Response:
        asked = {name: value for name, value in request.query_params.items() if value.strip() and name != "lang"}
        try:
            page = await handovers_page(state, HandoversQuery.model_validate({**asked, "limit": PAGE}))
        except (ValidationError, ProblemError):
            return pages.render(request, "error.html", state.zone, status_code=422, status=422)
        except AWAY:
            return pages.render(request, "error.html", state.zone, status_code=503, status=503)
        older = {name: value for name, value in request.query_params.items() if name != "cursor"}
        return pages.render(
            request,
            "handovers.html",
            state.zone,
            handovers=page.data,
            asked=asked,
            older_url=f"/handovers?{urlencode({**older, 'cursor': page.next_cursor})}" if page.next_cursor else None,
        )

    return router

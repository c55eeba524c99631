"""The media server's own HTTP: the dialplan's three calls, and what watches over us.

They are served by the process that takes the calls, so that calls work with the web program down. Every answer that is
not "bye" leads the dialplan to the operators.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from callcenter import metrics
from callcenter.config import HttpSettings
from callcenter.errors import CallRefused, RefusalReason
from callcenter.ports import Journal
from callcenter.records import CallLeftAsterisk
from callcenter.sockets import Peers
from callcenter.telephony.form import Form, FormError
from callcenter.telephony.registry import InMemoryCallRegistry

MAX_BODY_BYTES = 4096
BODY_TIMEOUT_S = 5.0
MAX_CAUSE = 127  # of Q.850


@dataclass(frozen=True, slots=True)
class ComponentState:
    ready: bool
    detail: str = ""
    """One line for a person; never a secret."""


Readiness = Callable[[], Mapping[str, ComponentState]]


class _Telephony:
    """The dialplan's three calls."""

    def __init__(self, registry: InMemoryCallRegistry, journal: Journal, free_slots: Callable[[], int]) -> None:
        self._registry, self._journal, self._free_slots = registry, journal, free_slots

    def start(self, form: Form) -> Response:
        call_id, caller_number, called = form.uuid("uuid"), form.text("from"), form.text("did")
        try:
            self._registry.announce(call_id, caller_number, called)
        except CallRefused as refusal:
            full = refusal.reason is RefusalReason.DRAINING
            return PlainTextResponse("full" if full else "refused")
        # announced all the same: a slot may be free by the time the call comes
        return PlainTextResponse("ok" if self._free_slots() > 0 else "full")

    def next(self, form: Form) -> Response:
        return PlainTextResponse(self._registry.next_step(form.uuid("uuid")))

    def end(self, form: Form) -> Response:
        call_id = form.uuid("uuid")
        cause, queue_status = form.whole_number("cause", MAX_CAUSE), form.word("queue")
        wait_s, talked_s = form.seconds("wait"), form.seconds("talked")
        answered = True if form.text("member") else False if queue_status else None
        started_at = self._registry.started_at(call_id)
        if started_at is None:
            return PlainTextResponse("uuid: not a call of the last hours", 404)
        if wait_s is not None:
            metrics.queue_wait.observe(wait_s)
        self._journal.write(
            CallLeftAsterisk(
                call_id=call_id,
                call_started_at=started_at,
                at=datetime.now(UTC),
                hangup_cause=cause,
                queue_status=queue_status,
                queue_wait_seconds=wait_s,
                operator_answered=answered,
                operator_talked_seconds=talked_s if answered else None,
            )
        )
        return PlainTextResponse("ok")


def _taking_form(answer: Callable[[Form], Response]) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        body = bytearray()
        try:
            async with asyncio.timeout(BODY_TIMEOUT_S):
                async for piece in request.stream():
                    body += piece
                    if len(body) > MAX_BODY_BYTES:
                        return PlainTextResponse(f"body: more than {MAX_BODY_BYTES} bytes", 413)
            return answer(Form(bytes(body)))
        except FormError as error:
            return PlainTextResponse(str(error), 400)
        except TimeoutError:
            return PlainTextResponse(f"body: not whole after {BODY_TIMEOUT_S:g} s", 408)
        except ClientDisconnect:
            return PlainTextResponse("body: cut off", 400)

    return endpoint


def _answer_metrics(_: Request) -> Response:
    """Of this process, or summed over all workers when they share PROMETHEUS_MULTIPROC_DIR."""
    registry = REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # prometheus_client has no types there
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


class _OnlyPeers:
    """Middleware: nobody but these networks. The address is the connection's, whatever headers say."""

    def __init__(self, app: ASGIApp, peers: Peers) -> None:
        self._app, self._peers = app, peers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = scope.get("client")
        if scope["type"] == "http" and (client is None or client[0] not in self._peers):
            await PlainTextResponse("http.allow: not for this address", 403)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def create_app(
    settings: HttpSettings,
    registry: InMemoryCallRegistry,
    journal: Journal,
    *,
    free_slots: Callable[[], int],
    readiness: Readiness,
) -> Starlette:
    """readiness: the state of each component now; it must answer at once."""
    telephony = _Telephony(registry, journal, free_slots)

    async def answer_health(_: Request) -> Response:
        return PlainTextResponse("ok")

    async def answer_ready(_: Request) -> Response:
        components = readiness()
        ready = all(state.ready for state in components.values()) and not registry.draining
        return JSONResponse(
            {
                "ready": ready,
                "draining": registry.draining,
                "free_slots": free_slots(),
                "components": {
                    name: {"ready": state.ready, "detail": state.detail} for name, state in components.items()
                },
            },
            200 if ready else 503,
        )

    async def answer_metrics(request: Request) -> Response:
        return _answer_metrics(request)

    return Starlette(
        routes=[
            Route("/telephony/start", _taking_form(telephony.start), methods=["POST"]),
            Route("/telephony/next", _taking_form(telephony.next), methods=["POST"]),
            Route("/telephony/end", _taking_form(telephony.end), methods=["POST"]),
            Route("/healthz", answer_health),
            Route("/readyz", answer_ready),
            Route("/metrics", answer_metrics),
        ],
        middleware=[Middleware(_OnlyPeers, peers=Peers(settings.allow))],
    )

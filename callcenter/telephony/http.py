"""The media server's own HTTP: the dialplan's calls, and what watches over us.

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
from callcenter.errors import CallRefused, RefusalReason, RegistryError
from callcenter.media.slots import Slots
from callcenter.ports import CallExchange, Journal, Language, Unserved
from callcenter.records import CallLeftAsterisk
from callcenter.sockets import Peers
from callcenter.telephony.announcement import describe
from callcenter.telephony.display import for_display
from callcenter.telephony.form import Form, FormError
from callcenter.telephony.refusals import Refusals

MAX_BODY_BYTES = 4096
BODY_TIMEOUT_S = 5.0
MAX_CAUSE = 127  # of Q.850


@dataclass(frozen=True, slots=True)
class ComponentState:
    ready: bool
    detail: str = ""
    """One line for a person; never a secret."""


Readiness = Callable[[], Mapping[str, ComponentState]]


FULL = frozenset(
    {
        RefusalReason.FULL,
        RefusalReason.LOOP_LATE,
        RefusalReason.RECOGNIZER_BUSY,
        RefusalReason.REGISTRY_AWAY,
        RefusalReason.DRAINING,
    }
)
"""Reasons that lie with us, not with the call."""


class _Telephony:
    """The dialplan's calls."""

    def __init__(
        self,
        exchange: CallExchange,
        journal: Journal,
        slots: Slots,
        language: Language,
        explain: Callable[[Unserved], str],
    ) -> None:
        self._exchange, self._journal, self._slots, self._language = exchange, journal, slots, language
        self._explain = explain
        self._refusals = Refusals(exchange, journal)

    async def start(self, form: Form) -> Response:
        call = describe(form.uuid("uuid"), form.text("from"), form.text("did"), self._language)
        try:
            await self._exchange.announce(call, self._slots.refusal)
        except CallRefused as refusal:
            metrics.refused_total.labels(reason=refusal.reason.value).inc()
            if refusal.reason is not RefusalReason.DUPLICATE_UUID:  # whose journal is the first one's
                self._refusals.note(call, refusal.reason)
            return PlainTextResponse("full" if refusal.reason in FULL else "refused")
        return PlainTextResponse("ok")

    async def next(self, form: Form) -> Response:
        return PlainTextResponse(await self._exchange.next_step(form.uuid("uuid")))

    async def handover(self, form: Form) -> Response:
        """A line for Set(CALLERID(name)=...), empty where nothing is known: nothing else may ever stand in it."""
        call_id = form.uuid("uuid")
        told = await self._exchange.handover(call_id)
        if not told and (why := await self._exchange.unserved(call_id)) is not None:
            told = self._explain(why)
        return PlainTextResponse(for_display(told))

    async def end(self, form: Form) -> Response:
        call_id = form.uuid("uuid")
        cause, queue_status = form.whole_number("cause", MAX_CAUSE), form.word("queue")
        wait_s, talked_s = form.seconds("wait"), form.seconds("talked")
        answered = True if form.text("member") else False if queue_status else None
        try:
            started_at = await self._exchange.started_at(call_id)
        except RegistryError:
            return PlainTextResponse("uuid: cannot be looked up now", 503)
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


def _taking_form(answer: Callable[[Form], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        body = bytearray()
        try:
            async with asyncio.timeout(BODY_TIMEOUT_S):
                async for piece in request.stream():
                    body += piece
                    if len(body) > MAX_BODY_BYTES:
                        return PlainTextResponse(f"body: more than {MAX_BODY_BYTES} bytes", 413)
            return await answer(Form(bytes(body)))
        except FormError as error:
            return PlainTextResponse(str(error), 400)
        except TimeoutError:
            return PlainTextResponse(f"body: not whole after {BODY_TIMEOUT_S:g} s", 408)
        except ClientDisconnect:
            return PlainTextResponse("body: cut off", 400)

    return endpoint


async def _metrics() -> bytes:
    """Of this process, or summed over all workers when they share PROMETHEUS_MULTIPROC_DIR."""
    if not os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        return generate_latest(REGISTRY)
    return await asyncio.to_thread(_sum_metrics)  # a millisecond for each worker: longer than the loop may stand still


def _sum_metrics() -> bytes:
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # prometheus_client has no types there
    return generate_latest(registry)


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
    exchange: CallExchange,
    journal: Journal,
    *,
    slots: Slots,
    language: Language,
    readiness: Readiness,
    explain: Callable[[Unserved], str],
) -> Starlette:
    """language: what we speak in announced calls. readiness: the state of each component now; it must answer at
    once. explain: what the operator's phone shows of a call that was not served."""
    telephony = _Telephony(exchange, journal, slots, language, explain)

    async def answer_health(_: Request) -> Response:
        return PlainTextResponse("ok")

    async def answer_ready(_: Request) -> Response:
        components = readiness()
        ready = all(state.ready for state in components.values()) and not exchange.draining
        return JSONResponse(
            {
                "ready": ready,
                "draining": exchange.draining,
                "free_slots": slots.free,
                "components": {
                    name: {"ready": state.ready, "detail": state.detail} for name, state in components.items()
                },
            },
            200 if ready else 503,
        )

    async def answer_free(_: Request) -> Response:
        return PlainTextResponse(str(slots.free))

    async def answer_metrics(_: Request) -> Response:
        slots.show()
        metrics.asyncio_tasks.set(len(asyncio.all_tasks()))
        return Response(await _metrics(), media_type=CONTENT_TYPE_LATEST)

    return Starlette(
        routes=[
            Route("/telephony/start", _taking_form(telephony.start), methods=["POST"]),
            Route("/telephony/next", _taking_form(telephony.next), methods=["POST"]),
            Route("/telephony/handover", _taking_form(telephony.handover), methods=["POST"]),
            Route("/telephony/end", _taking_form(telephony.end), methods=["POST"]),
            Route("/telephony/free", answer_free),
            Route("/healthz", answer_health),
            Route("/readyz", answer_ready),
            Route("/metrics", answer_metrics),
        ],
        middleware=[Middleware(_OnlyPeers, peers=Peers(settings.allow))],
    )

"""Faults on demand: the store as a test bench for those who call it.

The rules are pure (told the time); the middleware acts on them.
"""

import asyncio
import json
import time
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Literal

from starlette.types import ASGIApp, Message, Receive, Scope, Send

FaultKind = Literal["latency", "error", "hang", "drop_after", "hang_after"]
"""drop_after serves the request and then breaks the connection: what was asked is done, and the client cannot know.
hang_after does the same and keeps the answer until the fault is over."""
FaultMethod = Literal["GET", "POST", "PATCH", "DELETE"]


@dataclass(slots=True)
class Fault:
    path: str
    """A glob over the whole path: "/api/v1/tires/*", "*"."""
    kind: FaultKind
    method: FaultMethod | None = None
    """None: every one."""
    latency_ms: int = 0
    """For latency: how long before the request is served."""
    status: int = 500
    """For error: what is answered."""
    times_left: int | None = None
    until_s: float | None = None
    ended: asyncio.Event = field(default_factory=asyncio.Event, repr=False)

    def over(self, now_s: float) -> bool:
        return self.times_left == 0 or (self.until_s is not None and now_s >= self.until_s)


class FaultPlan:
    """At most one fault befalls a request: the first that was set and still holds."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self.faults.append(fault)

    def clear(self) -> None:
        """Hanging requests go on."""
        for fault in self.faults:
            fault.ended.set()
        self.faults.clear()

    def take(self, method: str, path: str, now_s: float) -> Fault | None:
        self.faults = [fault for fault in self.faults if not fault.over(now_s)]
        for fault in self.faults:
            if fault.method in (None, method) and fnmatchcase(path, fault.path):
                if fault.times_left is not None:
                    fault.times_left -= 1
                return fault
        return None


class FaultMiddleware:
    def __init__(self, app: ASGIApp, plan: FaultPlan) -> None:
        self._app = app
        self._plan = plan

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        fault = None
        if scope["type"] == "http" and not scope["path"].startswith("/admin/"):
            fault = self._plan.take(scope["method"], scope["path"], time.monotonic())
        if fault is not None:
            match fault.kind:
                case "latency":
                    await asyncio.sleep(fault.latency_ms / 1000)
                case "error":
                    await _answer(fault.status, send)
                    return
                case "hang":
                    body: list[Message] = []
                    if not await _hang(fault, receive, body):
                        return
                    receive = _from_the_start(body, receive)
                case "drop_after":
                    send = _without_body(send)
                case "hang_after":
                    answer: list[Message] = []
                    await self._app(scope, receive, _kept(answer))
                    if await _hang(fault, receive, []):
                        for message in answer:
                            await send(message)
                    return
        await self._app(scope, receive, send)


async def _hang(fault: Fault, receive: Receive, body: list[Message]) -> bool:
    """Say nothing until the fault is over (True: serve the request after all) or the client is gone.

    What comes of the request meanwhile is put into `body`.
    """
    remaining_s = None if fault.until_s is None else fault.until_s - time.monotonic()
    gone = asyncio.ensure_future(_client_gone(receive, body))
    ended = asyncio.ensure_future(fault.ended.wait())
    try:
        await asyncio.wait({gone, ended}, timeout=remaining_s, return_when=asyncio.FIRST_COMPLETED)
        return not gone.done()
    finally:
        gone.cancel()
        ended.cancel()
        await asyncio.gather(gone, ended, return_exceptions=True)


async def _client_gone(receive: Receive, body: list[Message]) -> None:
    while (message := await receive())["type"] != "http.disconnect":
        body.append(message)


def _from_the_start(body: list[Message], receive: Receive) -> Receive:
    """Gives first what was read already."""

    async def receive_again() -> Message:
        return body.pop(0) if body else await receive()

    return receive_again


def _without_body(send: Send) -> Send:
    """The status goes out and the body never does: the server breaks off such an answer by closing the connection.

    ASGI has no way to close it before.
    """

    async def send_status(message: Message) -> None:
        if message["type"] == "http.response.start":
            await send(message)

    return send_status


def _kept(answer: list[Message]) -> Send:
    async def keep(message: Message) -> None:
        answer.append(message)

    return keep


async def _answer(status: int, send: Send) -> None:
    body = json.dumps({"error": {"code": "injected_fault", "message": "a fault set through /admin/faults"}}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    if status in (429, 503):
        headers.append((b"retry-after", b"1"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})

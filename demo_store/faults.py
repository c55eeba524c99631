"""Faults on demand: the store as a test bench for those who call it.

The rules are pure (told the time); the middleware acts on them.
"""

import asyncio
import json
import time
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Literal

from starlette.types import ASGIApp, Receive, Scope, Send

FaultKind = Literal["latency", "error", "hang"]


@dataclass(slots=True)
class Fault:
    path: str
    """A glob over the whole path: "/api/v1/tires/*", "*"."""
    kind: FaultKind
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

    def take(self, path: str, now_s: float) -> Fault | None:
        self.faults = [fault for fault in self.faults if not fault.over(now_s)]
        for fault in self.faults:
            if fnmatchcase(path, fault.path):
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
            fault = self._plan.take(scope["path"], time.monotonic())
        if fault is not None:
            match fault.kind:
                case "latency":
                    await asyncio.sleep(fault.latency_ms / 1000)
                case "error":
                    await _answer(fault.status, send)
                    return
                case "hang":
                    if not await _hang(fault, receive):
                        return
        await self._app(scope, receive, send)


async def _hang(fault: Fault, receive: Receive) -> bool:
    """Say nothing until the fault is over (True: serve the request after all) or the client is gone."""
    remaining_s = None if fault.until_s is None else fault.until_s - time.monotonic()
    gone = asyncio.ensure_future(_client_gone(receive))
    ended = asyncio.ensure_future(fault.ended.wait())
    try:
        await asyncio.wait({gone, ended}, timeout=remaining_s, return_when=asyncio.FIRST_COMPLETED)
        return not gone.done()
    finally:
        gone.cancel()
        ended.cancel()


async def _client_gone(receive: Receive) -> None:
    # A body that was waiting is eaten here: the catalogue has GETs only.
    while (await receive())["type"] != "http.disconnect":
        pass


async def _answer(status: int, send: Send) -> None:
    body = json.dumps({"error": {"code": "injected_fault", "message": "a fault set through /admin/faults"}}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    if status in (429, 503):
        headers.append((b"retry-after", b"1"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})

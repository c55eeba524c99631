"""Around every request: who may ask, what a browser may do with the answer, and one line of log without the query."""

import base64
import binascii
import hmac
import time
import traceback
from ipaddress import ip_address

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from analytics.api.problems import problem
from analytics.metrics import request_seconds
from callcenter.config import WebSettings
from callcenter.errors import ConfigurationError

log = structlog.get_logger(__name__)

OPEN = frozenset({"/healthz", "/readyz", "/metrics"})
"""Asked by machines inside; they hold nothing about callers."""
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}


def check_exposure(settings: WebSettings) -> None:
    """Raises ConfigurationError when the world would be answered without being asked who it is."""
    if settings.token is None and not is_loopback(settings.host):
        raise ConfigurationError(
            f"web.host: {settings.host} is open to other machines; set web.token (CALLCENTER_WEB__TOKEN) too"
        )


def is_loopback(host: str) -> bool:
    if host.lower() in ("localhost", "localhost."):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


class Guard:
    def __init__(self, app: ASGIApp, settings: WebSettings) -> None:
        self._app = app
        self._token = settings.token.get_secret_value() if settings.token else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began_s = time.perf_counter()
        status, is_begun = 500, False

        async def send_with_headers(message: Message) -> None:
            nonlocal status, is_begun
            if message["type"] == "http.response.start":
                status, is_begun = message["status"], True
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self._answer(scope, receive, send_with_headers)
        except Exception as error:
            # the boundary: a fault costs this request alone; its text may quote what was asked
            log.error("request_failed", error=type(error).__name__, where=_where(error))  # noqa: TRY400
            if is_begun:
                raise
            await problem(500, "Something went wrong here.")(scope, receive, send_with_headers)
        finally:
            _note(scope, status, time.perf_counter() - began_s)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        if self._token is None and not is_loopback(_name(headers.get("host", ""))):
            # another name may lead to this machine from any page on the web (DNS rebinding)
            await problem(421, "Without web.token only this machine is answered, by its own name.")(
                scope, receive, send
            )
            return
        if self._token is not None and scope["path"] not in OPEN and not self._knows_token(headers):
            login = {"WWW-Authenticate": 'Basic realm="callcenter", charset="UTF-8"'}
            await problem(401, "web.token is needed.", headers=login)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _knows_token(self, headers: Headers) -> bool:
        scheme, _, given = headers.get("authorization", "").partition(" ")
        match scheme.lower():
            case "bearer":
                shown = given.strip().encode("latin-1")  # as Starlette has decoded it
            case "basic":
                try:
                    shown = base64.b64decode(given, validate=True).partition(b":")[2]
                except binascii.Error:
                    return False
            case _:
                return False
        return hmac.compare_digest(shown, (self._token or "").encode())


def _note(scope: Scope, status: int, seconds: float) -> None:
    route = getattr(scope.get("route"), "path", "none")
    method = scope["method"] if scope["method"] in ("GET", "HEAD", "POST") else "other"
    request_seconds.labels(route, method, str(status)).observe(seconds)
    if route not in OPEN:
        log.info("request", route=route, method=method, status=status, ms=round(seconds * 1000, 1))


def _where(error: Exception) -> str:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{frame.filename}:{frame.lineno}"


def _name(host: str) -> str:
    """Of a Host header, without its port."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]

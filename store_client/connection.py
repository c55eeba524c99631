"""How the store is asked: one connection pool, deadlines, retries of what is safe to repeat, and a circuit breaker."""

import asyncio
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal
from urllib.parse import quote, urlencode

import aiohttp
import stamina
from aiohttp.http_exceptions import ContentEncodingError
from yarl import URL

from store_client.answers import A, Page, T, parse
from store_client.breaker import Admission, Breaker, BreakerState, Outcome
from store_client.errors import StoreBadAnswer, StoreError, StoreNotFound, StoreRejected, StoreUnavailable

_GET_ATTEMPTS = 3
_CHANGE_ATTEMPTS = 2
_PER_PAGE = 50  # the contract's most
_MOST_PAGES = 100
_MOST_BYTES = 4 * 2**20
"""Of an answer, once unpacked; a page of fifty tires has some 30 kB."""
_IDLE_S = 4.0
"""A connection is kept so long: uvicorn, which the demo store is served by, closes its own after 5 s."""
_JSON = {"Content-Type": "application/json"}
Parameter = str | int | float | bool | Decimal | None


@dataclass(frozen=True, slots=True)
class Request:
    """Safe to send twice: a question, or a change that the store makes once however often it is told."""

    method: Literal["GET", "POST", "PATCH", "DELETE"]
    path: str
    parameters: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes | None
    attempts: int


class StoreConnection:
    """To be made where the loop runs that it is used in, and closed there.

    `timeout_s` bounds a whole call, retries and waits included; one attempt gets half of it, so that a hanging
    connection can be tried anew. A caller that puts a deadline of its own around a call makes it longer than
    `timeout_s`: a call cancelled from outside tells the breaker nothing.
    """

    def __init__(
        self,
        base_url: str,
        api_key: str,
        *,
        timeout_s: float = 3.0,
        language: Literal["uk", "en"] = "uk",
        max_connections: int = 50,
        on_state_change: Callable[[BreakerState], None] | None = None,
        clock_s: Callable[[], float] = time.monotonic,
        traces: Sequence[aiohttp.TraceConfig] = (),
    ) -> None:
        """`base_url` ends with /api/v1. `language` is that of descriptions. `on_state_change` hears of each turn of the
        breaker: it must not block or raise. `traces` see every request go and come, for measurements."""
        self._timeout_s = timeout_s
        self._attempt_s = timeout_s / 2
        self._breaker = Breaker()
        self._on_state_change = on_state_change
        self._clock_s = clock_s
        self._base_url = str(URL(base_url)).rstrip("/")
        self._http = aiohttp.ClientSession(
            headers={"Authorization": f"Bearer {api_key}", "Accept-Language": language},
            # Every attempt runs under asyncio.timeout, which a trickling answer cannot stretch.
            timeout=aiohttp.ClientTimeout(total=None),
            connector=aiohttp.TCPConnector(limit=max_connections, keepalive_timeout=_IDLE_S),
            cookie_jar=aiohttp.DummyCookieJar(),
            middlewares=(_once,),
            trace_configs=list(traces),
        )

    @property
    def breaker_open(self) -> bool:
        return self._breaker.refuses(self._clock_s())

    async def aclose(self) -> None:
        await self._http.close()

    async def _get(self, path: str, parameters: Mapping[str, Parameter], answer: type[A]) -> A:
        given = {name: _wire(value) for name, value in parameters.items() if value is not None}
        return await self._ask(Request("GET", path, given, {}, None, _GET_ATTEMPTS), answer)

    async def _all(self, path: str, parameters: Mapping[str, Parameter], answer: type[Page[T]]) -> Sequence[T]:
        """Every page of a list, each under its own deadline."""
        listed: list[T] = []
        for page in range(1, _MOST_PAGES + 1):
            part = await self._get(path, {**parameters, "page": page, "per_page": _PER_PAGE}, answer)
            listed.extend(part.data)
            if page >= part.pagination.total_pages:
                return listed
        raise StoreBadAnswer(f"a list of more than {_MOST_PAGES} pages")

    async def _post(
        self, path: str, body: Mapping[str, Any], answer: type[A], *, key: str, call_id: str | None = None
    ) -> A:
        """`key`: see `Store.create_order`."""
        headers = {**_JSON, "Idempotency-Key": key, **_in_call(call_id)}
        return await self._ask(Request("POST", path, {}, headers, _encoded(body), _CHANGE_ATTEMPTS), answer)

    async def _patch(self, path: str, body: Mapping[str, Any], answer: type[A], *, call_id: str | None = None) -> A:
        headers = {**_JSON, **_in_call(call_id)}
        return await self._ask(Request("PATCH", path, {}, headers, _encoded(body), _CHANGE_ATTEMPTS), answer)

    async def _delete(self, path: str, answer: type[A], *, call_id: str | None = None) -> A:
        return await self._ask(Request("DELETE", path, {}, _in_call(call_id), None, _CHANGE_ATTEMPTS), answer)

    async def _ask(self, request: Request, answer: type[A]) -> A:
        admission = self._admit()
        outcome = Outcome.ABANDONED
        try:
            attempts = 1 if admission is Admission.PROBE else request.attempts
            parsed = await self._attempts(request, answer, attempts)
            outcome = Outcome.SUCCEEDED
        except (StoreRejected, StoreNotFound):
            outcome = Outcome.SUCCEEDED  # the server is well, the question was not
            raise
        except StoreError:
            outcome = Outcome.FAILED
            raise
        finally:
            self._settle(admission, outcome)
        return parsed

    async def _attempts(self, request: Request, answer: type[A], attempts: int) -> A:
        last = StoreUnavailable("timeout", f"no answer within {self._timeout_s} s")
        pending = False
        try:
            async with asyncio.timeout(self._timeout_s):
                async for attempt in stamina.retry_context(
                    on=_worth_repeating,
                    attempts=attempts,
                    timeout=self._timeout_s,
                    wait_initial=0.05,
                    wait_max=0.4,
                    wait_jitter=0.1,
                ):
                    with attempt:
                        try:
                            return parse(*await self._attempt(request), answer)
                        except StoreUnavailable as error:
                            pending = error.pending = pending or error.pending
                            last = error
                            raise
                        except StoreError as error:
                            if pending and request.method != "GET":
                                raise last from error  # a refusal says nothing of the attempt before it
                            raise
        except TimeoutError as error:
            last.pending = True
            raise last from error
        raise AssertionError("stamina ends with an answer or an error")

    async def _attempt(self, request: Request) -> tuple[int, bytes]:
        """The answer's status and body."""
        query = f"?{urlencode(request.parameters)}" if request.parameters else ""
        # As it is: `segment` has quoted what needs it, and a URL made tidy is another one.
        url = URL(f"{self._base_url}/{request.path}{query}", encoded=True)
        try:
            async with (
                asyncio.timeout(self._attempt_s),
                self._http.request(
                    request.method, url, headers=request.headers, data=request.body, allow_redirects=False
                ) as response,
            ):
                return response.status, await _body(response)
        except TimeoutError as error:
            raise StoreUnavailable("timeout", "an attempt timed out", pending=True) from error
        except aiohttp.ClientError as error:
            raise _broken(error) from None  # its words have the URL, and an order search carries a phone number

    def _admit(self) -> Admission:
        before = self._breaker.state
        admission = self._breaker.admit(self._clock_s())
        self._tell(before)
        if admission is Admission.REFUSED:
            raise StoreUnavailable("breaker_open", "the store failed too often and is left alone for now")
        return admission

    def _settle(self, admission: Admission, outcome: Outcome) -> None:
        before = self._breaker.state
        self._breaker.settle(admission, outcome, self._clock_s())
        self._tell(before)

    def _tell(self, before: BreakerState) -> None:
        if self._on_state_change is not None and self._breaker.state is not before:
            self._on_state_change(self._breaker.state)


async def _once(request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """aiohttp would send a GET or DELETE again by itself when its connection breaks off; attempts are counted here."""
    try:
        return await send(request)
    except aiohttp.ClientConnectionError as error:
        raise _broken(error) from None


def _broken(error: aiohttp.ClientError) -> StoreError:
    if isinstance(error.__cause__, ContentEncodingError):
        return StoreBadAnswer("the answer's encoding is broken")
    # neither was it never sent, nor has its answer begun
    pending = not isinstance(error, aiohttp.ClientConnectorError | aiohttp.ClientPayloadError)
    return StoreUnavailable("connection", f"no connection: {type(error).__name__}", pending=pending)


async def _body(response: aiohttp.ClientResponse) -> bytes:
    """Raises StoreBadAnswer for too long a one; what is left of it is not waited for."""
    body = bytearray()
    async for part in response.content.iter_any():
        body += part
        if len(body) > _MOST_BYTES:
            raise StoreBadAnswer(f"an answer of more than {_MOST_BYTES} bytes")
    return bytes(body)


def _in_call(call_id: str | None) -> dict[str, str]:
    return {} if call_id is None else {"X-Call-ID": call_id}


def _encoded(body: Mapping[str, Any]) -> bytes:
    given = {name: value for name, value in body.items() if value is not None}
    return json.dumps(given, ensure_ascii=False).encode("utf-8", "replace")


def _worth_repeating(error: Exception) -> bool:
    return isinstance(error, StoreUnavailable) and (error.kind in ("timeout", "connection") or error.status == 503)


def segment(given_id: str, not_found: str) -> str:
    """An id comes from a model and may be anything; it must stay one segment of the path.

    Raises StoreNotFound with the code `not_found`.
    """
    quoted = quote(_utf8(given_id), safe="")
    if quoted.strip(".") == "":
        raise StoreNotFound(not_found, f"not found: {not_found}")
    return quoted


def _wire(value: str | int | float | bool | Decimal) -> str:
    return str(value).lower() if isinstance(value, bool) else _utf8(str(value))


def _utf8(text: str) -> str:
    """Lone surrogates, which JSON can spell and UTF-8 cannot, become question marks."""
    return text.encode("utf-8", "replace").decode()

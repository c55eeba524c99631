"""The store over HTTP: one connection pool, deadlines, retries of what is safe to repeat, and a circuit breaker."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Literal
from urllib.parse import quote

import httpx
import stamina

from store_client.answers import A, One, Page, T, parse
from store_client.breaker import Admission, Breaker, BreakerState, Outcome
from store_client.errors import StoreBadAnswer, StoreError, StoreNotFound, StoreRejected, StoreUnavailable
from store_client.models import (
    Availability,
    Brand,
    Season,
    Sort,
    TireDetails,
    TirePage,
    VehicleModel,
    VehicleTires,
)
from store_client.models_knowledge import KnowledgeArticle, KnowledgeArticles, KnowledgeCategory

_ATTEMPTS = 3
_PER_PAGE = 50  # the contract's most
_MOST_PAGES = 100
_LONGEST_QUESTION = 500
Parameter = str | int | float | bool | Decimal | None


class StoreClient:
    """See `store_client.Store` for what the methods mean. Shared by all calls; safe for concurrent use.

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
    ) -> None:
        """`base_url` ends with /api/v1. `language` is that of descriptions. `on_state_change` hears of each turn of the
        breaker: it must not block or raise."""
        # httpx logs every URL at INFO, and an order search carries a phone number.
        logging.getLogger("httpx").setLevel(logging.WARNING)
        self._timeout_s = timeout_s
        self._attempt_s = timeout_s / 2
        self._breaker = Breaker()
        self._on_state_change = on_state_change
        self._clock_s = clock_s
        self._http = httpx.AsyncClient(
            base_url=base_url.rstrip("/") + "/",
            headers={"Authorization": f"Bearer {api_key}", "Accept-Language": language},
            timeout=None,  # noqa: S113 - every attempt runs under asyncio.timeout, which a trickling answer cannot stretch
            limits=httpx.Limits(max_connections=max_connections, max_keepalive_connections=max_connections),
        )

    @property
    def breaker_open(self) -> bool:
        return self._breaker.refuses(self._clock_s())

    async def search_tires(
        self,
        *,
        width: int | None = None,
        profile: int | None = None,
        diameter: int | None = None,
        season: Season | None = None,
        brand: str | None = None,
        model: str | None = None,
        min_price: Decimal | int | float | None = None,
        max_price: Decimal | int | float | None = None,
        in_stock: bool | None = None,
        sort: Sort | None = None,
        page: int = 1,
        per_page: int = 20,
    ) -> TirePage:
        wanted: dict[str, Parameter] = {"width": width, "profile": profile, "diameter": diameter, "season": season}
        wanted |= {"brand": brand, "model": model, "min_price": min_price, "max_price": max_price}
        wanted |= {"in_stock": in_stock, "sort": sort, "page": page, "per_page": per_page}
        return await self._get("tires/search", wanted, TirePage)

    async def tire(self, tire_id: str) -> TireDetails:
        return (await self._get(f"tires/{_segment(tire_id)}", {}, One[TireDetails])).data

    async def availability(self, tire_id: str) -> Availability:
        return (await self._get(f"tires/{_segment(tire_id)}/availability", {}, One[Availability])).data

    async def vehicle_tires(
        self,
        make: str,
        model: str,
        year: int,
        *,
        modification: str | None = None,
        season: Season | None = None,
    ) -> VehicleTires:
        wanted: dict[str, Parameter] = {"make": make, "model": model, "year": year}
        wanted |= {"modification": modification, "season": season}
        return (await self._get("vehicles/tires", wanted, One[VehicleTires])).data

    async def vehicles(self) -> Sequence[VehicleModel]:
        return await self._all("vehicles", Page[VehicleModel])

    async def brands(self) -> Sequence[Brand]:
        return await self._all("brands", Page[Brand])

    async def search_knowledge(
        self, query: str, *, category: KnowledgeCategory | None = None, limit: int = 5
    ) -> Sequence[KnowledgeArticle]:
        wanted: dict[str, Parameter] = {"query": query[:_LONGEST_QUESTION], "category": category, "limit": limit}
        return (await self._get("knowledge/search", wanted, KnowledgeArticles)).articles

    async def aclose(self) -> None:
        await self._http.aclose()

    async def _all(self, path: str, answer: type[Page[T]]) -> Sequence[T]:
        """Every page of a list, each under its own deadline."""
        listed: list[T] = []
        for page in range(1, _MOST_PAGES + 1):
            part = await self._get(path, {"page": page, "per_page": _PER_PAGE}, answer)
            listed.extend(part.data)
            if page >= part.pagination.total_pages:
                return listed
        raise StoreBadAnswer(f"a list of more than {_MOST_PAGES} pages")

    async def _get(self, path: str, parameters: Mapping[str, Parameter], answer: type[A]) -> A:
        admission = self._admit()
        outcome = Outcome.ABANDONED
        try:
            parsed = await self._ask(
                path, parameters, answer, attempts=1 if admission is Admission.PROBE else _ATTEMPTS
            )
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

    async def _ask(self, path: str, parameters: Mapping[str, Parameter], answer: type[A], *, attempts: int) -> A:
        given = {name: _wire(value) for name, value in parameters.items() if value is not None}
        last = StoreUnavailable("timeout", f"no answer within {self._timeout_s} s")
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
                            response = await self._attempt(path, given)
                            return parse(response.status_code, response.content, answer)
                        except StoreUnavailable as error:
                            last = error
                            raise
        except TimeoutError as error:
            raise last from error
        raise AssertionError("stamina ends with an answer or an error")

    async def _attempt(self, path: str, parameters: Mapping[str, str]) -> httpx.Response:
        try:
            async with asyncio.timeout(self._attempt_s):
                return await self._http.get(path, params=parameters)
        except (TimeoutError, httpx.TimeoutException) as error:
            raise StoreUnavailable("timeout", "an attempt timed out") from error
        except httpx.TransportError as error:
            raise StoreUnavailable("connection", f"no connection: {type(error).__name__}") from error
        except httpx.DecodingError as error:
            raise StoreBadAnswer("the answer's encoding is broken") from error

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


def _worth_repeating(error: Exception) -> bool:
    return isinstance(error, StoreUnavailable) and (error.kind in ("timeout", "connection") or error.status == 503)


def _segment(tire_id: str) -> str:
    """An id comes from a model and may be anything; it must stay one segment of the path."""
    segment = quote(_utf8(tire_id), safe="")
    if segment.strip(".") == "":
        raise StoreNotFound("tire_not_found", "no such tire")
    return segment


def _wire(value: str | int | float | bool | Decimal) -> str:
    return str(value).lower() if isinstance(value, bool) else _utf8(str(value))


def _utf8(text: str) -> str:
    """Lone surrogates, which JSON can spell and UTF-8 cannot, become question marks."""
    return text.encode("utf-8", "replace").decode()

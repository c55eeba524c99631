"""A call that goes through every tool of the agent's, and notes what each took beyond the store's own time."""

import asyncio
import json
import random
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, partial
from inspect import iscoroutinefunction
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import aiohttp

from callcenter.agent.tools import create_toolbox
from callcenter.dialogue.agreement import agrees
from callcenter.dialogue.engine import Rules
from callcenter.ports import CallerSaid, CallInfo
from callcenter.shop import Shop
from store_client import Store
from store_client.client import StoreClient

SHOP = Path(__file__).parents[2] / "shops/tires"
DAYS = 3
"""In which a free time is looked for: stations are closed on Sundays."""


@dataclass(slots=True)
class Spent:
    """Time that passed, and of it CPU time of this process."""

    wall_s: float = 0.0
    cpu_s: float = 0.0


MOST_TRIES = 5
"""At a time that no other call takes."""


class Failed(Exception):
    """A tool did not do what it was asked for; it is not measured."""


in_store: ContextVar[Spent] = ContextVar("in_store")
"""What the store took of the tool that runs."""


@contextmanager
def noted_in(spent: Spent) -> Iterator[None]:
    wall_s, cpu_s = time.perf_counter(), time.process_time()
    try:
        yield
    finally:
        spent.wall_s += time.perf_counter() - wall_s
        spent.cpu_s += time.process_time() - cpu_s


class TimedStore:
    """Any store, whose time is noted."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._store, name)
        return partial(self._timed, method) if iscoroutinefunction(method) else method

    async def _timed(self, method: Callable[..., Awaitable[Any]], *given: Any, **named: Any) -> Any:
        with noted_in(in_store.get()):
            return await method(*given, **named)


class TimedClient(StoreClient):
    """Notes how long the store is waited for: from a request's last byte to the head of its answer. All else is ours:
    making requests, sending them, reading and checking answers. (That we come late to an answer, because other calls
    have the loop, is in the figures of the store in memory.)"""

    def __init__(self, base_url: str, api_key: str) -> None:
        super().__init__(base_url, api_key, traces=(_waited_for(),))


def _waited_for() -> aiohttp.TraceConfig:
    async def sent(_: Any, request: SimpleNamespace, __: Any) -> None:
        request.began_s = time.perf_counter()

    async def answered(_: Any, request: SimpleNamespace, __: Any) -> None:
        in_store.get().wall_s += time.perf_counter() - request.began_s

    traces = aiohttp.TraceConfig()
    traces.on_request_headers_sent.append(sent)
    traces.on_request_chunk_sent.append(sent)  # the body, where there is one
    traces.on_request_end.append(answered)
    return traces


@dataclass(frozen=True, slots=True)
class Place:
    """Where a call books its fitting."""

    city: str
    first_day: date


_phones = count(9_900_000)
"""Each run has callers who have not ordered before."""


@cache
def shop_and_rules() -> tuple[Shop, Rules]:
    shop = Shop.load(SHOP)
    return shop, Rules(shop)


class Caller:
    def __init__(self, store: Store, now: datetime, place: Place, number: int, pause_s: float = 0.0) -> None:
        """`pause_s`: before each tool, on average."""
        shop, rules = shop_and_rules()
        box = create_toolbox(store, shop, partial(agrees, rules.understanding), now=lambda: now)
        # Beyond the numbers that the demo store's own customers have.
        self._tools = box.open(CallInfo(uuid4(), now, f"+38000{next(_phones)}", "+380441234567", "en"))
        self._place, self._pause_s = place, pause_s
        self._chance = random.Random(number)
        self.beyond: defaultdict[str, list[Spent]] = defaultdict(list)
        """The store's own time, by tool; what commits the shop is there twice, reading back first."""

    async def visit(self) -> None:
        """Every tool once or more. Raises Failed where one fails."""
        self._say("hello")
        await self._order()
        await self._fitting()
        await self._run("search_knowledge_base", query="Який тиск у шинах качати")
        await self._run("request_callback", topic="tires")
        await self._run("transfer_to_operator", reason="customer_request")

    async def _order(self) -> None:
        car: dict[str, Any] = {"vehicle_make": "Toyota", "vehicle_model": "Camry", "vehicle_year": 2020}
        found = await self._run("search_tires", **car)
        tire = next(one for one in found["tires"] if one["in_stock"])["id"]
        await self._run("check_availability", product_id=tire)
        await self._run("create_order_draft", items=[{"product_id": tire, "quantity": 1}])
        await self._run("cancel_order_draft")
        self._say("four after all")  # in one turn the same draft would be the first one again
        await self._run("create_order_draft", items=[{"product_id": tire, "quantity": 1}])
        await self._run("get_pickup_points", city="Kyiv")
        await self._run("update_order_delivery", delivery_type="delivery", city="Lviv", address="Franka 10")
        await self._agreed("confirm_order", payment_method="cod")
        await self._run("get_order_status")

    async def _fitting(self) -> None:
        station = (await self._run("get_fitting_stations", city=self._place.city))["stations"][0]["id"]
        first, last = self._place.first_day, self._place.first_day + timedelta(days=DAYS)
        await self._run("get_fitting_price", tire_diameter=16, station_id=station)
        for _ in range(MOST_TRIES):
            slots = await self._run("get_fitting_slots", station_id=station, date_from=f"{first}", date_to=f"{last}")
            day, times = next(iter(slots["free"].items()))
            at = self._chance.choice(times)
            try:
                await self._agreed("book_fitting", station_id=station, date=day, time=at, tire_diameter=16)
            except Failed:  # another call has taken it meanwhile
                continue
            break
        (booking,) = (await self._run("get_fitting_bookings"))["bookings"]
        await self._agreed("cancel_fitting", booking_id=booking["id"], action="cancel")

    async def _agreed(self, tool: str, **arguments: Any) -> None:
        asked = await self._run(tool, noted_as=f"{tool}_read_back", **arguments)
        self._say("yes")
        if not (await self._run(tool, **asked["arguments"])).get("id"):
            raise Failed(f"{tool}: the shop refused")

    def _say(self, text: str) -> None:
        self._tools.begin(CallerSaid(text))

    async def _run(self, tool: str, *, noted_as: str = "", **arguments: Any) -> Mapping[str, Any]:
        if self._pause_s:
            await asyncio.sleep(self._chance.uniform(0, 2 * self._pause_s))
        whole, store = Spent(), Spent()
        in_store.set(store)
        text = json.dumps(arguments)
        with noted_in(whole):
            done = await self._tools.run(tool, text)
        result: Mapping[str, Any] | None = done.finished.result
        if not done.finished.success or result is None:
            raise Failed(f"{tool} failed: {done.finished.error}")
        self.beyond[noted_as or tool].append(Spent(whole.wall_s - store.wall_s, whole.cpu_s - store.cpu_s))
        self._tools.heard(done.say)
        return result

"""The store's fitting over a real PostgreSQL, with a clock that the test sets."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import asyncpg
import httpx

from demo_store.app import create_app
from demo_store.database import one_connection
from demo_store.seed_fitting import replace_fitting
from demo_store.settings import Settings
from tests.integration.demo_store.running import API_KEY

MONDAY_MORNING = datetime(2026, 11, 2, 6, 0, tzinfo=UTC)
"""8:00 in Kyiv."""
PHONE = "+380000000901"
ONE_BAY = "kyiv-shuliavka"
"""Open 7:30 to 21:00 from Monday to Friday; no full service."""
TWO_BAYS = "lviv-sykhiv"
"""Open 8:00 to 19:00 from Monday to Friday, 9:00 to 17:00 on Saturday."""

_EMPTY = """
TRUNCATE store.fitting_bookings, store.fitting_places, store.idempotency_keys, store.sms_outbox, store.audit_log
"""


class Clock:
    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@dataclass(frozen=True, slots=True)
class FittingBench:
    http: httpx.AsyncClient
    database: "asyncpg.Connection[asyncpg.Record]"
    clock: Clock

    async def book(self, time: str, *, key: str | None = None, language: str = "uk", **more: Any) -> httpx.Response:
        """Thirty minutes of the only bay on the next day, unless the test says otherwise."""
        headers = {"Accept-Language": language} | ({} if key is None else {"Idempotency-Key": key})
        asked = {"station_id": ONE_BAY, "date": "2026-11-03", "time": time, "service_type": "tire_change"}
        asked |= {"customer_phone": PHONE, "call_id": "call-1", **more}
        return await self.http.post("/fitting/bookings", json=asked, headers=headers)

    async def booked(self, time: str, **more: Any) -> Any:
        answer = await self.book(time, **more)
        assert answer.status_code == 201, answer.text
        return answer.json()["data"]

    async def move(self, booking_id: str, time: str, date: str = "2026-11-03") -> httpx.Response:
        return await self.http.patch(f"/fitting/bookings/{booking_id}", json={"date": date, "time": time})

    async def cancel(self, booking_id: str) -> httpx.Response:
        return await self.http.delete(f"/fitting/bookings/{booking_id}")

    async def free(self, date: str = "2026-11-03", station: str = ONE_BAY, service: str = "tire_change") -> list[str]:
        """The free times of a day."""
        return [at["time"] for at in await self.times(date, station, service) if at["available"]]

    async def times(self, date: str, station: str = ONE_BAY, service: str = "tire_change") -> Any:
        """Every time of one day."""
        days = await self.days(date, date, station, service)
        return days[0]["times"]

    async def days(
        self, date_from: str, date_to: str, station: str = ONE_BAY, service: str = "tire_change"
    ) -> list[Any]:
        asked = {"date_from": date_from, "date_to": date_to, "service_type": service}
        answer = await self.http.get(f"/fitting/stations/{station}/slots", params=asked)
        assert answer.status_code == 200, answer.text
        found: list[Any] = answer.json()["data"]["slots"]
        return found

    async def taken(self) -> set[tuple[str, str]]:
        """Day and start of every half-hour that is taken, at any station."""
        rows = await self.database.fetch("SELECT day::text, start::text FROM store.fitting_places")
        return {(row["day"], row["start"][:5]) for row in rows}

    async def count(self, table: str, where: str = "true") -> int:
        query = f"SELECT count(*) FROM store.{table} WHERE {where}"  # noqa: S608 - both are the tests' own words
        return int(await self.database.fetchval(query))


async def set_up_fitting(url: str) -> None:
    """The stations of the data file, and nobody who has booked."""
    async with one_connection(url) as connection:
        await replace_fitting(connection)


@asynccontextmanager
async def fitting_bench(url: str) -> AsyncIterator[FittingBench]:
    clock = Clock(MONDAY_MORNING)
    app = create_app(Settings(url, api_key=API_KEY), now=clock)
    connection = await asyncpg.connect(url)
    await connection.execute(_EMPTY)
    headers = {"Authorization": f"Bearer {API_KEY}"}
    transport = httpx.ASGITransport(app)
    try:
        async with httpx.AsyncClient(transport=transport, base_url="http://store/api/v1", headers=headers) as http:
            yield FittingBench(http, connection, clock)
    finally:
        await connection.close()
        await app.state.database.aclose()

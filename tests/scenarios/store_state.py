"""The running store's database, as a scenario prepares it and looks at it in the end."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import asyncpg

from tests.integration.demo_store.running import RunningStore

TIRE = "lassa-iceways-2-205-55-r16"
"""In the orders that the shop has had before."""
ANOTHER = "+380009702233"
ANOTHERS_NAME, ANOTHERS_ADDRESS = "Zakhar Nezdolenko", "Tayemna 77"
"""Of which nobody else may hear."""
NUMBERS = ("204816", "377002")
"""Of the orders that the shop has had before, where a scenario gives none."""
_numbers = count(1)

_KEEP_STOCK = "CREATE TABLE IF NOT EXISTS scenario_stock AS SELECT tire_id, warehouse_id, quantity FROM store.stock"
_KEEP_BOOKINGS = "CREATE TABLE IF NOT EXISTS scenario_bookings AS SELECT max(id) AS last FROM store.fitting_bookings"
_NO_PLACES = "DELETE FROM store.fitting_places WHERE booking_id > (SELECT last FROM scenario_bookings)"
_NO_BOOKINGS = "DELETE FROM store.fitting_bookings WHERE id > (SELECT last FROM scenario_bookings)"
_RESTORE_STOCK = """
UPDATE store.stock s SET quantity = k.quantity FROM scenario_stock k
WHERE (s.tire_id, s.warehouse_id) = (k.tire_id, k.warehouse_id) AND s.quantity <> k.quantity
"""
_TAKEN = """
SELECT k.tire_id, sum(k.quantity - s.quantity)::int AS taken
FROM scenario_stock k JOIN store.stock s ON (s.tire_id, s.warehouse_id) = (k.tire_id, k.warehouse_id)
GROUP BY k.tire_id HAVING sum(k.quantity - s.quantity) <> 0
"""
_SET_STOCK = """
UPDATE store.stock SET quantity = CASE
    WHEN warehouse_id = (SELECT min(warehouse_id) FROM store.stock WHERE tire_id = $1) THEN $2::int ELSE 0 END
WHERE tire_id = $1
"""
_EARLIER = """
INSERT INTO store.orders (
    id, status, customer_phone, source, currency, subtotal, weight_kg, created_at, confirmed_at, delivery_type, city_id,
    pickup_point_id, delivery_cost, delivery_days, payment_method, estimated_delivery, customer_name
)
OVERRIDING SYSTEM VALUE
VALUES ($4, $1, $2, 'website', 'UAH', 10040, 36, now() - $3::interval, now() - $3::interval, 'pickup', 'kyiv',
        'kyiv-2', 0, 1, 'cod', current_date + 1, $5)
RETURNING id, order_number
"""
_NOT_THIS_ONE = "DELETE FROM store.orders WHERE order_number = $1"
"""That a scenario before may have placed, or had."""
_NO_EARLIER = "DELETE FROM store.orders WHERE id > $1"
_EARLIER_ITEM = """
INSERT INTO store.order_items (order_id, position, product_id, name, size, quantity, price)
VALUES ($1, 1, $2, 'Lassa Iceways 2', '205/55 R16', 4, 2510)
"""
_TO_AN_ADDRESS = """
UPDATE store.orders SET delivery_type = 'delivery', pickup_point_id = NULL, address = $2 WHERE id = $1
"""
_ORDERS = "SELECT * FROM store.orders WHERE call_id = ANY($1) ORDER BY id"
_ITEMS = "SELECT product_id, quantity, price FROM store.order_items WHERE order_id = $1 ORDER BY position"
_BOOKINGS = "SELECT * FROM store.fitting_bookings WHERE call_id = ANY($1) ORDER BY id"
_AUDIT = "SELECT action, call_id FROM store.audit_log WHERE object = $1 ORDER BY id"


_OTHERS = """
SELECT md5(concat(
    (SELECT string_agg(o::text, ' ' ORDER BY id) FROM store.orders o WHERE NOT coalesce(call_id = ANY($1), false)),
    (SELECT string_agg(i::text, ' ' ORDER BY order_id, position) FROM store.order_items i
     WHERE order_id NOT IN (SELECT id FROM store.orders WHERE call_id = ANY($1))),
    (SELECT string_agg(b::text, ' ' ORDER BY id) FROM store.fitting_bookings b
     WHERE NOT coalesce(call_id = ANY($1), false)),
    (SELECT string_agg(m::text, ' ' ORDER BY id) FROM store.sms_outbox m WHERE phone <> $2),
    (SELECT string_agg(a::text, ' ' ORDER BY id) FROM store.audit_log a WHERE NOT coalesce(call_id = ANY($1), false)),
    (SELECT sum(price) FROM store.tires)
))
"""


STEP, NUMBERED = 486_187, 900_000
"""How the store makes six digits of an order's id (migrations/0002_orders): id * STEP % NUMBERED."""


def new_phone() -> str:
    """Of nobody, and of no other scenario."""
    return f"+3800097{next(_numbers):05d}"


@dataclass(frozen=True, slots=True)
class EarlierOrder:
    id: int
    number: str
    phone: str


@dataclass(frozen=True, slots=True)
class Slot:
    station: str
    day: dt.date
    at: dt.time


@dataclass(frozen=True, slots=True)
class StoreState:
    running: RunningStore
    database: "asyncpg.Connection[asyncpg.Record]"

    async def restore(self) -> None:
        """Stock and bookings as they were before the first scenario, and no order of an earlier scenario's past."""
        await self.database.execute(_NO_EARLIER, NUMBERED)
        for query in (_KEEP_STOCK, _RESTORE_STOCK, _KEEP_BOOKINGS, _NO_PLACES, _NO_BOOKINGS):
            await self.database.execute(query)

    async def taken(self) -> Mapping[str, int]:
        """Pieces by tire that are not in stock any more."""
        return {row["tire_id"]: row["taken"] for row in await self.database.fetch(_TAKEN)}

    async def set_stock(self, tire_id: str, quantity: int) -> None:
        """So many are left, all in one warehouse."""
        await self.database.execute(_SET_STOCK, tire_id, quantity)

    async def had_before(self, given: Mapping[str, str], caller: str | None, position: int) -> EarlierOrder:
        """position: from 1; the first one is the newest."""
        phone = caller if given.get("of", "caller") == "caller" and caller else ANOTHER
        age = dt.timedelta(days=position)
        number = given.get("number", NUMBERS[position - 1])
        await self.database.execute(_NOT_THIS_ONE, number)
        order_id = (int(number) - 100_000) * pow(STEP, -1, NUMBERED) % NUMBERED + NUMBERED
        name = ANOTHERS_NAME if phone == ANOTHER else None
        row = await self.database.fetchrow(_EARLIER, given["status"], phone, age, order_id, name)
        assert row is not None
        assert row["order_number"] == number
        await self.database.execute(_EARLIER_ITEM, row["id"], TIRE)
        if phone == ANOTHER:
            await self.database.execute(_TO_AN_ADDRESS, row["id"], ANOTHERS_ADDRESS)
        return EarlierOrder(row["id"], row["order_number"], phone)

    async def free_slot(self, given: Mapping[str, Any], used: Sequence[Slot]) -> Slot:
        """The first that is free of those that are asked for, and that the scenario does not use for something else."""
        day, left = dt.datetime.now(ZoneInfo("Europe/Kyiv")).date(), int(given.get("weekdays", 1))
        after = str(given.get("after", "09:00"))
        while left:
            day += dt.timedelta(days=1)
            left -= day.weekday() < 5
        asked = {"date_from": f"{day}", "date_to": f"{day + dt.timedelta(days=3)}"}
        asked["service_type"] = given.get("service", "tire_change")
        async with self.running.http() as http:
            answer = await http.get(f"/fitting/stations/{given['station']}/slots", params=asked)
        answer.raise_for_status()
        for told in answer.json()["data"]["slots"]:
            for one in told["times"]:
                slot = Slot(given["station"], dt.date.fromisoformat(told["date"]), dt.time.fromisoformat(one["time"]))
                if one["available"] and one["time"][:5] >= after and slot not in used:
                    return slot
        raise AssertionError(f"nothing is free: {asked}")

    async def booked_before(self, slot: Slot) -> str:
        """By another caller, for tire change; the booking's id."""
        asked = {"station_id": slot.station, "date": f"{slot.day}", "time": f"{slot.at:%H:%M}"}
        asked |= {
            "service_type": "tire_change",
            "customer_phone": ANOTHER,
            "customer_name": ANOTHERS_NAME,
            "call_id": "another",
        }
        async with self.running.http() as http:
            answer = await http.post("/fitting/bookings", json=asked, headers={"Idempotency-Key": f"{uuid4()}"})
        answer.raise_for_status()
        return str(answer.json()["data"]["id"])

    async def fail(self, *, down: bool) -> None:
        """Every answer of the store's is 503 from now on, or none is any more."""
        async with self.running.admin() as http:
            fault = {"path": "/api/v1/*", "kind": "error", "status": 503}
            answer = await http.post("/faults", json=fault) if down else await http.delete("/faults")
            answer.raise_for_status()

    # ---------------------------------------------------------------- in the end

    async def orders(self, calls: Sequence[str]) -> list[dict[str, Any]]:
        """Of these calls, with their items and what was noted about each; the oldest first."""
        found = []
        for row in await self.database.fetch(_ORDERS, calls):
            items = await self.database.fetch(_ITEMS, row["id"])
            found.append(
                {
                    **dict(row),
                    "items": {item["product_id"]: item["quantity"] for item in items},
                    "audit": await self._noted(f"orders/{row['id']}", calls),
                }
            )
        return found

    async def bookings(self, calls: Sequence[str]) -> list[dict[str, Any]]:
        return [
            {**dict(row), "audit": await self._noted(f"fitting_bookings/{row['id']}", calls)}
            for row in await self.database.fetch(_BOOKINGS, calls)
        ]

    async def of_others(self, calls: Sequence[str], phone: str) -> str:
        """A digest of all that these calls, and the messages to this number, have no part in."""
        found: str = await self.database.fetchval(_OTHERS, calls, phone)
        return found

    async def sms_to(self, phone: str) -> int:
        found: int = await self.database.fetchval("SELECT count(*) FROM store.sms_outbox WHERE phone = $1", phone)
        return found

    async def _noted(self, thing: str, calls: Sequence[str]) -> list[str]:
        rows = await self.database.fetch(_AUDIT, thing)
        assert rows, f"nothing is noted about {thing}"
        assert all(row["call_id"] in calls for row in rows), f"of another call: {thing}"
        return [row["action"] for row in rows]

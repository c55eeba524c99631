"""A shop to order from, in tests: its store, tires of known stock, and time that passes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import count
from typing import Any, Protocol

import asyncpg

from store_client import Store
from store_client.client import StoreClient
from store_client.fake import FakeStore
from store_client.fake_catalogue import TIRES
from store_client.models_orders import OrderDetails, OrderLine, ToPickupPoint
from tests.integration.demo_store.running import API_KEY, RunningStore

_numbers = count(1)


def new_phone() -> str:
    """Of a customer of this test's own; the number belongs to nobody."""
    return f"+380009{next(_numbers):06d}"


def new_key() -> str:
    return f"key-{next(_numbers)}"


class Shop(Protocol):
    @property
    def store(self) -> Store: ...

    async def tire(self, left: int) -> str:
        """One that no other test has, with so many left."""

    async def time_passes(self, minutes: int) -> None:
        """For the orders there are."""


class FakeShop:
    def __init__(self) -> None:
        self.store = FakeStore()
        self._ids = iter([tire.id for tire in TIRES])

    async def tire(self, left: int) -> str:
        tire_id = next(self._ids)
        self.store.set_stock(tire_id, left)
        return tire_id

    async def time_passes(self, minutes: int) -> None:
        self.store.now += timedelta(minutes=minutes)


class RealShop:
    def __init__(
        self, running: RunningStore, store: StoreClient, connection: "asyncpg.Connection[asyncpg.Record]"
    ) -> None:
        self.running = running
        self.store = store
        self._connection = connection

    async def tire(self, left: int) -> str:
        tire_id: str = await self.value("SELECT id FROM store.tires ORDER BY id OFFSET $1 LIMIT 1", next(_numbers))
        # Half of them lie elsewhere: an order may need two warehouses.
        for warehouse, quantity in (("kyiv", left - left // 2), ("lviv", left // 2), ("odesa", 0)):
            await self.value(
                "UPDATE store.stock SET quantity = $3 WHERE tire_id = $1 AND warehouse_id = $2",
                *(tire_id, warehouse, quantity),
            )
        return tire_id

    async def time_passes(self, minutes: int) -> None:
        passed = timedelta(minutes=minutes)
        for table, column in (("orders", "created_at"), ("orders", "expires_at"), ("status_history", "at")):
            earlier = f"UPDATE store.{table} SET {column} = {column} - $1::interval"  # noqa: S608 - of the names above
            await self.value(earlier, passed)

    async def value(self, query: str, *arguments: Any) -> Any:
        return await self._connection.fetchval(query, *arguments)

    async def rows(self, query: str, *arguments: Any) -> list[dict[str, Any]]:
        return [dict(row) for row in await self._connection.fetch(query, *arguments)]


@asynccontextmanager
async def open_real_shop(running: RunningStore) -> AsyncIterator[RealShop]:
    store = StoreClient(f"{running.url}/api/v1", API_KEY, timeout_s=20)
    connection = await asyncpg.connect(running.database_url)
    try:
        yield RealShop(running, store, connection)
    finally:
        await connection.close()
        await store.aclose()


async def draft(shop: Shop, tire_id: str, quantity: int = 4, *, phone: str | None = None) -> OrderDetails:
    return await shop.store.create_order(
        customer_phone=phone or new_phone(),
        items=[OrderLine(product_id=tire_id, quantity=quantity)],
        call_id="call-1",
        idempotency_key=new_key(),
    )


async def ready_draft(shop: Shop, *tire_ids: str, quantity: int = 4) -> OrderDetails:
    """With everything that confirming needs."""
    made = await shop.store.create_order(
        customer_phone=new_phone(),
        items=[OrderLine(product_id=tire_id, quantity=quantity) for tire_id in tire_ids],
        call_id="call-1",
        idempotency_key=new_key(),
    )
    return await shop.store.set_delivery(made.id, ToPickupPoint(pickup_point_id="kyiv-1"))


async def confirm(shop: Shop, order: OrderDetails, *, key: str | None = None, sms: bool = False) -> OrderDetails:
    return await shop.store.confirm_order(
        order.id, payment_method="cod", idempotency_key=key or new_key(), send_sms_confirmation=sms
    )


async def left(shop: Shop, tire_id: str) -> int:
    return (await shop.store.availability(tire_id)).total_quantity

"""Nothing is sold or ordered twice: not in races, not when answers are lost, not when requests are sent again."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import asyncpg
import pytest

from store_client import StoreConflict
from store_client.models_orders import OrderDetails, OrderLine, ToAddress, ToPickupPoint
from tests.integration.demo_store.ordering import RealShop, confirm, draft, left, new_key, new_phone, ready_draft

Fault = Callable[..., Awaitable[None]]


@pytest.fixture
async def fault(real_shop: RealShop) -> AsyncIterator[Fault]:
    async with real_shop.running.admin() as admin:

        async def set_fault(**asked: Any) -> None:
            (await admin.post("/faults", json=asked)).raise_for_status()

        yield set_fault
        (await admin.delete("/faults")).raise_for_status()


def create(shop: RealShop, tire_id: str, phone: str, key: str) -> Awaitable[OrderDetails]:
    lines = [OrderLine(product_id=tire_id, quantity=4)]
    return shop.store.create_order(customer_phone=phone, items=lines, call_id="call-1", idempotency_key=key)


async def orders_of(shop: RealShop, phone: str) -> int:
    return (await shop.store.search_orders(phone=phone)).pagination.total


async def test_many_orders_of_the_same_tires_in_any_order_sell_just_what_there_is(real_shop: RealShop) -> None:
    one, other = await real_shop.tire(left=12), await real_shop.tire(left=12)
    orders = [await ready_draft(real_shop, *((one, other) if n % 2 else (other, one))) for n in range(8)]
    results = await asyncio.gather(*(confirm(real_shop, order) for order in orders), return_exceptions=True)
    assert Counter(type(result) for result in results) == {OrderDetails: 3, StoreConflict: 5}
    assert {result.code for result in results if isinstance(result, StoreConflict)} == {"out_of_stock"}
    assert [await left(real_shop, tire_id) for tire_id in (one, other)] == [0, 0]


async def test_one_draft_that_is_confirmed_by_several_at_once_is_sold_once(real_shop: RealShop) -> None:
    tire_id = await real_shop.tire(left=12)
    order = await ready_draft(real_shop, tire_id)
    results = await asyncio.gather(*(confirm(real_shop, order) for _ in range(5)), return_exceptions=True)
    assert Counter(getattr(result, "code", "done") for result in results) == {"done": 1, "not_a_draft": 4}
    assert await left(real_shop, tire_id) == 8


async def test_a_draft_is_either_confirmed_or_dropped(real_shop: RealShop) -> None:
    tire_id = await real_shop.tire(left=4)
    order = await ready_draft(real_shop, tire_id)
    confirmed, dropped = await asyncio.gather(
        confirm(real_shop, order), real_shop.store.drop_order(order.id), return_exceptions=True
    )
    assert isinstance(confirmed, StoreConflict) is not isinstance(dropped, StoreConflict)
    assert await left(real_shop, tire_id) == (4 if isinstance(confirmed, StoreConflict) else 0)


async def test_one_key_sent_at_once_makes_one_order(real_shop: RealShop) -> None:
    tire_id, phone, key = await real_shop.tire(left=8), new_phone(), new_key()
    made = await asyncio.gather(*(create(real_shop, tire_id, phone, key) for _ in range(6)))
    assert made == [made[0]] * 6
    assert await orders_of(real_shop, phone) == 1


async def test_a_request_that_is_sent_again_waits_for_the_first(real_shop: RealShop) -> None:
    tire_id = await real_shop.tire(left=8)
    order, key = await ready_draft(real_shop, tire_id), new_key()
    holder = await asyncpg.connect(real_shop.running.database_url)
    try:
        async with holder.transaction():
            await holder.execute("SELECT FROM store.stock WHERE tire_id = $1 FOR UPDATE", tire_id)
            both = asyncio.gather(*(confirm(real_shop, order, key=key) for _ in range(2)))
            waiting = (
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            while await real_shop.value(waiting) < 2:
                await real_shop.value("SELECT pg_sleep(0.01)")
            assert not both.done()
        first, second = await both
    finally:
        await holder.close()
    assert first == second
    assert await left(real_shop, tire_id) == 4


async def test_an_order_whose_answer_was_lost_is_made_once(real_shop: RealShop, fault: Fault) -> None:
    tire_id, phone, key = await real_shop.tire(left=8), new_phone(), new_key()
    await fault(kind="drop_after", method="POST", path="/api/v1/orders", times=1)
    made = await create(real_shop, tire_id, phone, key)
    assert await orders_of(real_shop, phone) == 1
    assert await real_shop.store.order(made.id) == made


async def test_a_confirmation_whose_answer_was_lost_takes_the_tires_once(real_shop: RealShop, fault: Fault) -> None:
    tire_id = await real_shop.tire(left=8)
    order = await ready_draft(real_shop, tire_id)
    await fault(kind="drop_after", method="POST", times=1)
    done = await confirm(real_shop, order, sms=True)
    assert done.status == "confirmed"
    assert await left(real_shop, tire_id) == 4
    sent = "SELECT count(*) FROM store.sms_outbox WHERE phone = $1"
    assert await real_shop.value(sent, order.customer.phone) == 1


async def test_a_change_whose_answer_was_lost_is_told_again(real_shop: RealShop, fault: Fault) -> None:
    order = await draft(real_shop, await real_shop.tire(left=8))
    await fault(kind="drop_after", method="PATCH", times=1)
    changed = await real_shop.store.set_delivery(order.id, ToAddress(city="Одеса", address="вул. Тиха, 3"))
    assert changed.delivery is not None
    await fault(kind="drop_after", method="DELETE", times=1)
    assert (await real_shop.store.drop_order(order.id)).status == "cancelled"
    logged = "SELECT array_agg(action ORDER BY id) FROM store.audit_log WHERE object = $1"
    assert await real_shop.value(logged, f"orders/{order.id}") == [
        *("order_created", "order_delivery_set", "order_dropped"),
    ]


async def test_a_fault_of_one_method_spares_the_others(real_shop: RealShop, fault: Fault) -> None:
    order = await draft(real_shop, await real_shop.tire(left=8))
    await fault(kind="error", status=503, method="DELETE", times=1)
    assert (await real_shop.store.order(order.id)).status == "draft"
    assert (await real_shop.store.drop_order(order.id)).status == "cancelled"


async def test_a_request_that_hung_is_served_with_its_body_when_the_fault_ends(
    real_shop: RealShop, fault: Fault
) -> None:
    order = await draft(real_shop, await real_shop.tire(left=8))
    await fault(kind="hang", method="PATCH", for_s=0.2)
    goes = await real_shop.store.set_delivery(order.id, ToPickupPoint(pickup_point_id="lviv-1"))
    assert goes.delivery is not None
    assert goes.delivery.pickup_point_id == "lviv-1"


async def test_a_key_is_kept_for_a_day(real_shop: RealShop) -> None:
    tire_id, phone, key = await real_shop.tire(left=8), new_phone(), new_key()
    age = "UPDATE store.idempotency_keys SET created_at = created_at - $2::interval WHERE key = $1"
    first = await create(real_shop, tire_id, phone, key)
    await real_shop.value(age.replace("$2", "'23 hours'"), key)
    assert await create(real_shop, tire_id, phone, key) == first
    await real_shop.value(age.replace("$2", "'2 hours'"), key)
    assert (await create(real_shop, tire_id, phone, key)).id != first.id
    # Another request has cleaned up what was too old; the key that was used anew is known again.
    known = "SELECT count(*) FROM store.idempotency_keys WHERE created_at < now() - interval '1 day'"
    assert await real_shop.value(known) == 0

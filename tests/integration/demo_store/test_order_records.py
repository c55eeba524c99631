"""What the store writes down of an order's changes: the audit log and the SMS outbox."""

import json
from typing import Any

import pytest

from store_client import StoreConflict
from store_client.models_orders import OrderDetails, ToPickupPoint
from tests.integration.demo_store.ordering import RealShop, confirm, draft, new_key, ready_draft


async def logged(shop: RealShop, order: OrderDetails) -> list[dict[str, Any]]:
    lines = await shop.rows(
        "SELECT action, call_id, before, after FROM store.audit_log WHERE object = $1 ORDER BY id", f"orders/{order.id}"
    )
    return [
        line | {side: None if line[side] is None else json.loads(line[side]) for side in ("before", "after")}
        for line in lines
    ]


async def sent(shop: RealShop, order: OrderDetails) -> list[dict[str, Any]]:
    return await shop.rows(
        "SELECT text, created_at IS NOT NULL AS dated, sent FROM store.sms_outbox WHERE phone = $1",
        order.customer.phone,
    )


async def test_every_change_is_logged_with_its_call_and_both_sides(real_shop: RealShop) -> None:
    order = await draft(real_shop, await real_shop.tire(left=8))
    await real_shop.store.set_delivery(order.id, ToPickupPoint(pickup_point_id="kyiv-1"), call_id="call-2")
    await confirm(real_shop, order)
    created, delivery, confirmed = await logged(real_shop, order)
    assert [line["action"] for line in (created, delivery, confirmed)] == [
        *("order_created", "order_delivery_set", "order_confirmed"),
    ]
    # Of a change that names no call it is that of the order.
    assert [line["call_id"] for line in (created, delivery, confirmed)] == ["call-1", "call-2", "call-1"]
    assert created["before"] is None
    assert created["after"]["total"] == float(order.total)
    assert (delivery["before"]["delivery"], delivery["after"]["delivery"]["pickup_point_id"]) == (None, "kyiv-1")
    assert (confirmed["before"], confirmed["after"]["status"]) == (delivery["after"], "confirmed")


async def test_what_changes_nothing_is_not_logged(real_shop: RealShop) -> None:
    order = await ready_draft(real_shop, await real_shop.tire(left=8))
    await real_shop.store.set_delivery(order.id, ToPickupPoint(pickup_point_id="kyiv-1"))
    key = new_key()
    for _ in range(2):
        await confirm(real_shop, order, key=key)
    with pytest.raises(StoreConflict):
        await real_shop.store.drop_order(order.id)
    assert [line["action"] for line in await logged(real_shop, order)] == [
        *("order_created", "order_delivery_set", "order_confirmed"),
    ]


async def test_a_confirmation_sends_one_sms_where_it_is_wanted(real_shop: RealShop) -> None:
    order = await ready_draft(real_shop, await real_shop.tire(left=8))
    key = new_key()
    for _ in range(2):
        assert (await confirm(real_shop, order, key=key, sms=True)).sms_sent
    (message,) = await sent(real_shop, order)
    assert order.order_number in message["text"]
    assert "Київ" in message["text"]
    assert (message["dated"], message["sent"]) == (True, False)


async def test_nobody_is_sent_what_he_did_not_want_or_get(real_shop: RealShop) -> None:
    tire_id = await real_shop.tire(left=4)
    first, second = await ready_draft(real_shop, tire_id), await ready_draft(real_shop, tire_id)
    assert not (await confirm(real_shop, first)).sms_sent
    with pytest.raises(StoreConflict):
        await confirm(real_shop, second, sms=True)
    assert [await sent(real_shop, order) for order in (first, second)] == [[], []]
    assert [line["action"] for line in await logged(real_shop, second)] == ["order_created", "order_delivery_set"]

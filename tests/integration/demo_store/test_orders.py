"""Orders from the first wish to the confirmation, of the fake store and of the demo store alike."""

import asyncio

import pytest

from store_client import StoreConflict, StoreNotFound, StoreRejected
from store_client.models_orders import OrderDetails, OrderLine, ToAddress, ToPickupPoint
from tests.integration.demo_store.ordering import Shop, confirm, draft, left, new_key, new_phone, ready_draft


def refused(code: str) -> "pytest.RaisesExc[StoreConflict]":
    return pytest.RaisesExc(StoreConflict, check=lambda error: error.code == code)


async def test_a_draft_is_priced_by_the_shop_and_holds_no_stock(shop: Shop) -> None:
    tire = await shop.store.tire(await shop.tire(left=8))
    made = await draft(shop, tire.id, 4)
    assert made.status == "draft"
    (item,) = made.items
    assert (item.product_id, item.size, item.quantity) == (tire.id, tire.size, 4)
    assert (item.price, item.total, made.subtotal, made.total) == (tire.price, *[4 * tire.price] * 3)
    assert made.delivery is None
    assert made.weight_kg > 20
    assert made.expires_at is not None
    assert await left(shop, tire.id) == 8
    assert await shop.store.order(made.id) == made


async def test_a_tire_that_is_named_twice_counts_together(shop: Shop) -> None:
    tire_id = await shop.tire(left=4)
    lines = [OrderLine(product_id=tire_id, quantity=2), OrderLine(product_id=tire_id, quantity=2)]
    made = await shop.store.create_order(
        customer_phone=new_phone(), items=lines, call_id="c", idempotency_key=new_key()
    )
    assert [item.quantity for item in made.items] == [4]


@pytest.mark.parametrize("quantity", [0, -1, 100, 10**30])
async def test_a_quantity_is_from_1_to_99(shop: Shop, quantity: int) -> None:
    with refused("invalid_request") as caught:
        await draft(shop, await shop.tire(left=8), quantity)
    assert caught.value.status == 422
    assert "items" in caught.value.message


async def test_nothing_is_no_order(shop: Shop) -> None:
    with refused("invalid_request"):
        await shop.store.create_order(customer_phone=new_phone(), items=[], call_id="c", idempotency_key=new_key())


async def test_more_than_there_is_cannot_be_drafted(shop: Shop) -> None:
    tire_id = await shop.tire(left=3)
    with refused("out_of_stock") as caught:
        await draft(shop, tire_id, 4)
    assert "3 left" in caught.value.message
    assert (await shop.store.tire(tire_id)).model in caught.value.message


async def test_an_unknown_tire_is_not_found(shop: Shop) -> None:
    with pytest.raises(StoreNotFound) as caught:
        await draft(shop, "no-such-tire")
    assert caught.value.code == "tire_not_found"


async def test_delivery_to_an_address_costs_by_city_and_is_free_from_a_total(shop: Shop) -> None:
    quote = await shop.store.calculate_delivery("Львів", items_weight_kg=10, order_total=1)
    assert quote.cost > 0
    cheap = await draft(shop, await shop.tire(left=8), 1)
    with_cost = await shop.store.set_delivery(cheap.id, ToAddress(city="Львов", address="вул. Зелена, 1"))
    assert with_cost.delivery is not None
    assert (with_cost.delivery.delivery_type, with_cost.delivery.address) == ("delivery", "вул. Зелена, 1")
    assert (with_cost.delivery.cost, with_cost.delivery.estimated_days) == (quote.cost, quote.estimated_days)
    assert with_cost.total == with_cost.subtotal + quote.cost
    free = await shop.store.calculate_delivery("Lviv", items_weight_kg=500, order_total=quote.free_from)
    assert free.cost == 0


async def test_the_delivery_of_a_draft_can_be_changed(shop: Shop) -> None:
    made = await draft(shop, await shop.tire(left=8), 1)
    await shop.store.set_delivery(made.id, ToAddress(city="Київ", address="вул. Садова, 2"))
    (first, *more) = await shop.store.pickup_points("Киев")
    assert len(more) >= 2
    changed = await shop.store.set_delivery(made.id, ToPickupPoint(pickup_point_id=first.id))
    assert changed.delivery is not None
    assert (changed.delivery.pickup_point_id, changed.delivery.address) == (first.id, first.address)
    assert changed.delivery.cost == 0
    assert changed.total == made.subtotal


async def test_unknown_places_are_not_found(shop: Shop) -> None:
    made = await draft(shop, await shop.tire(left=8))
    for delivery, code in (
        (ToAddress(city="Атлантида", address="1"), "city_not_found"),
        (ToPickupPoint(pickup_point_id="atlantis-1"), "pickup_point_not_found"),
    ):
        with pytest.raises(StoreNotFound) as caught:
            await shop.store.set_delivery(made.id, delivery)
        assert caught.value.code == code
    with pytest.raises(StoreNotFound):
        await shop.store.calculate_delivery("Атлантида", items_weight_kg=1, order_total=1)
    assert not await shop.store.pickup_points("Атлантида")


async def test_confirming_takes_the_tires_out_of_stock(shop: Shop) -> None:
    tire_id = await shop.tire(left=10)
    made = await ready_draft(shop, tire_id)
    done = await shop.store.confirm_order(
        made.id, payment_method="card_on_delivery", idempotency_key=new_key(), customer_name="Олена"
    )
    assert (done.status, done.order_number, done.total) == ("confirmed", made.order_number, made.total)
    assert done.payment is not None
    assert (done.payment.method, done.customer.name) == ("card_on_delivery", "Олена")
    assert done.estimated_delivery is not None
    assert (done.expires_at, done.sms_sent) == (None, False)
    assert [change.status for change in done.status_history] == ["draft", "confirmed"]
    assert await left(shop, tire_id) == 6


async def test_without_delivery_nothing_is_confirmed(shop: Shop) -> None:
    tire_id = await shop.tire(left=4)
    made = await draft(shop, tire_id)
    with refused("no_delivery"):
        await confirm(shop, made)
    assert await left(shop, tire_id) == 4


async def test_of_two_who_want_the_last_four_one_gets_them(shop: Shop) -> None:
    tire_id = await shop.tire(left=4)
    both = [await ready_draft(shop, tire_id), await ready_draft(shop, tire_id)]
    results = await asyncio.gather(*(confirm(shop, order) for order in both), return_exceptions=True)
    (done,) = [result for result in results if isinstance(result, OrderDetails)]
    (error,) = [result for result in results if isinstance(result, StoreConflict)]
    assert done.status == "confirmed"
    assert (error.status, error.code) == (409, "out_of_stock")
    assert done.items[0].name in error.message
    assert "0 left" in error.message
    assert await left(shop, tire_id) == 0
    (other,) = [order for order in both if order.id != done.id]
    assert (await shop.store.order(other.id)).status == "draft"


async def test_what_is_short_of_one_tire_leaves_the_others_in_stock(shop: Shop) -> None:
    there, gone = await shop.tire(left=4), await shop.tire(left=4)
    made = await ready_draft(shop, there, gone)
    await confirm(shop, await ready_draft(shop, gone))
    with refused("out_of_stock"):
        await confirm(shop, made)
    assert await left(shop, there) == 4


async def test_only_a_draft_can_be_changed(shop: Shop) -> None:
    done = await confirm(shop, await ready_draft(shop, await shop.tire(left=8)))
    with refused("not_a_draft"):
        await shop.store.set_delivery(done.id, ToPickupPoint(pickup_point_id="kyiv-2"))
    with refused("not_a_draft"):
        await confirm(shop, done)
    with refused("not_a_draft"):
        await shop.store.drop_order(done.id)


async def test_a_dropped_draft_stays_dropped(shop: Shop) -> None:
    made = await ready_draft(shop, await shop.tire(left=8))
    dropped = await shop.store.drop_order(made.id)
    assert (dropped.status, dropped.expires_at) == ("cancelled", None)
    assert await shop.store.drop_order(made.id) == dropped
    with refused("not_a_draft"):
        await confirm(shop, made)


async def test_a_draft_expires_after_half_an_hour(shop: Shop) -> None:
    tire_id = await shop.tire(left=4)
    phone = new_phone()
    made = await draft(shop, tire_id, phone=phone)
    await shop.store.set_delivery(made.id, ToPickupPoint(pickup_point_id="kyiv-1"))
    await shop.time_passes(minutes=29)
    assert (await shop.store.order(made.id)).status == "draft"
    await shop.time_passes(minutes=2)
    expired = await shop.store.order(made.id)
    assert (expired.status, expired.expires_at) == ("cancelled", None)
    assert [change.status for change in expired.status_history] == ["draft", "cancelled"]
    with refused("not_a_draft"):
        await confirm(shop, made)
    assert (await shop.store.drop_order(made.id)).status == "cancelled"
    assert (await shop.store.search_orders(phone=phone)).orders == ()


async def test_orders_are_found_by_phone_and_by_number(shop: Shop) -> None:
    phone = new_phone()
    tire_id = await shop.tire(left=20)
    first, second = await draft(shop, tire_id, phone=phone), await draft(shop, tire_id, phone=phone)
    dropped = await draft(shop, tire_id, phone=phone)
    await shop.store.drop_order(dropped.id)
    for spelled in (phone, phone.removeprefix("+38"), f"{phone[3:6]} {phone[6:9]}-{phone[9:]}"):
        found = await shop.store.search_orders(phone=spelled)
        assert [order.id for order in found.orders] == [second.id, first.id]
        assert found.pagination.total == 2
    number = second.order_number
    for said in (number, f"{number[:2]} {number[2:4]} {number[4:]}", f"№{number}"):
        (by_number,) = (await shop.store.search_orders(order_number=said)).orders
        assert by_number.id == second.id
    assert (await shop.store.search_orders(phone=new_phone(), order_number=number)).orders == ()
    (only,) = (await shop.store.search_orders(phone=phone, status="cancelled")).orders
    assert only.id == dropped.id
    assert (await shop.store.search_orders(order_number=dropped.order_number)).pagination.total == 1


async def test_a_search_lists_what_an_order_is(shop: Shop) -> None:
    made = await draft(shop, await shop.tire(left=8), 4)
    (listed,) = (await shop.store.search_orders(phone=made.customer.phone)).orders
    item = made.items[0]
    assert listed.items_summary == f"4 × {item.name} {item.size}"
    assert (listed.status, listed.total, listed.tracking_number) == ("draft", made.total, None)


async def test_found_orders_come_in_pages(shop: Shop) -> None:
    phone = new_phone()
    tire_id = await shop.tire(left=8)
    made = [await draft(shop, tire_id, 1, phone=phone) for _ in range(3)]
    pages = [await shop.store.search_orders(phone=phone, page=page, per_page=2) for page in (1, 2, 3)]
    assert [[order.id for order in page.orders] for page in pages] == [[made[2].id, made[1].id], [made[0].id], []]
    assert {(page.pagination.total, page.pagination.total_pages) for page in pages} == {(3, 2)}


async def test_a_search_needs_a_phone_or_a_number(shop: Shop) -> None:
    with pytest.raises(StoreRejected) as caught:
        await shop.store.search_orders()
    assert caught.value.status == 400


@pytest.mark.parametrize("order_id", ["888888888", "none", "0", "-5", "9" * 40, "замовлення"])
async def test_an_order_that_is_not_there_is_not_found(shop: Shop, order_id: str) -> None:
    for ask in (
        shop.store.order(order_id),
        shop.store.drop_order(order_id),
        shop.store.set_delivery(order_id, ToPickupPoint(pickup_point_id="kyiv-1")),
        shop.store.confirm_order(order_id, payment_method="cod", idempotency_key=new_key()),
    ):
        with pytest.raises(StoreNotFound) as caught:
            await ask
        assert caught.value.code == "order_not_found"


async def test_a_number_is_six_digits_and_each_orders_own(shop: Shop) -> None:
    tire_id = await shop.tire(left=8)
    numbers = [(await draft(shop, tire_id, 1)).order_number for _ in range(5)]
    assert len(set(numbers)) == 5
    assert all(len(number) == 6 and number.isdigit() and number[0] != "0" for number in numbers)


async def test_the_same_key_makes_one_order(shop: Shop) -> None:
    tire_id = await shop.tire(left=8)
    key, phone = new_key(), new_phone()

    async def create(quantity: int = 4) -> OrderDetails:
        return await shop.store.create_order(
            customer_phone=phone,
            items=[OrderLine(product_id=tire_id, quantity=quantity)],
            call_id="call-1",
            idempotency_key=key,
        )

    first = await create()
    await shop.store.set_delivery(first.id, ToPickupPoint(pickup_point_id="kyiv-1"))
    assert await create() == first
    assert (await shop.store.search_orders(phone=phone)).pagination.total == 1
    with refused("idempotency_conflict"):
        await create(quantity=2)


async def test_the_same_key_confirms_once(shop: Shop) -> None:
    tire_id = await shop.tire(left=8)
    made = await ready_draft(shop, tire_id)
    key = new_key()
    first = await confirm(shop, made, key=key)
    assert await confirm(shop, made, key=key) == first
    assert await left(shop, tire_id) == 4
    with refused("idempotency_conflict"):
        await shop.store.confirm_order(made.id, payment_method="online", idempotency_key=key)


async def test_a_key_belongs_to_what_it_was_given_for(shop: Shop) -> None:
    tire_id = await shop.tire(left=8)
    one, other = await ready_draft(shop, tire_id), await ready_draft(shop, tire_id)
    key = new_key()
    assert {(await confirm(shop, order, key=key)).id for order in (one, other)} == {one.id, other.id}


async def test_what_was_refused_is_considered_anew(shop: Shop) -> None:
    made = await draft(shop, await shop.tire(left=8))
    key = new_key()
    with refused("no_delivery"):
        await confirm(shop, made, key=key)
    await shop.store.set_delivery(made.id, ToPickupPoint(pickup_point_id="kyiv-1"))
    assert (await confirm(shop, made, key=key)).status == "confirmed"

"""Requests that change something: what is sent, what is sent again, and what a refusal tells."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from store_client import StoreConflict, StoreNotFound, StoreUnavailable
from store_client.breaker import BreakerState
from store_client.client import StoreClient
from store_client.models_orders import OrderDetails, OrderLine, ToAddress, ToPickupPoint
from tests.fakes.misbehaving_http import Behaviour, Drop, Half, Hang, MisbehavingServer, Reply, misbehaving_server

ORDER: dict[str, Any] = {
    "id": 17,
    "order_number": 482915,
    "status": "draft",
    "status_label": "draft",
    "created_at": "2026-11-20T09:30:00Z",
    "total": 10000.5,
    "currency": "UAH",
    "items_summary": "4 × Nokian Hakkapeliitta 10 215/55 R17",
    "customer": {"phone": "+380001234567"},
    "items": [],
    "subtotal": 10000.5,
    "weight_kg": 40,
}
DONE = Reply.of({"data": ORDER}, 201)


def _refused(status: int) -> Reply:
    return Reply.of({"error": {"code": "not_now", "message": ""}}, status)


REFUSED_503 = Reply.of({"error": {"code": "unavailable", "message": "later"}}, 503)

Change = Callable[[StoreClient], Awaitable[OrderDetails]]


async def create(client: StoreClient) -> OrderDetails:
    return await client.create_order(
        customer_phone="0001234567",
        items=[OrderLine(product_id="a", quantity=4)],
        call_id="call-1",
        idempotency_key="key-1",
    )


async def set_delivery(client: StoreClient) -> OrderDetails:
    return await client.set_delivery("17", ToPickupPoint(pickup_point_id="kyiv-1"), call_id="call-2")


async def confirm(client: StoreClient) -> OrderDetails:
    return await client.confirm_order("17", payment_method="cod", idempotency_key="key-2", call_id="call-2")


async def drop(client: StoreClient) -> OrderDetails:
    return await client.drop_order("17", call_id="call-2")


CHANGES: list[Change] = [create, set_delivery, confirm, drop]


@pytest.fixture
async def server() -> AsyncIterator[MisbehavingServer]:
    async with misbehaving_server() as server:
        yield server


@pytest.fixture
async def states() -> list[BreakerState]:
    return []


@pytest.fixture
async def client(server: MisbehavingServer, states: list[BreakerState]) -> AsyncIterator[StoreClient]:
    client = StoreClient(server.url, "secret", timeout_s=20, on_state_change=states.append)
    yield client
    await client.aclose()


async def test_an_order_is_sent_with_its_key_and_its_call(server: MisbehavingServer, client: StoreClient) -> None:
    server.script = [DONE]
    made = await create(client)
    assert (made.id, made.order_number) == ("17", "482915")
    assert server.requests == ["/api/v1/orders"]
    assert server.headers[0]["idempotency-key"] == "key-1"
    assert json.loads(server.bodies[0]) == {
        "customer_phone": "0001234567",
        "items": [{"product_id": "a", "quantity": 4}],
        "source": "ai_agent",
        "call_id": "call-1",
    }


async def test_the_other_changes_tell_their_call_beside_the_body(
    server: MisbehavingServer, client: StoreClient
) -> None:
    server.script = [DONE]
    for change in (set_delivery, confirm, drop):
        await change(client)
    assert [target.removeprefix("/api/v1/orders/17") for target in server.requests] == ["/delivery", "/confirm", ""]
    assert {headers["x-call-id"] for headers in server.headers} == {"call-2"}
    assert ["idempotency-key" in headers for headers in server.headers] == [False, True, False]
    assert json.loads(server.bodies[0]) == {"delivery_type": "pickup", "pickup_point_id": "kyiv-1"}
    assert json.loads(server.bodies[1]) == {"payment_method": "cod", "send_sms_confirmation": False}
    assert server.bodies[2] == b""


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("trouble", [Half(), Drop(), REFUSED_503])
async def test_a_change_is_sent_once_more_just_as_it_was(
    server: MisbehavingServer, client: StoreClient, change: Change, trouble: Behaviour
) -> None:
    server.script = [trouble, DONE]
    assert (await change(client)).id == "17"
    assert len(server.requests) == 2
    assert server.bodies[0] == server.bodies[1]
    keys = [headers.get("idempotency-key") for headers in server.headers]
    assert keys[0] == keys[1]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("trouble", [Half(), Drop(), REFUSED_503])
async def test_a_change_is_not_sent_a_third_time(
    server: MisbehavingServer, client: StoreClient, change: Change, trouble: Behaviour
) -> None:
    server.script = [trouble]
    with pytest.raises(StoreUnavailable):
        await change(client)
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("script", "pending"),
    [
        ([Hang()], True),
        ([Hang(), REFUSED_503], True),
        ([Hang(), _refused(409)], True),
        ([Hang(), _refused(429)], True),
        ([Hang(), _refused(404)], True),
        ([Drop()], True),
        ([_refused(502)], True),
        ([_refused(504)], True),
        ([_refused(500)], False),
        ([REFUSED_503], False),
        ([Half()], False),
    ],
)
async def test_a_change_that_was_given_up_may_still_be_done_whatever_came_of_the_second_try(
    server: MisbehavingServer, script: list[Behaviour], pending: bool
) -> None:
    server.script = script
    hasty = StoreClient(server.url, "secret", timeout_s=0.6)
    with pytest.raises(StoreUnavailable) as caught:
        await confirm(hasty)
    await hasty.aclose()
    assert caught.value.pending is pending


@pytest.mark.parametrize("change", CHANGES)
async def test_a_connection_that_was_closed_meanwhile_fails_no_change(
    server: MisbehavingServer, client: StoreClient, change: Change
) -> None:
    server.script = [Reply.of({"data": ORDER}, 200, closes=True)]
    for _ in range(2):
        assert (await change(client)).id == "17"
    assert server.connections == 2


@pytest.mark.parametrize("status", [409, 422])
async def test_a_refusal_tells_the_stores_words_but_not_the_log(
    server: MisbehavingServer, client: StoreClient, states: list[BreakerState], status: int
) -> None:
    server.script = [Reply.of({"error": {"code": "out_of_stock", "message": "customer +380001234567: 2 left"}}, status)]
    for _ in range(6):
        with pytest.raises(StoreConflict) as caught:
            await confirm(client)
        assert (caught.value.status, caught.value.code) == (status, "out_of_stock")
        assert caught.value.message == "customer +380001234567: 2 left"
        assert "000" not in str(caught.value)
    assert len(server.requests) == 6
    assert states == []


async def test_an_order_that_is_not_there_is_not_found(server: MisbehavingServer, client: StoreClient) -> None:
    server.script = [Reply.of({"error": {"code": "order_not_found", "message": ""}}, 404)]
    with pytest.raises(StoreNotFound) as caught:
        await drop(client)
    assert caught.value.code == "order_not_found"


async def test_words_that_utf8_cannot_hold_are_sent_as_question_marks(
    server: MisbehavingServer, client: StoreClient
) -> None:
    server.script = [DONE]
    await client.set_delivery("17", ToAddress.model_construct(city="Київ", address="a\ud800b"))
    assert json.loads(server.bodies[0])["address"] == "a?b"


@pytest.mark.parametrize("order_id", ["", ".", ".."])
async def test_an_id_of_dots_is_not_even_asked_for(
    server: MisbehavingServer, client: StoreClient, order_id: str
) -> None:
    with pytest.raises(StoreNotFound):
        await client.drop_order(order_id)
    assert server.requests == []

"""What is wrong with a request about orders is told with the field's name, and nothing makes the store fail."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.integration.demo_store.ordering import RealShop, draft, new_key, new_phone
from tests.integration.demo_store.running import API_KEY, RunningStore
from tests.integration.demo_store.test_bad_input import ANYTHING, NUMBERS, WORDS

PHONE = "0001234567"
ITEM = {"product_id": "x", "quantity": 4}
ORDER: dict[str, Any] = {"customer_phone": PHONE, "items": [ITEM]}
ADDRESS = {"delivery_type": "delivery", "city": "Київ", "address": "вул. Садова, 1"}

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.sampled_from(["\0", "\ud800"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
MANY = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def plain(ordering_store: RunningStore) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {API_KEY}", "Content-Type": "application/json"}
    with httpx.Client(base_url=f"{ordering_store.url}/api/v1", headers=headers) as client:
        yield client


def told(answer: httpx.Response) -> str:
    """The refusal's message, after a look at its shape."""
    assert 400 <= answer.status_code < 500, (answer.status_code, answer.text)
    assert set(answer.json()) == {"error"}
    assert set(answer.json()["error"]) == {"code", "message"}
    return str(answer.json()["error"]["message"])


def send(client: httpx.Client, method: str, path: str, body: Any) -> httpx.Response:
    """With ASCII escapes, so that a lone surrogate gets through."""
    return client.request(method, path, content=json.dumps(body))


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"customer_phone": None}, "customer_phone"),
        ({"customer_phone": "101"}, "customer_phone"),
        ({"customer_phone": "not a number"}, "customer_phone"),
        ({"customer_phone": "1" * 39}, "customer_phone"),
        ({"customer_phone": 380001234567}, "customer_phone"),
        ({"customer_name": " "}, "customer_name"),
        ({"customer_name": "a\0b"}, "customer_name"),
        ({"customer_name": "\ud800"}, "customer_name"),
        ({"customer_name": "x" * 101}, "customer_name"),
        ({"items": None}, "items"),
        ({"items": []}, "items"),
        ({"items": [ITEM] * 21}, "items"),
        ({"items": [ITEM | {"quantity": 50}] * 2}, "items"),
        ({"items": [ITEM | {"quantity": 4.5}]}, "items.0.quantity"),
        ({"items": [ITEM | {"quantity": True}]}, "items.0.quantity"),
        ({"items": [ITEM | {"price": 1}]}, "items.0.price"),
        ({"items": [ITEM | {"product_id": "\0"}]}, "items.0.product_id"),
        ({"items": [{"quantity": 1}]}, "items.0.product_id"),
        ({"source": "spam"}, "source"),
        ({"call_id": "\0"}, "call_id"),
        ({"total": 1}, "total"),
        ({"\ud800": 1}, "unicode string"),
    ],
)
def test_a_wrong_field_of_an_order_is_named(plain: httpx.Client, wrong: dict[str, Any], named: str) -> None:
    answer = send(plain, "POST", "/orders", ORDER | wrong)
    assert named in told(answer)
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, "delivery_type"),
        ({"delivery_type": "drone"}, "delivery_type"),
        ({"delivery_type": "\ud800"}, "delivery_type"),
        ({"delivery_type": "delivery", "city": "Київ"}, "address"),
        ({"delivery_type": "delivery", "address": "x"}, "city"),
        (ADDRESS | {"city": "\0"}, "city"),
        (ADDRESS | {"address": "\u00a0"}, "address"),
        (ADDRESS | {"address": "x" * 301}, "address"),
        ({"delivery_type": "pickup"}, "pickup_point_id"),
        ({"delivery_type": "pickup", "pickup_point_id": "\0"}, "pickup_point_id"),
    ],
)
def test_a_wrong_field_of_a_delivery_is_named(plain: httpx.Client, body: dict[str, Any], named: str) -> None:
    assert named in told(send(plain, "PATCH", "/orders/1/delivery", body))


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, "payment_method"),
        ({"payment_method": "gold"}, "payment_method"),
        ({"payment_method": "cod", "send_sms_confirmation": "maybe"}, "send_sms_confirmation"),
        ({"payment_method": "cod", "customer_name": "\0"}, "customer_name"),
    ],
)
def test_a_wrong_field_of_a_confirmation_is_named(plain: httpx.Client, body: dict[str, Any], named: str) -> None:
    assert named in told(send(plain, "POST", "/orders/1/confirm", body))


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("/orders/search?phone=101", "phone"),
        ("/orders/search?phone=%00", "phone"),
        ("/orders/search?order_number=none", "order_number"),
        ("/orders/search?order_number=1&status=lost", "status"),
        ("/delivery/calculate", "city"),
        ("/delivery/calculate?city=%00", "city"),
        ("/delivery/calculate?city=x&items_weight_kg=-1", "items_weight_kg"),
        ("/delivery/calculate?city=x&order_total=NaN", "order_total"),
        ("/delivery/calculate?city=Atlantis", "city: we deliver to"),
        ("/pickup-points", "city"),
    ],
)
def test_a_wrong_parameter_is_named(plain: httpx.Client, query: str, named: str) -> None:
    assert named in told(plain.get(query))


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"[]", b"null", b'"x"', b"\xff", b"[" * 50_000, b'{"items": ' + b"9" * 5000 + b"}", b"NaN"]
)
@pytest.mark.parametrize(("method", "path"), [("POST", "/orders"), ("PATCH", "/orders/1/delivery")])
def test_a_broken_body_is_refused(plain: httpx.Client, method: str, path: str, raw: bytes) -> None:
    told(plain.request(method, path, content=raw))


@pytest.mark.parametrize("key", ["", "x" * 201])
def test_a_key_has_1_to_200_characters(plain: httpx.Client, key: str) -> None:
    answer = plain.post("/orders", content=json.dumps(ORDER), headers={"Idempotency-Key": key})
    assert "Idempotency-Key" in told(answer)


@pytest.mark.parametrize("header", ["", "Bearer wrong"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", f"/orders/search?phone={PHONE}"),
        ("GET", "/orders/1"),
        ("POST", "/orders"),
        ("PATCH", "/orders/1/delivery"),
        ("POST", "/orders/1/confirm"),
        ("DELETE", "/orders/1"),
        ("GET", "/delivery/calculate?city=Kyiv"),
        ("GET", "/pickup-points?city=Kyiv"),
    ],
)
def test_without_the_key_nothing_is_told_or_done(plain: httpx.Client, method: str, path: str, header: str) -> None:
    answer = plain.request(method, path, headers={"Authorization": header}, content=b"{}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "unauthorized")


@MANY
@given(changed=st.dictionaries(st.sampled_from([*ORDER, "customer_name", "source", "call_id", "x"]), JSON, min_size=1))
def test_no_order_makes_it_fail(plain: httpx.Client, changed: dict[str, Any]) -> None:
    told(send(plain, "POST", "/orders", ORDER | changed))


@MANY
@given(item=st.fixed_dictionaries({"product_id": st.text() | JSON, "quantity": st.integers(1, 99) | JSON}))
def test_no_item_makes_it_fail(plain: httpx.Client, item: dict[str, Any]) -> None:
    told(send(plain, "POST", "/orders", ORDER | {"items": [item]}))


@MANY
@given(
    city=WORDS | st.just("Київ"),
    address=WORDS,
    point=WORDS | st.just("kyiv-1"),
    order_id=st.sampled_from(["1", "60", "0", "-1", "9" * 18, "9" * 19, "%00", "x"]),
)
def test_no_delivery_makes_it_fail(plain: httpx.Client, city: str, address: str, point: str, order_id: str) -> None:
    for body in (ADDRESS | {"city": city, "address": address}, {"delivery_type": "pickup", "pickup_point_id": point}):
        answer = send(plain, "PATCH", f"/orders/{order_id}/delivery", body)
        if answer.status_code != 200:  # 60 is a draft of the seed
            told(answer)


@MANY
@given(
    path=st.sampled_from(["/orders/search", "/delivery/calculate", "/pickup-points"]),
    query=st.dictionaries(
        st.sampled_from(
            [*("phone", "order_number", "status", "city", "items_weight_kg", "order_total", "page", "per_page")]
        ),
        ANYTHING | NUMBERS | st.sampled_from([PHONE, "Київ", "1e-99999", "1e99999", "draft"]),
    ),
)
def test_no_query_makes_it_fail(plain: httpx.Client, path: str, query: dict[str, str]) -> None:
    answer = plain.get(f"{path}?{urlencode(query, errors='replace')}")
    if answer.status_code != 200:
        told(answer)


@pytest.mark.parametrize("name", ["min_price", "max_price"])
@pytest.mark.parametrize("price", ["1e-99999", "0." + "1" * 20_000])
def test_a_price_of_too_many_digits_is_refused(plain: httpx.Client, name: str, price: str) -> None:
    assert name in told(plain.get("/tires/search", params={name: price}))


async def test_a_body_means_the_same_however_it_is_written(real_shop: RealShop) -> None:
    tire_id, phone = await real_shop.tire(left=8), new_phone()
    items = [{"product_id": tire_id, "quantity": 4}]
    spelled = [
        {"customer_phone": phone, "items": items},
        {"items": items, "customer_phone": f" {phone[3:]}".strip(), "source": "ai_agent", "customer_name": None},
    ]
    key = new_key()
    async with real_shop.running.http() as http:
        answers = [await http.post("/orders", json=body, headers={"Idempotency-Key": key}) for body in spelled]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].content == answers[1].content


async def test_labels_and_places_come_in_the_language_asked_for(real_shop: RealShop) -> None:
    order = await draft(real_shop, await real_shop.tire(left=8))
    async with real_shop.running.http() as http:
        await http.patch(f"/orders/{order.id}/delivery", json=ADDRESS)
        said = {}
        for language in ("uk", "en"):
            headers = {"Accept-Language": language}
            shown = (await http.get(f"/orders/{order.id}", headers=headers)).json()["data"]
            points = (await http.get("/pickup-points", params={"city": "Kiev"}, headers=headers)).json()["data"]
            said[language] = (shown["status_label"], shown["delivery"]["city"], points[0]["city"])
    assert said == {"uk": ("чернетка", "Київ", "Київ"), "en": ("draft", "Kyiv", "Kyiv")}


async def test_a_set_too_heavy_costs_more_to_bring(real_shop: RealShop) -> None:
    light, heavy = [
        await real_shop.store.calculate_delivery("Харків", items_weight_kg=kg, order_total=100) for kg in (50, 50.5)
    ]
    assert light.cost < heavy.cost
    assert light.free_from == heavy.free_from


async def test_an_order_without_a_key_is_simply_made(real_shop: RealShop) -> None:
    body = {"customer_phone": new_phone(), "items": [{"product_id": await real_shop.tire(left=8), "quantity": 1}]}
    async with real_shop.running.http() as http:
        made = [(await http.post("/orders", json=body)).json()["data"]["id"] for _ in range(2)]
    assert made[0] != made[1]

import pytest

from store_client import StoreNotFound, StoreUnavailable
from store_client.fake import FakeStore
from store_client.fake_catalogue import SOLD_OUT


async def test_it_finds_tires_as_the_store_would() -> None:
    store = FakeStore()
    page = await store.search_tires(diameter=17, season="winter", brand="мішлен", sort="price_asc")
    assert {tire.model for tire in page.tires} == {"Alpin 6"}
    assert page.pagination.total == 2


async def test_pages_do_not_overlap_and_miss_nothing() -> None:
    store = FakeStore()
    whole = (await store.search_tires(per_page=50)).tires
    first, second = [(await store.search_tires(page=page, per_page=20)).tires for page in (1, 2)]
    assert first + second == whole


async def test_it_knows_cars_by_what_people_call_them() -> None:
    found = await FakeStore().vehicle_tires("Тойота", "камрі", 2018, season="winter")
    assert found.vehicle.model == "Camry"
    assert list(found.recommended_tires) == list(found.vehicle.oem_sizes)
    assert {tire.season for tires in found.recommended_tires.values() for tire in tires} == {"winter"}


async def test_a_sold_out_tire_has_a_next_delivery() -> None:
    stock = await FakeStore().availability(SOLD_OUT)
    assert not stock.in_stock
    assert stock.next_delivery is not None


async def test_unknown_things_are_not_found() -> None:
    store = FakeStore()
    with pytest.raises(StoreNotFound):
        await store.tire("none")
    with pytest.raises(StoreNotFound):
        await store.vehicle_tires("Toyota", "Camry", 1980)


async def test_it_fails_as_often_as_it_is_told_and_remembers_every_call() -> None:
    store = FakeStore()
    store.fail(StoreUnavailable("timeout", "slow"), times=2)
    for _ in range(2):
        with pytest.raises(StoreUnavailable):
            await store.search_tires(width=205)
    await store.search_tires(width=205)
    assert [method for method, _ in store.calls] == ["search_tires"] * 3
    assert store.calls[0][1]["width"] == 205


async def test_it_finds_articles_by_what_was_said_and_nothing_where_nothing_fits() -> None:
    store = FakeStore()
    (first, *_) = await store.search_knowledge("скільки качати, який тиск")
    assert first.id == "pressure"
    assert await store.search_knowledge("яка сьогодні погода") == ()
    assert await store.search_knowledge("тиск", category="faq") == ()
    assert store.calls[0] == ("search_knowledge", {"query": "скільки качати, який тиск", "limit": 5})

"""The store answers what its clients expect: everything here goes through `StoreClient` and its models."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Literal

import httpx
import pytest

from store_client import StoreNotFound, StoreRejected
from store_client.client import StoreClient
from store_client.models import Season, Sort, Tire
from tests.integration.demo_store.running import API_KEY, RunningStore


@pytest.fixture
async def client(store: RunningStore) -> AsyncIterator[StoreClient]:
    client = StoreClient(f"{store.url}/api/v1", API_KEY)
    yield client
    await client.aclose()


@pytest.mark.parametrize("season", ["summer", "winter", "all_season"])
async def test_a_search_by_size_and_season_finds_that_and_nothing_else(client: StoreClient, season: Season) -> None:
    page = await client.search_tires(width=205, profile=55, diameter=16, season=season, per_page=50)
    assert page.tires
    assert {(tire.size, tire.season) for tire in page.tires} == {("205/55 R16", season)}
    assert page.pagination.total == len(page.tires)


async def test_winter_has_studded_and_studless_tires(client: StoreClient) -> None:
    page = await client.search_tires(width=195, profile=65, diameter=15, season="winter", per_page=50)
    assert {tire.type for tire in page.tires} == {"studded", "friction"}


@pytest.mark.parametrize("said", ["Michelin", "MICHELIN", "мішлен", "Мишлен"])
async def test_a_brand_is_found_by_what_people_call_it(client: StoreClient, said: str) -> None:
    page = await client.search_tires(brand=said)
    assert page.tires
    assert {tire.brand for tire in page.tires} == {"Michelin"}


async def test_an_unknown_brand_is_an_empty_page(client: StoreClient) -> None:
    page = await client.search_tires(brand="Roundstone")
    assert (page.tires, page.pagination.total, page.pagination.total_pages) == ((), 0, 0)


async def test_a_model_is_found_by_a_part_of_its_name(client: StoreClient) -> None:
    page = await client.search_tires(model="hakkapeliitta r5")
    assert {tire.model for tire in page.tires} <= {"Hakkapeliitta R5", "Hakkapeliitta R5 SUV"}
    assert page.tires


async def test_a_model_name_of_signs_alone_finds_nothing(client: StoreClient) -> None:
    assert (await client.search_tires(model="!%_")).tires == ()


async def test_prices_bound_a_search(client: StoreClient) -> None:
    page = await client.search_tires(min_price=2000, max_price=2500.5, per_page=50)
    assert page.tires
    assert all(2000 <= tire.price <= 2500.5 for tire in page.tires)


async def test_stock_bounds_a_search(client: StoreClient) -> None:
    for in_stock in (True, False):
        page = await client.search_tires(in_stock=in_stock, per_page=50)
        assert page.tires
        assert {tire.in_stock for tire in page.tires} == {in_stock}
        assert all((tire.stock_quantity > 0) is in_stock for tire in page.tires)


@pytest.mark.parametrize(("sort", "sign"), [("price_asc", 1), ("price_desc", -1)])
async def test_a_search_is_sorted_across_pages(client: StoreClient, sort: Sort, sign: int) -> None:
    pages = [await client.search_tires(brand="Nokian", sort=sort, page=page, per_page=7) for page in (1, 2, 3)]
    prices = [sign * tire.price for page in pages for tire in page.tires]
    assert len(prices) == 21
    assert prices == sorted(prices)


async def test_pages_hold_every_tire_once(client: StoreClient) -> None:
    seen: list[Tire] = []
    page = 1
    while (found := await client.search_tires(brand="Hankook", page=page, per_page=10)).tires:
        seen.extend(found.tires)
        page += 1
    assert len(seen) == len({tire.id for tire in seen}) == found.pagination.total
    assert page - 1 == found.pagination.total_pages


async def test_a_tire_carries_its_details(client: StoreClient) -> None:
    (listed,) = (await client.search_tires(width=205, profile=55, diameter=16, season="winter", per_page=1)).tires
    tire = await client.tire(listed.id)
    assert tire.model_dump(include=set(Tire.model_fields)) == listed.model_dump()
    assert tire.features
    assert ("Volkswagen", "Golf") in {(car.make, car.model) for car in tire.compatible_vehicles}


async def test_what_is_on_sale_cost_more_before(client: StoreClient) -> None:
    found = (await client.search_tires(width=205, profile=55, diameter=16, per_page=50)).tires
    details = [await client.tire(tire.id) for tire in found]
    reduced = [tire for tire in details if tire.old_price is not None]
    assert 0 < len(reduced) < len(details)
    assert all(tire.old_price is not None and tire.old_price > tire.price for tire in reduced)


async def test_availability_adds_up_and_names_warehouses_and_days(client: StoreClient) -> None:
    today = date.today()
    for in_stock in (True, False):
        for tire in (await client.search_tires(in_stock=in_stock, per_page=20)).tires:
            stock = await client.availability(tire.id)
            assert stock.total_quantity == tire.stock_quantity == sum(place.quantity for place in stock.locations)
            assert stock.in_stock is in_stock
            for place in stock.locations:
                assert place.warehouse in {"Київ", "Львів", "Одеса"}
                assert place.available_from is not None
                assert today - timedelta(1) <= place.available_from <= today + timedelta(8)
                assert (place.quantity > 0) or place.available_from >= today
            if stock.next_delivery is not None:
                assert today <= stock.next_delivery <= today + timedelta(8)
            elif not in_stock:
                assert stock.locations == ()


@pytest.mark.parametrize(
    ("make", "model"), [("Toyota", "Camry"), ("TOYOTA", "camry "), ("тойота", "камрі"), ("Тойота", "камри")]
)
async def test_a_car_is_found_by_what_people_call_it(client: StoreClient, make: str, model: str) -> None:
    found = await client.vehicle_tires(make, model, 2019, season="winter")
    assert (found.vehicle.make, found.vehicle.model, found.vehicle.year) == ("Toyota", "Camry", 2019)
    assert found.vehicle.oem_sizes == ("205/65 R16", "215/55 R17", "235/45 R18")
    assert tuple(found.recommended_tires) == found.vehicle.oem_sizes
    for size, tires in found.recommended_tires.items():
        assert tires[0].in_stock
        assert {(tire.size, tire.season) for tire in tires} == {(size, "winter")}


async def test_without_a_season_a_car_gets_tires_of_every_season(client: StoreClient) -> None:
    found = await client.vehicle_tires("Skoda", "Octavia", 2016)
    assert {tire.season for tires in found.recommended_tires.values() for tire in tires} == {
        "summer",
        "winter",
        "all_season",
    }


async def test_a_modification_may_have_sizes_of_its_own(client: StoreClient) -> None:
    hot = await client.vehicle_tires("vw", "гольф", 2015, modification="gti")
    assert (hot.vehicle.modification, hot.vehicle.oem_sizes) == ("GTI", ("225/45 R17", "225/40 R18"))
    usual = await client.vehicle_tires("vw", "гольф", 2015, modification="1.6 TDI")
    assert usual.vehicle.modification is None
    assert "195/65 R15" in usual.vehicle.oem_sizes


@pytest.mark.parametrize(
    ("make", "model", "year", "code"),
    [
        ("Toyota", "Batmobile", 2019, "vehicle_not_found"),
        ("Lada", "Camry", 2019, "vehicle_not_found"),
        ("Toyota", "Camry", 1990, "year_not_found"),
        ("Toyota", "Camry", 2090, "year_not_found"),
    ],
)
async def test_what_is_missing_of_a_car_is_told(
    client: StoreClient, make: str, model: str, year: int, code: str
) -> None:
    with pytest.raises(StoreNotFound) as caught:
        await client.vehicle_tires(make, model, year)
    assert caught.value.code == code


async def test_every_car_on_the_list_can_be_asked_for_by_every_alias(client: StoreClient) -> None:
    cars = await client.vehicles()
    assert len(cars) >= 60
    for car in cars[::6]:
        for make in (car.make, *car.make_aliases):
            for model in (car.model, *car.model_aliases):
                found = await client.vehicle_tires(make, model, car.year_to or 2023, season="winter")
                assert (found.vehicle.make, found.vehicle.model) == (car.make, car.model)
                assert all(tires and tires[0].in_stock for tires in found.recommended_tires.values())


async def test_every_brand_on_the_list_has_tires(client: StoreClient) -> None:
    brands = await client.brands()
    assert len(brands) >= 20
    for brand in brands:
        assert (await client.search_tires(brand=(*brand.aliases, brand.name)[0])).pagination.total > 0


@pytest.mark.parametrize("tire_id", ["none", "шина", "a b", "%", "x" * 200])
async def test_an_unknown_tire_is_not_found(client: StoreClient, tire_id: str) -> None:
    for ask in (client.tire, client.availability):
        with pytest.raises(StoreNotFound) as caught:
            await ask(tire_id)
        assert caught.value.code == "tire_not_found"


async def test_descriptions_come_in_the_language_asked_for(store: RunningStore) -> None:
    texts = {}
    languages: tuple[Literal["uk", "en"], ...] = ("uk", "en")
    for language in languages:
        client = StoreClient(f"{store.url}/api/v1", API_KEY, language=language)
        (tire,) = (await client.search_tires(season="winter", per_page=1)).tires
        places = {place.warehouse for place in (await client.availability(tire.id)).locations}
        texts[language] = (tire.description, places)
        await client.aclose()
    assert "зимова" in texts["uk"][0]
    assert "winter" in texts["en"][0]
    assert "Київ" in texts["uk"][1]
    assert "Kyiv" in texts["en"][1]


async def test_a_wrong_key_is_rejected(store: RunningStore) -> None:
    client = StoreClient(f"{store.url}/api/v1", "wrong")
    with pytest.raises(StoreRejected) as caught:
        await client.search_tires()
    assert (caught.value.status, caught.value.code) == (401, "unauthorized")
    await client.aclose()


async def test_too_much_of_a_page_is_rejected(client: StoreClient) -> None:
    with pytest.raises(StoreRejected) as caught:
        await client.search_tires(per_page=51)
    assert (caught.value.status, caught.value.code) == (422, "invalid_request")


async def test_the_openapi_document_tells_paths_key_and_refusals(store: RunningStore) -> None:
    async with httpx.AsyncClient() as http:
        document = (await http.get(f"{store.url}/openapi.json")).json()
    paths = {path for path in document["paths"] if path.startswith("/api/v1")}
    assert paths == {
        "/api/v1/tires/search",
        "/api/v1/tires/{tire_id}",
        "/api/v1/tires/{tire_id}/availability",
        "/api/v1/brands",
        "/api/v1/vehicles",
        "/api/v1/vehicles/tires",
        "/api/v1/orders/search",
        "/api/v1/orders/{order_id}",
        "/api/v1/orders",
        "/api/v1/orders/{order_id}/delivery",
        "/api/v1/orders/{order_id}/confirm",
        "/api/v1/delivery/calculate",
        "/api/v1/pickup-points",
        "/api/v1/knowledge/search",
        "/api/v1/fitting/stations",
        "/api/v1/fitting/stations/{station_id}/slots",
        "/api/v1/fitting/bookings",
        "/api/v1/fitting/bookings/{booking_id}",
        "/api/v1/fitting/prices",
    }
    search = document["paths"]["/api/v1/tires/search"]["get"]
    assert set(search["responses"]) == {"200", "400", "401", "404", "422", "429", "500", "503"}
    assert search["security"] == [{"HTTPBearer": []}]
    assert search["responses"]["422"]["content"]["application/json"]["schema"]["$ref"].endswith("ErrorAnswer")
    asked = {parameter["name"] for parameter in search["parameters"]} - {"accept-language"}
    assert asked == {
        *("width", "profile", "diameter", "season", "brand", "model", "min_price", "max_price", "in_stock"),
        *("sort", "page", "per_page"),
    }

"""The shop that the data files make."""

from collections import defaultdict

import pytest

from demo_store.assortment import sources
from demo_store.assortment.stock import stocked
from demo_store.assortment.tires import Tire, listed_tires

MAKES = sources.makes()
SIZES = sources.sizes()


def list_tires() -> list[Tire]:
    return listed_tires(sources.brands(), sources.sizes(), sources.makes(), sources.wording())


TIRES = list_tires()
STOCK = stocked(TIRES, sources.warehouses())
OEM_SIZES = {
    size
    for make in MAKES
    for vehicle in make.vehicles
    for generation in vehicle.generations
    for fitted in generation.sizes.values()
    for size in fitted
}


def test_it_is_the_size_of_a_real_shop() -> None:
    assert len(TIRES) >= 1000
    assert len({tire.model.brand for tire in TIRES}) >= 20
    assert sum(len(make.vehicles) for make in MAKES) >= 60
    assert {warehouse.name["en"] for warehouse in sources.warehouses()} == {"Kyiv", "Lviv", "Odesa"}


def test_it_is_the_same_every_time() -> None:
    assert list_tires() == TIRES
    assert len({tire.id for tire in TIRES}) == len(TIRES)


def test_it_needs_no_size_that_it_does_not_know() -> None:
    assert set(SIZES) >= OEM_SIZES


@pytest.mark.parametrize("season", ["summer", "winter"])
def test_every_size_that_a_car_needs_is_in_stock_in_summer_and_winter(season: str) -> None:
    in_stock = {row.tire_id for row in STOCK if row.quantity}
    there = {tire.size.name for tire in TIRES if tire.model.season == season and tire.id in in_stock}
    assert set() == OEM_SIZES - there


def test_every_car_size_has_studded_and_studless_winter_tires() -> None:
    types: defaultdict[str, set[str]] = defaultdict(set)
    for tire in TIRES:
        types[tire.size.name].add(tire.model.type)
    assert [
        size for size in OEM_SIZES if not SIZES[size].light_truck and not {"studded", "friction"} <= types[size]
    ] == []
    assert [size for size in OEM_SIZES if SIZES[size].light_truck and "cargo" not in types[size]] == []


def test_generations_of_a_model_follow_each_other() -> None:
    for make in MAKES:
        for vehicle in make.vehicles:
            last: int | None = 0
            for generation in vehicle.generations:
                assert last is not None, (make.name, vehicle.model)
                assert generation.year_from > last, (make.name, vehicle.model)
                last = generation.year_to
                assert last is None or last >= generation.year_from


def test_prices_are_believable_and_follow_tier_and_rim() -> None:
    assert all(1200 <= tire.price_uah <= 16_000 for tire in TIRES)
    assert all(tire.old_price_uah is None or tire.old_price_uah > tire.price_uah for tire in TIRES)

    def mean(**wanted: object) -> float:
        prices = [
            tire.price_uah
            for tire in TIRES
            if wanted == {"tier": tire.model.tier, "rim": tire.size.diameter, "season": tire.model.season}
        ]
        return sum(prices) / len(prices)

    for rim in (14, 16, 18):
        by_tier = [mean(tier=tier, rim=rim, season="winter") for tier in ("budget", "middle", "premium")]
        assert by_tier == sorted(by_tier)
    by_rim = [mean(tier="middle", rim=rim, season="summer") for rim in (14, 15, 16, 17, 18, 19, 20)]
    assert by_rim == sorted(by_rim)


def test_some_tires_are_sold_out_and_some_of_them_are_on_their_way() -> None:
    quantity: defaultdict[str, int] = defaultdict(int)
    incoming: defaultdict[str, int] = defaultdict(int)
    for row in STOCK:
        quantity[row.tire_id] += row.quantity
        incoming[row.tire_id] += row.incoming
    sold_out = [tire_id for tire_id, there in quantity.items() if not there]
    assert 0.02 < len(sold_out) / len(TIRES) < 0.15
    assert {bool(incoming[tire_id]) for tire_id in sold_out} == {True, False}


@pytest.mark.parametrize(
    ("make", "model", "year", "sizes"),
    [
        ("Toyota", "Camry", 2019, ["205/65 R16", "215/55 R17", "235/45 R18"]),
        ("Toyota", "RAV4", 2020, ["225/65 R17", "225/60 R18", "235/55 R19"]),
        ("Volkswagen", "Passat", 2017, ["215/60 R16", "215/55 R17", "235/45 R18", "235/40 R19"]),
        ("Skoda", "Octavia", 2015, ["195/65 R15", "205/55 R16", "225/45 R17"]),
        ("Kia", "Sportage", 2018, ["215/70 R16", "225/60 R17", "225/55 R18", "245/45 R19"]),
        ("Renault", "Duster", 2012, ["215/65 R16"]),
        ("Nissan", "Leaf", 2014, ["205/55 R16", "215/50 R17"]),
        ("Mazda", "CX-5", 2018, ["225/65 R17", "225/55 R19"]),
        ("Mitsubishi", "Lancer", 2010, ["205/60 R16", "215/45 R18"]),
        ("Daewoo", "Lanos", 2005, ["175/70 R13", "185/60 R14"]),
        ("Tesla", "Model 3", 2021, ["235/45 R18", "235/40 R19"]),
    ],
)
def test_known_cars_have_their_makers_sizes(make: str, model: str, year: int, sizes: list[str]) -> None:
    (vehicle,) = [car for maker in MAKES if maker.name == make for car in maker.vehicles if car.model == model]
    (generation,) = [one for one in vehicle.generations if one.year_from <= year <= (one.year_to or 9999)]
    assert list(generation.sizes[""]) == sizes

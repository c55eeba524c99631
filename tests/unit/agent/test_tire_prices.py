import pytest

from callcenter.agent.guards.tire_prices import TirePrices


def prices() -> TirePrices:
    its = TirePrices({"nokian": "Нокіан", "michelin": "Мішлен"})
    tires = [
        {"name": "Nokian Hakkapeliitta R5", "price": 5200.0},
        {"brand": "Nokian", "model": "Nordman 8", "price": 3900},
        {"name": "Michelin X-Ice Snow", "price": 5850.0},
    ]
    its.learn({"tires": tires, "services": [{"label": "Balancing", "price": 500}]})
    return its


@pytest.mark.parametrize(
    ("sentence", "wrong"),
    [
        ("The Nokian Hakkapeliitta R5 is 5850 UAH and the Michelin 5200 UAH", [5850, 5200]),
        ("Nokian Nordman costs 5200", [5200]),
        ("Мішлен коштує 5200 гривень", [5200]),
        ("Four Michelin are 20,800 UAH", [20800]),
    ],
)
def test_another_tires_price_is_wrong(sentence: str, wrong: list[int]) -> None:
    assert prices().swapped(sentence) == wrong


@pytest.mark.parametrize(
    "sentence",
    [
        "The Nokian Hakkapeliitta R5 is 5200 UAH and the Michelin X-Ice Snow 5850 UAH",
        "Nokian costs 3900 or 5200, whichever you take",
        "Nokian and Michelin are 5200 and 5850",
        "Four Nokian Hakkapeliitta are 20800, four Michelin 23400",
        "Instead of the Michelin we have one at 3900",
        "There is something for 3900 beside the Michelin",
        "The Michelin at 3900 less? That is a Nordman",
        "Нокіан за 5200, а Мішлен за 5850",
        "Nordman R17, 215/55, for 3900",
    ],
)
def test_its_own_and_unclear_ones_are_not(sentence: str) -> None:
    assert prices().swapped(sentence) == []


def test_what_was_learned_can_be_taken_back() -> None:
    its = TirePrices({})
    its.learn({"name": "Nokian", "price": 5200})
    undo = its.checkpoint()
    its.learn({"name": "Michelin", "price": 5850})
    undo()
    assert its.swapped("Nokian 5850") == []

"""Cities, and one of several places."""

import pytest

from callcenter.dialogue.words import normalize
from tests.unit.dialogue.talking import rules

PLACES = rules().understanding.places
STATIONS = (
    "Шиномонтаж на Позняках, Дарницький район, просп. Миколи Бажана, 30",
    "Шиномонтаж на Оболоні, Оболонський район, вул. Богатирська, 11",
    "Експрес-шиномонтаж на Шулявці, Шевченківський район, вул. Дегтярівська, 25",
)
POINTS = ("Kolo Podil, 4 Sahaidachnoho St", "Kolo Center, 10 Khreshchatyk St", "Kolo Center, 22 Khreshchatyk St")


@pytest.mark.parametrize(
    ("words", "city"),
    [
        ("in Kyiv", "Kyiv"),
        ("Kiev please", "Kyiv"),
        ("у Києві", "Kyiv"),
        ("до Києва", "Kyiv"),
        ("в Киеве", "Kyiv"),
        ("Київ", "Kyiv"),
        ("до Львова", "Lviv"),
        ("у Львові", "Lviv"),
        ("во Львове", "Lviv"),
        ("to Lviv", "Lviv"),
        ("в Одессу", "Odesa"),
        ("в Одесі", "Odesa"),
        ("odessa", "Odesa"),
        ("Дніпро", "Dnipro"),
        ("в Днепре", "Dnipro"),
        ("у Дніпрі", "Dnipro"),
        ("Харькове", "Kharkiv"),
        ("до Харкова", "Kharkiv"),
        ("kharkov", "Kharkiv"),
        ("на Київській", None),
        ("вулиця Львівська", None),
        ("Одеська площа", None),
        ("Полтава", None),
    ],
)
def test_the_city_in_any_case(words: str, city: str | None) -> None:
    assert PLACES.city(normalize(words)) == city


@pytest.mark.parametrize(
    ("words", "index"),
    [
        ("на Позняках", 0),
        ("та що на Бажана", 0),
        ("на Оболонь", 1),
        ("давайте Оболоні", 1),
        ("на Оболони", 1),
        ("the one in Obolon", 1),
        ("богатирська одинадцять", 1),
        ("Шулявка", 2),
        ("в Шевченковском районе", 2),
        ("shuliavka", 2),
        ("дві", 1),
        ("третю", 2),
        ("number one", 0),
        ("четверту", None),
        ("шиномонтаж", None),
        ("будь-яку", None),
    ],
)
def test_a_station_by_its_number_street_or_district(words: str, index: int | None) -> None:
    assert PLACES.choose(normalize(words), STATIONS) == index


@pytest.mark.parametrize(
    ("words", "index"),
    [
        ("на Подолі", 0),
        ("Сагайдачного", 0),
        ("на Хрещатику двадцять два", 2),
        ("на Крещатике 10", 1),
        ("khreshchatyk", None),  # two are there
        ("the second", 1),
    ],
)
def test_a_point_in_other_letters(words: str, index: int | None) -> None:
    assert PLACES.choose(normalize(words), POINTS) == index


def test_what_was_understood_as_a_choice_goes_first() -> None:
    assert PLACES.choose("остання", STATIONS, -1) == 2
    assert PLACES.choose("друга", STATIONS, 2) == 1
    assert PLACES.choose("третя", STATIONS[:2], 3) is None
    assert PLACES.choose("перша", ()) is None

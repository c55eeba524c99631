"""How dates, times and numbers are written, so that the voice says them as people do."""

import pytest

from callcenter.ports import Language
from callcenter.shop.spoken_dates import in_groups, one_by_one, spoken_day, spoken_time
from callcenter.text_normalization import verbalize


@pytest.mark.parametrize(
    ("language", "spoken"),
    [
        ("en", "on Friday, November sixth"),
        ("uk", "у п'ятницю, шостого листопада"),
        ("ru", "в пятницу, шестого ноября"),
    ],
)
def test_a_day_is_said_with_its_weekday_and_without_the_year(language: Language, spoken: str) -> None:
    assert verbalize(spoken_day("2026-11-06", language), language) == spoken


@pytest.mark.parametrize("text", ["", "soon", "2026-13-01"])
def test_what_is_no_date_stays_as_it_is(text: str) -> None:
    assert spoken_day(text, "en") == text


@pytest.mark.parametrize(
    ("language", "time", "spoken"),
    [
        ("en", "14:30", "at two thirty P M"),
        ("uk", "10:30", "о десятій тридцять"),
        ("uk", "11:00", "об одинадцятій"),
        ("ru", "11:30", "в одиннадцать тридцать"),
    ],
)
def test_a_time_is_said_with_its_preposition(language: Language, time: str, spoken: str) -> None:
    assert verbalize(spoken_time(time, language), language) == spoken


@pytest.mark.parametrize(
    ("number", "written", "spoken"),
    [
        ("204816", "204, 816", "two hundred four, eight hundred sixteen"),
        ("204006", "204, 006", "two hundred four, zero zero six"),
        ("204", "204", "two hundred four"),
    ],
)
def test_a_number_is_said_in_groups(number: str, written: str, spoken: str) -> None:
    assert in_groups(number) == written
    assert verbalize(written, "en") == spoken


def test_a_number_that_was_not_got_is_said_digit_by_digit() -> None:
    assert one_by_one("204816") == "2, 0, 4, 8, 1, 6"
    assert verbalize(one_by_one("204816"), "en") == "two, zero, four, eight, one, six"

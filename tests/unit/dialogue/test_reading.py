"""What comes from a store and is spoken."""

import datetime as dt
import math
from typing import Any

import pytest

from callcenter.dialogue import reading
from callcenter.dialogue.actions.article import MOST_LETTERS, spoken_part
from callcenter.dialogue.actions.fitting_times import nearest, spread

HOURS = [f"{hour:02}:{minute}" for hour in range(9, 18) for minute in ("00", "30")]


@pytest.mark.parametrize("value", [None, True, 1.5, [], {}, "", "<>{}\x00"])
def test_what_is_no_line_is_empty(value: Any) -> None:
    assert reading.line(value) == ""


@pytest.mark.parametrize("value", [None, True, "free", -1, 0, math.nan, math.inf, 10**9, []])
def test_what_is_no_price_is_none(value: Any) -> None:
    assert reading.price(value) == 0


@pytest.mark.parametrize(("value", "cost"), [(0, 0), ("190.50", 190.5), (-1, None), (None, None), (False, None)])
def test_a_cost_may_be_nothing(value: Any, cost: float | None) -> None:
    assert reading.cost(value) == cost


def test_days_and_times_are_written_in_one_way() -> None:
    assert [reading.day(value) for value in ("2026-11-05", "tomorrow", None)] == ["2026-11-05", "", ""]
    assert [reading.clock(value) for value in ("10:30:00", "10:30", "late", 7)] == ["10:30", "10:30", "", ""]


def test_an_id_is_kept_as_it_is() -> None:
    assert reading.code("tire_change#1") == "tire_change#1"
    assert reading.code("a\nb") == ""


def test_of_an_article_whole_sentences_are_spoken_as_many_as_anybody_listens_to() -> None:
    assert spoken_part("Winter tires are soft. They grip on snow! See 5.5 mm. Never more") == (
        "Winter tires are soft. They grip on snow! See 5.5 mm."
    )
    assert spoken_part("Тиск вказано на вул. сервіс. Перевіряйте") == "Тиск вказано на вул. сервіс. Перевіряйте."
    assert spoken_part("") == ""


def test_a_paragraph_that_is_long_enough_stands_for_itself() -> None:
    long, other = "The maker's guarantee covers faults of the factory. " * 2, "What it does not cover. Punctures."
    assert spoken_part(f"{long}\n{other}") == long.strip()
    assert spoken_part(f"Check it monthly.\n{other}") == f"Check it monthly. {other}"


def test_a_sentence_that_has_no_end_is_cut_between_words() -> None:
    cut = spoken_part("word " * 200)
    assert len(cut) <= MOST_LETTERS + 1
    assert cut.endswith("word.")


def test_times_of_a_whole_day_are_told_from_all_of_it() -> None:
    assert spread(HOURS) == ["10:30", "13:30", "16:30"]
    assert spread(HOURS[:2]) == HOURS[:2]


def test_instead_of_a_time_that_is_taken_the_nearest_are_told() -> None:
    free = [time for time in HOURS if time != "12:00"]
    assert nearest(free, dt.time(12)) == ["11:00", "11:30", "12:30"]

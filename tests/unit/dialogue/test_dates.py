"""Days, as they are said on Wednesday, the 25th of November 2026."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.dialogue.dates import CalendarWords, Dated
from callcenter.dialogue.numbers import NumberWords
from callcenter.dialogue.words import normalize
from callcenter.ports import Language
from callcenter.text_normalization import verbalize
from tests.unit.dialogue.talking import tire_shop

TODAY = dt.date(2026, 11, 25)
PACKS = tuple(tire_shop().packs.values())
CALENDAR = CalendarWords((pack.calendar for pack in PACKS), NumberWords.of(PACKS, ordinals=True))


def read(words: str, *, today: dt.date = TODAY, asked: bool = False, written: bool = True) -> Dated:
    return CALENDAR.read(normalize(words), today, asked=asked, written=written)


def day(words: str, *, asked: bool = False) -> str | None:
    date = read(words, asked=asked).date
    return date.isoformat() if date else None


@pytest.mark.parametrize(
    ("words", "date"),
    [
        ("today", "2026-11-25"),
        ("this afternoon please", "2026-11-25"),
        ("сьогодні", "2026-11-25"),
        ("сегодня вечером", "2026-11-25"),
        ("tomorrow", "2026-11-26"),
        ("на завтра", "2026-11-26"),
        ("the day after tomorrow", "2026-11-27"),
        ("післязавтра", "2026-11-27"),
        ("давайте послезавтра", "2026-11-27"),
        ("in three days", "2026-11-28"),
        ("через три дні", "2026-11-28"),
        ("через 5 дней", "2026-11-30"),
        ("in a couple of days", "2026-11-27"),
        ("in a week", "2026-12-02"),
        ("через тиждень", "2026-12-02"),
        ("через неділю", "2026-12-02"),
        ("через две недели", "2026-12-09"),
        ("in two weeks", "2026-12-09"),
    ],
)
def test_days_counted_from_today(words: str, date: str) -> None:
    assert day(words) == date


@pytest.mark.parametrize(
    ("words", "date"),
    [
        ("on friday", "2026-11-27"),
        ("friday morning", "2026-11-27"),
        ("у п'ятницю", "2026-11-27"),
        ("в пятницу", "2026-11-27"),
        ("на п’ятницю", "2026-11-27"),
        ("у вівторок", "2026-12-01"),
        ("в понедельник", "2026-11-30"),
        ("у неділю", "2026-11-29"),
        ("в воскресенье", "2026-11-29"),
        ("on the weekend", "2026-11-28"),
        ("на выходных", "2026-11-28"),
        ("в середу", "2026-12-02"),  # today is one: who means it says "today"
        ("this wednesday", "2026-11-25"),
        ("цієї середи", "2026-11-25"),
        ("в эту пятницу", "2026-11-27"),
        ("next friday", "2026-12-04"),
        ("next tuesday", "2026-12-01"),
        ("в следующий вторник", "2026-12-01"),
        ("наступної п'ятниці", "2026-12-04"),
        ("на слідуючу п'ятницю", "2026-12-04"),
        ("next week on friday", "2026-12-04"),
        ("на наступному тижні у четвер", "2026-12-03"),
        ("на следующей неделе", "2026-11-30"),
    ],
)
def test_weekdays_are_those_to_come(words: str, date: str) -> None:
    assert day(words) == date


@pytest.mark.parametrize(
    ("words", "date"),
    [
        ("25 листопада", "2026-11-25"),
        ("двадцять сьомого листопада", "2026-11-27"),
        ("двадцять сьоме листопада", "2026-11-27"),
        ("на перше грудня", "2026-12-01"),
        ("третього січня", "2027-01-03"),
        ("24 листопада", "2027-11-24"),
        ("двадцать пятое ноября", "2026-11-25"),
        ("тридцатого ноября", "2026-11-30"),
        ("на 27-е ноября", "2026-11-27"),
        ("второго мая", "2027-05-02"),
        ("the twenty fifth of november", "2026-11-25"),
        ("november twenty seventh", "2026-11-27"),
        ("Dec. 3rd", None),
        ("december 3rd", "2026-12-03"),
        ("on the first of december", "2026-12-01"),
        ("may the second", "2027-05-02"),
        ("27.11", "2026-11-27"),
        ("на 03.12.2026", "2026-12-03"),
        ("27/11", None),
        ("on the 27th", "2026-11-27"),
        ("двадцять сьомого числа", "2026-11-27"),
        ("3 числа", "2026-12-03"),
        ("у п'ятницю двадцять сьомого листопада", "2026-11-27"),
        ("friday the 4th", "2026-12-04"),
        ("на четверте грудня, п'ятниця", "2026-12-04"),
    ],
)
def test_dates(words: str, date: str | None) -> None:
    assert day(words) == date


@pytest.mark.parametrize(
    ("words", "date"),
    [
        ("the fifth", "2026-12-05"),
        ("на двадцять восьме", "2026-11-28"),
        ("двадцать восьмого", "2026-11-28"),
        ("31", "2026-12-31"),
    ],
)
def test_a_bare_day_counts_where_one_was_asked_for(words: str, date: str) -> None:
    assert day(words, asked=True) == date
    assert day(words) is None


@pytest.mark.parametrize(
    "words",
    [
        "205 55 16",
        "чотири шини",
        "31 листопада",
        "the first one",
        "may I ask",
        "серед цих шин",
        "через дорогу",
        "30 лютого",
        "сорок два сімнадцять нуль п'ять",
        "on the second option",
        "",
    ],
)
def test_other_words_are_no_day(words: str) -> None:
    assert day(words) is None


@pytest.mark.parametrize(
    ("words", "date"),
    [
        ("not friday, saturday", "2026-11-28"),
        ("ні, не в п'ятницю, а в суботу", "2026-11-28"),
        ("перенесіть з п'ятниці на понеділок", "2026-11-30"),
        ("с двадцать седьмого ноября на пятницу следующей недели", "2026-12-04"),
    ],
)
def test_of_several_days_the_last_one_is_meant(words: str, date: str) -> None:
    assert day(words) == date


@pytest.mark.parametrize(
    ("today", "words", "date"),
    [
        (dt.date(2026, 12, 31), "tomorrow", dt.date(2027, 1, 1)),
        (dt.date(2026, 12, 28), "третього", dt.date(2027, 1, 3)),
        (dt.date(2027, 1, 30), "тридцятого", dt.date(2027, 1, 30)),
        (dt.date(2027, 1, 31), "тридцятого", dt.date(2027, 3, 30)),
        (dt.date(2025, 2, 1), "29 лютого", None),
        (dt.date(2027, 3, 1), "29 лютого", dt.date(2028, 2, 29)),
        (dt.date(2026, 11, 29), "next sunday", dt.date(2026, 12, 6)),
        (dt.date(2026, 11, 30), "в следующий вторник", dt.date(2026, 12, 8)),
    ],
)
def test_months_and_years_end(today: dt.date, words: str, date: dt.date | None) -> None:
    assert read(words, today=today, asked=True).date == date


@pytest.mark.parametrize(
    "words",
    [
        "as soon as possible",
        "the earliest time please",
        "any day",
        "whenever you can",
        "якнайшвидше",
        "на найближчий вільний час",
        "якомога раніше",
        "якнайраніше",
        "коли завгодно",
        "чим скоріше",
        "как можно скорее",
        "на ближайшее время",
        "в любое время",
    ],
)
def test_as_soon_as_possible(words: str) -> None:
    assert read(words).soonest
    assert read(words).date is None


@pytest.mark.parametrize("words", ["the nearest station", "найближча станція", "soon", "tomorrow"])
def test_what_is_near_is_not_soon(words: str) -> None:
    assert not read(words).soonest


def test_what_else_was_said_is_left() -> None:
    dated = read("запишіть на наступну п'ятницю о десятій")
    assert dated.rest == "запишіть на / о 10"
    assert dated.words == "наступну п'ятницю"


def test_two_numbers_are_no_date_where_a_time_was_asked_for() -> None:
    assert read("10 12").date == dt.date(2026, 12, 10)
    assert read("10 12", written=False).date is None


@pytest.mark.parametrize("words", ["31 листопада", "thirty first of november", "тридцатого февраля"])
def test_a_date_that_does_not_exist_is_not_taken_for_another(words: str) -> None:
    assert read(words, asked=True).date is None


@pytest.mark.parametrize("language", ["en", "uk", "ru"])
@settings(max_examples=60, deadline=None)
@given(date=st.dates(TODAY, TODAY + dt.timedelta(364)))
def test_a_date_that_our_voice_says_is_understood(language: Language, date: dt.date) -> None:
    assert read(verbalize(date.isoformat(), language)).date == date

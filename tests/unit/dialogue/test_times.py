"""Times of day."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.dialogue.numbers import NumberWords
from callcenter.dialogue.times import PARTS, ClockWords, Timed, TimeRange
from callcenter.dialogue.words import normalize
from callcenter.ports import Language
from callcenter.text_normalization import verbalize
from tests.unit.dialogue.talking import tire_shop

PACKS = tuple(tire_shop().packs.values())
CLOCK = ClockWords((pack.clock for pack in PACKS), NumberWords.of(PACKS, ordinals=True))


def read(words: str, *, asked: bool = False) -> Timed:
    return CLOCK.read(normalize(words), asked=asked)


def clock(words: str, *, asked: bool = False) -> str | None:
    """ "10:30", "10:00-12:00"."""
    match read(words, asked=asked).time:
        case TimeRange(start, end):
            return f"{start:%H:%M}-{end:%H:%M}"
        case dt.time() as time:
            return f"{time:%H:%M}"
        case None:
            return None


@pytest.mark.parametrize(
    ("words", "time"),
    [
        ("at ten", "10:00"),
        ("at ten thirty", "10:30"),
        ("at 10:05", "10:05"),
        ("at half past ten", "10:30"),
        ("quarter to three", "14:45"),
        ("a quarter past nine", "09:15"),
        ("twenty to eleven", "10:40"),
        ("ten past four", "16:10"),
        ("ten o'clock", "10:00"),
        ("three in the afternoon", "15:00"),
        ("three thirty pm", "15:30"),
        ("10 a.m.", "10:00"),
        ("7 am", "07:00"),
        ("eight in the evening", "20:00"),
        ("at fifteen thirty", "15:30"),
        ("at noon", "12:00"),
        ("at three", "15:00"),
        ("at eight", "08:00"),
        ("о десятій", "10:00"),
        ("о десятій тридцять", "10:30"),
        ("о 10:30", "10:30"),
        ("о пів на одинадцяту", "10:30"),
        ("пів на третю", "14:30"),
        ("о пів на першу", "12:30"),
        ("на пів десятої", "09:30"),
        ("чверть на дванадцяту", "11:15"),
        ("за чверть десята", "09:45"),
        ("за двадцять одинадцята", "10:40"),
        ("без п'яти дванадцять", "11:55"),
        ("без двадцяти три", "14:40"),
        ("десять хвилин на дев'яту", "08:10"),
        ("о третій дня", "15:00"),
        ("о восьмій вечора", "20:00"),
        ("о сьомій ранку", "07:00"),
        ("о 14 годині", "14:00"),
        ("о десятій годині тридцять хвилин", "10:30"),
        ("десята година", "10:00"),
        ("о шістнадцятій п'ятнадцять", "16:15"),
        ("опівдні", "12:00"),
        ("в десять утра", "10:00"),
        ("в 10 часов", "10:00"),
        ("в десять тридцать", "10:30"),
        ("в половине третьего", "14:30"),
        ("полвторого", "13:30"),
        ("пол-одиннадцатого", "10:30"),
        ("четверть девятого", "08:15"),
        ("без четверти десять", "09:45"),
        ("без двадцати пяти двенадцать", "11:35"),
        ("пять минут одиннадцатого", "10:05"),
        ("в три часа дня", "15:00"),
        ("в три часа", "15:00"),
        ("на десять часов", "10:00"),
        ("tomorrow morning at nine", "09:00"),
        ("завтра ввечері о шостій тридцять", "18:30"),
    ],
)
def test_times_that_need_no_question(words: str, time: str) -> None:
    assert clock(words) == time
    assert clock(words, asked=True) == time


@pytest.mark.parametrize(
    ("words", "time"),
    [
        ("ten", "10:00"),
        ("ten thirty", "10:30"),
        ("1030", "10:30"),
        ("10.30", "10:30"),
        ("ten oh five", "10:05"),
        ("three", "15:00"),
        ("десять тридцять", "10:30"),
        ("десята", "10:00"),
        ("на десяту", "10:00"),
        ("на десяту тридцять", "10:30"),
        ("третя", "15:00"),
        ("дванадцять нуль нуль", "12:00"),
        ("четырнадцать", "14:00"),
        ("в десять", "10:00"),
        ("на четыре", "16:00"),
        ("двадцять один тридцять", "21:30"),
        ("двадцята нуль п'ять", "20:05"),
        ("двадцать ноль ноль", "20:00"),
        ("930", "09:30"),
    ],
)
def test_bare_numbers_are_a_time_where_one_was_asked_for(words: str, time: str) -> None:
    assert clock(words, asked=True) == time
    assert clock(words) is None


@pytest.mark.parametrize(
    ("words", "time"),
    [
        ("in the morning", "08:00-12:00"),
        ("зранку", "08:00-12:00"),
        ("на ранок", "08:00-12:00"),
        ("утром", "08:00-12:00"),
        ("before noon", "08:00-12:00"),
        ("до обіду", "08:00-12:00"),
        ("в першій половині дня", "08:00-12:00"),
        ("in the afternoon", "12:00-17:00"),
        ("після обіду", "12:00-17:00"),
        ("во второй половине дня", "12:00-17:00"),
        ("ввечері", "17:00-20:00"),
        ("на вечір", "17:00-20:00"),
        ("вечером", "17:00-20:00"),
        ("after six", "18:00-20:00"),
        ("після шостої", "18:00-20:00"),
        ("после шести вечера", "18:00-20:00"),
        ("before eleven", "08:00-11:00"),
        ("до одинадцятої", "08:00-11:00"),
        ("between ten and twelve", "10:00-12:00"),
        ("from ten to two in the afternoon", "10:00-14:00"),
        ("two to four", "14:00-16:00"),
        ("з десятої до дванадцятої", "10:00-12:00"),
        ("між другою і четвертою", "14:00-16:00"),
        ("с восьми до десяти", "08:00-10:00"),
        ("from seven to nine", "19:00-21:00"),
        ("after eight in the evening", "20:00-23:59"),
    ],
)
def test_ranges(words: str, time: str) -> None:
    assert clock(words) == time


@pytest.mark.parametrize(
    "words",
    [
        "good morning",
        "доброго ранку",
        "Добрий вечір!",
        "доброе утро",
        "доброго дня",
        "гарного дня",
        "sixteen",
        "205 55 16",
        "на шістнадцять",
        "до чотирьох тисяч",
        "через дві години",
        "first one",
        "",
    ],
)
def test_other_words_are_no_time(words: str) -> None:
    assert clock(words) is None


@pytest.mark.parametrize(
    ("words", "time"),
    [
        ("not at ten, at eleven", "11:00"),
        ("не о десятій, а об одинадцятій", "11:00"),
        ("нет, не в десять утра, а в три часа", "15:00"),
    ],
)
def test_of_several_times_the_last_one_is_meant(words: str, time: str) -> None:
    assert clock(words) == time


def test_what_else_was_said_is_left() -> None:
    timed = read("запишіть на п'ятницю о третій дня")
    assert timed.rest == "запишіть на п'ятницю /"
    assert timed.words == "о 3 дня"


def test_parts_of_the_day_follow_each_other() -> None:
    assert PARTS["morning"].end == PARTS["afternoon"].start
    assert PARTS["afternoon"].end == PARTS["evening"].start


@pytest.mark.parametrize("language", ["en", "uk", "ru"])
@settings(max_examples=60, deadline=None)
@given(time=st.builds(dt.time, st.integers(8, 20), st.sampled_from((0, 5, 10, 15, 20, 30, 40, 45, 50))))
def test_a_time_that_our_voice_says_is_understood(language: Language, time: dt.time) -> None:
    assert read(verbalize(f"{time:%H:%M}", language), asked=True).time == time

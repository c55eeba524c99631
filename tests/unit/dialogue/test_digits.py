"""Numbers of orders and phones, dictated."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.dialogue.digits import DigitWords
from callcenter.dialogue.numbers import NumberWords
from callcenter.dialogue.words import normalize
from callcenter.ports import Language
from callcenter.text_normalization import verbalize
from tests.unit.dialogue.talking import tire_shop

PACKS = tuple(tire_shop().packs.values())
DIGITS = DigitWords((pack.dictation for pack in PACKS), NumberWords.of(PACKS))


@pytest.mark.parametrize(
    ("words", "digits"),
    [
        ("two oh five, fifty five, sixteen", "2055516"),
        ("the number is four two one seven zero five", "421705"),
        ("forty two seventeen oh five", "421705"),
        ("two hundred and five five sixteen", "205516"),
        ("double four seven", "447"),
        ("triple five double oh", "55500"),
        ("two fives and a one", "551"),
        ("сорок два, сімнадцять, нуль п'ять", "421705"),
        ("сто двадцять три чотириста п'ятдесят шість", "123456"),
        ("сто двадцять три тисячі чотириста п'ятдесят шість", "123456"),
        ("два нулі сім", "007"),
        ("три сімки", "777"),
        ("двічі чотири", "44"),
        ("сорок два семнадцать ноль пять", "421705"),
        ("две пятерки шесть", "556"),
        ("205516", "205516"),
        ("42-17-05", "421705"),
        ("№ 42 17 05", "421705"),
        ("моє замовлення сорок два", "42"),
        ("where is my order", ""),
        ("", ""),
    ],
)
def test_all_digits_of_an_utterance(words: str, digits: str) -> None:
    assert DIGITS.read(normalize(words)) == digits


@pytest.mark.parametrize(
    ("words", "length", "digits"),
    [
        ("двадцять один тридцять", 4, "2130"),
        ("двадцять один тридцять", 5, "20130"),
        ("forty two seventeen oh five", 6, "421705"),
        ("сто двадцять три", 3, "123"),
        ("сто двадцять три", 6, "100203"),
        ("сто двадцять три", 5, "10023"),
        ("двісті п'ять", 4, "2005"),
        ("сорок два нулі", 3, "420"),
        ("сорок два нулі", 4, "4000"),
        ("сорок два", 6, "42"),
        ("4217 05", 6, "421705"),
    ],
)
def test_the_wanted_length_decides_between_readings(words: str, length: int, digits: str) -> None:
    assert DIGITS.read(normalize(words), length) == digits


@pytest.mark.parametrize(
    ("utterances", "digits"),
    [
        (["forty two", "seventeen", "oh five"], "421705"),
        (["сорок два", "сімнадцять", "нуль п'ять"], "421705"),
        (["сорок два", "так", "сімнадцять нуль п'ять"], "421705"),
        (["forty two", "forty two seventeen oh five"], "421705"),  # from the beginning
        (["4217", "двадцять п'ять"], "421725"),
        (["сорок два сімнадцять нуль п'ять", "ні, остання сім"], "421707"),
        (["four two one seven zero five", "no, the last one is seven"], "421707"),
        (["four two one seven zero five", "the last two are seven eight"], "421778"),
        (["421705", "последние две тридцать три"], "421733"),
        (["421705", "no, seven"], "421707"),
        (["4217", "ні, сорок три сімнадцять"], "4317"),
        (["42", "no forty three seventeen"], "4317"),
        (["421705", "не нуль, а вісім"], "421785"),
        (["421705", "not zero five but zero eight"], "421708"),
        (["421705", "первая цифра девять"], "921705"),
        (["forty two eighteen, no, seventeen", "oh five"], "421705"),
        (["421705", "yes that is right"], "421705"),
        (["421705", "33 14 15"], "331415"),
        (["421705", "33"], "42170533"),  # too much was said
    ],
)
def test_what_was_dictated_before_goes_on_or_is_corrected(utterances: list[str], digits: str) -> None:
    dictated = ""
    for words in utterances:
        dictated = DIGITS.add(dictated, normalize(words), 6)
    assert dictated == digits


@pytest.mark.parametrize(
    ("words", "phone"),
    [
        ("+380 67 000 00 12", "+380670000012"),
        ("плюс тридцять вісім нуль шістдесят сім нуль нуль нуль нуль нуль дванадцять", "+380670000012"),
        ("нуль шістдесят сім, сто двадцять три, сорок п'ять, шістдесят сім", "0671234567"),
        ("oh six seven one two three four five six seven", "0671234567"),
        ("шестьдесят семь сто двадцать три сорок пять шестьдесят семь", "0671234567"),
        ("067 123-45-67", "0671234567"),
        ("0671234567", "0671234567"),
        ("67 123", None),
        ("не скажу", None),
    ],
)
def test_phones(words: str, phone: str | None) -> None:
    assert DIGITS.phone(normalize(words)) == phone


@pytest.mark.parametrize(
    ("words", "digits"),
    [
        ("forty five sixty seven", "4567"),
        ("the last four digits are four five six seven", "4567"),
        ("останні чотири цифри сорок п'ять шістдесят сім", "4567"),
        ("сорок п'ять нуль сім", "4507"),
        ("double four double five", "4455"),
        ("067 123 45 67", "4567"),
        ("сорок п'ять", None),
    ],
)
def test_the_last_four_digits_of_a_phone(words: str, digits: str | None) -> None:
    assert DIGITS.last_four(normalize(words)) == digits


@pytest.mark.parametrize("language", ["en", "uk", "ru"])
@settings(max_examples=60, deadline=None)
@given(number=st.integers(100_000, 999_999))
def test_a_number_that_our_voice_says_is_understood(language: Language, number: int) -> None:
    assert DIGITS.read(normalize(verbalize(f"№ {number}", language)), 6) == str(number)


@settings(max_examples=100, deadline=None)
@given(st.text("0123456789", max_size=20), st.text(max_size=400), st.none() | st.integers(0, 20))
def test_anything_can_be_dictated(dictated: str, words: str, length: int | None) -> None:
    assert set(DIGITS.add(dictated, normalize(words), length)) <= set("0123456789")

"""Numbers of orders and phones, dictated."""

from dataclasses import dataclass

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
        ("two o five o ten", "205010"),
        ("сорок два, сімнадцять, нуль п'ять", "421705"),
        ("сто двадцять три чотириста п'ятдесят шість", "123456"),
        ("сто двадцять три тисячі чотириста п'ятдесят шість", "123456"),
        ("два нулі сім", "007"),
        ("три сімки", "777"),
        ("двічі чотири", "44"),
        ("двічі п'ять", "55"),
        ("двічі сорок п'ять", "4545"),
        ("дважды двадцать", "2020"),
        ("подвійна п'ятірка", "55"),
        ("сорок два нулі сім", "40007"),
        ("двісті сімдесят чотири", "274"),
        ("двести семьдесят четыре", "274"),
        ("two hundred seventy four", "274"),
        ("two hundred and seventy four", "274"),
        ("two seventy four", "274"),
        ("two hundred five hundred six", "200506"),
        ("двєсті сімсят чотирі", "274"),
        ("двацять сємнадцять восімнадцять", "201718"),
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
        ("сто двадцять три", 6, "123"),  # the rest follows
        ("двісті сімдесят чотири", 6, "274"),
        ("двести семьдесят четыре", 6, "274"),
        ("two hundred seventy four", 6, "274"),
        ("two seventy four", 6, "274"),
        ("двадцять один тридцять п'ять", 6, "2135"),
        ("двісті п'ять", 4, "205"),
        ("двісті п'ять сорок", 6, "200540"),
        ("сто двадцять три чотириста п'ятдесят шість", 6, "123456"),
        ("двісті чотири тисячі шістнадцять", 6, "204016"),
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
        (["двісті сімдесят чотири", "сто вісімдесят вісім"], "274188"),
        (["two seventy four", "one eighty eight"], "274188"),
        (["двадцять", "один", "триста п'ять"], "201305"),  # pauses tell the groups apart
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


LANGUAGES: dict[str, tuple[Language, ...]] = {"en": ("en",), "uk": ("uk",), "ru": ("ru",), "surzhyk": ("uk", "ru")}
ZEROS: dict[str, tuple[str, ...]] = {
    "en": ("zero", "oh", "o"),
    "uk": ("нуль",),
    "ru": ("ноль",),
    "surzhyk": ("нуль", "ноль"),
}


@dataclass(frozen=True)
class Dictated:
    """A number of six digits, and how it is said."""

    groups: tuple[str, ...]
    """Of one to three digits each."""
    words: tuple[str, ...]

    @property
    def number(self) -> str:
        return "".join(self.groups)


@st.composite
def dictations(draw: st.DrawFn, manner: str) -> Dictated:
    number, groups, words = draw(st.from_regex("[0-9]{6}", fullmatch=True)), list[str](), list[str]()
    while number:
        size = min(draw(st.integers(1, 3)), len(number))
        group, number = number[:size], number[size:]
        language = draw(st.sampled_from(LANGUAGES[manner]))
        zeros = [draw(st.sampled_from(ZEROS[manner])) for _ in range(len(group) - len(group.lstrip("0")))]
        rest = [verbalize(group.lstrip("0"), language)] if group.strip("0") else []
        groups.append(group)
        words.append(" ".join(zeros + rest))
    return Dictated(tuple(groups), tuple(words))


def run_together(first: str, second: str, manner: str) -> bool:
    """Said one after the other, they are what a single number is called: "twenty", "one"."""
    value, room = int(first), 0
    if value >= 20 and value % 10 == 0 and value % 100 != 10:
        room = 100 if value % 100 == 0 else 10
    if second.startswith("0") or not room:
        return False
    return int(second) < room or (manner == "en" and value < 100 and len(second) == 3)  # "twenty-one hundred"


@pytest.mark.parametrize("manner", ["en", "uk", "ru", "surzhyk"])
@settings(max_examples=150, deadline=None)
@given(st.data())
def test_every_number_is_understood_in_whatever_groups_it_is_said(manner: str, data: st.DataObject) -> None:
    said = data.draw(dictations(manner))
    read = DIGITS.read(normalize(" ".join(said.words)), 6)
    pairs = zip(said.groups, said.groups[1:], strict=False)
    if any(run_together(first, second, manner) for first, second in pairs):
        assert len(read) <= 6  # it is read back, or the rest is waited for
    else:
        assert read == said.number


@pytest.mark.parametrize("manner", ["en", "uk", "ru", "surzhyk"])
@settings(max_examples=100, deadline=None)
@given(st.data())
def test_a_number_may_come_group_by_group(manner: str, data: st.DataObject) -> None:
    said, dictated = data.draw(dictations(manner)), ""
    for words in said.words:
        dictated = DIGITS.add(dictated, normalize(words), 6)
    assert dictated == said.number


@settings(max_examples=100, deadline=None)
@given(st.text("0123456789", max_size=20), st.text(max_size=400), st.none() | st.integers(0, 20))
def test_anything_can_be_dictated(dictated: str, words: str, length: int | None) -> None:
    assert set(DIGITS.add(dictated, normalize(words), length)) <= set("0123456789")

"""What is read out of one utterance."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.dialogue.asked import Asked
from callcenter.dialogue.numbers import PROFILES, RIMS_INCH, WIDTHS_MM, TireSize
from callcenter.dialogue.understood import Understood
from callcenter.ports import CallerSaid, Language
from callcenter.text_normalization import verbalize
from tests.unit.dialogue.talking import TIRES, rules, tire_shop


def read(words: str, **given: Any) -> Understood:
    return rules().understanding.read(CallerSaid(words, **given))


@pytest.mark.parametrize(
    ("words", "car"),
    [
        ("шини на тойоту камрі", "Toyota Camry"),
        ("гума для тойоти камрі", "Toyota Camry"),
        ("на камрі", "Toyota Camry"),
        ("на Octavia A7", "Skoda Octavia"),
        ("шкода октавія", "Skoda Octavia"),
        ("на октавию", "Skoda Octavia"),
        ("літня гума на бмв ікс п'ять", "BMW X5"),
        ("шини на Х5", "BMW X5"),
        ("фольцваген туарег", "Volkswagen Touareg"),
        ("хюндай туксан", "Hyundai Tucson"),
        ("мазда шість", "Mazda 6"),
        ("мазда cx-5", "Mazda CX-5"),
        ("мерседес е клас", "Mercedes-Benz E-Class"),
        ("у меня лада приора", "VAZ Priora"),
        ("рено логан", "Renault Logan"),
        ("дачия логан", "Dacia Logan"),
        ("ніссан жук", "Nissan Juke"),
        ("toyota", "Toyota"),
        ("Тоёта Камри", "Toyota Camry"),
    ],
)
def test_cars_in_any_spelling_and_case(words: str, car: str) -> None:
    assert str(read(words).wish.vehicle) == car


@pytest.mark.parametrize(
    "words",
    [
        "це все",
        "а чотири штуки є",
        "так",
        "на зиму",
        "the first one",
        "три",
        "я подумаю",
        "с доставкой",
        "у вас есть",
        "five",
    ],
)
def test_everyday_words_are_no_cars(words: str) -> None:
    assert read(words).wish.vehicle is None


@pytest.mark.parametrize(
    ("words", "size"),
    [
        ("215/55 R17", "215/55 R17"),
        ("215 55 17", "215/55 R17"),
        ("215/55R17", "215/55 R17"),
        ("2155517", "215/55 R17"),
        ("two fifteen fifty five seventeen", "215/55 R17"),
        ("two hundred and fifteen by fifty five on seventeen", "215/55 R17"),
        ("two oh five fifty five r sixteen", "205/55 R16"),
        ("one ninety five sixty five fifteen", "195/65 R15"),
        ("two one five five five one seven", "215/55 R17"),
        ("двісті п'ятнадцять на п'ятдесят п'ять сімнадцять", "215/55 R17"),
        ("двести пять пятьдесят пять на шестнадцать", "205/55 R16"),
        ("сто дев'яносто п'ять шістдесят п'ять р п'ятнадцять", "195/65 R15"),
        ("розмір двісті двадцять п'ять сорок п'ять радіус сімнадцять", "225/45 R17"),
    ],
)
def test_sizes_however_they_are_said(words: str, size: str) -> None:
    assert str(read(words).wish.size) == size


@pytest.mark.parametrize("words", ["999 99 99", "два два два", "2018", "4000 гривень", "217 55 17", "twenty one"])
def test_other_numbers_are_no_sizes(words: str) -> None:
    assert read(words).wish.size is None


@pytest.mark.parametrize("language", ["en", "uk", "ru"])
@settings(max_examples=150, deadline=None)
@given(
    st.builds(
        TireSize,
        st.sampled_from(sorted(w for w in WIDTHS_MM if w >= 135)),
        st.sampled_from(sorted(PROFILES)),
        st.sampled_from(sorted(r for r in RIMS_INCH if r <= 22)),
    )
)
def test_a_size_that_our_voice_says_is_understood(language: Language, size: TireSize) -> None:
    assert read(verbalize(str(size), language)).wish.size == size


@pytest.mark.parametrize(
    ("words", "price"),
    [
        ("до чотирьох тисяч", 4000),
        ("не дорожче п'яти тисяч гривень", 5000),
        ("до 4 000 грн", 4000),
        ("до трех с половиной", None),
        ("up to four thousand five hundred", 4500),
        ("under forty five hundred", 4500),
        ("не дороже трёх тысяч", 3000),
        ("до 2500", 2500),
        ("4 штуки", None),
        ("до 5", None),
    ],
)
def test_the_highest_price(words: str, price: int | None) -> None:
    assert read(words).wish.max_price == price


@pytest.mark.parametrize(
    ("words", "year"),
    [
        ("камрі 2018 року", 2018),
        ("camry twenty eighteen", 2018),
        ("гольф дві тисячі вісімнадцятого", 2018),
        ("гольф пятнадцатого года", 2015),
        ("toyota camry from two thousand twelve", 2012),
        ("камри 99 года", None),
        ("до 2000 гривень", None),
        ("205 55 16 2019", None),
    ],
)
def test_the_year_of_the_car(words: str, year: int | None) -> None:
    assert read(words).wish.year == year


@pytest.mark.parametrize(
    ("words", "quantity"),
    [
        ("чотири штуки", 4),
        ("4 шины", 4),
        ("комплект", 4),
        ("дві шини", 2),
        ("a set of four", 4),
        ("twenty pieces", 20),
        ("шини", None),
    ],
)
def test_how_many(words: str, quantity: int | None) -> None:
    assert read(words).quantity == quantity


@pytest.mark.parametrize(
    ("words", "choice"), [("перша", 1), ("давайте другу", 2), ("the third one", 3), ("последнюю", -1), ("та", None)]
)
def test_which_of_those_offered(words: str, choice: int | None) -> None:
    assert read(words).choice == choice


@pytest.mark.parametrize(("words", "rim"), [("шини р 17", 17), ("r17", 17), ("17 inch tires", 17), ("радиус 16", 16)])
def test_the_rim_alone(words: str, rim: int) -> None:
    assert read(words).wish.rim == rim


def test_brands_in_cyrillic_and_misheard() -> None:
    assert read("нокіан").wish.brand == "Nokian"
    assert read("шини мишлена").wish.brand == "Michelin"
    assert read("bridgston tires").wish.brand == "Bridgestone"


def test_a_model_alone_is_taken_for_the_make_that_was_named() -> None:
    shared = rules().understanding
    assert str(shared.read(CallerSaid("три"), "Mazda").wish.vehicle) == "Mazda 3"
    assert str(shared.read(CallerSaid("логан"), "Dacia").wish.vehicle) == "Dacia Logan"


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=2000))
def test_anything_can_be_read(words: str) -> None:
    read(words)
    read(words, keyed=True)


@pytest.mark.parametrize("piece", ["а", "не ", "до 1 ", "1 ", "two hundred ", "i ", "не хочу ", "до ", "'", "200 55 "])
def test_long_utterances_are_read_up_to_a_limit(piece: str) -> None:
    once, endless = read(piece * 1000), read(piece * 100_000)
    assert once == endless


@pytest.mark.parametrize(
    ("words", "intent", "other"),
    [
        ("ти робот?", "about_self", "operator"),
        ("ви жива людина?", "about_self", "operator"),
        ("як вас звати", "about_self", "operator"),
        ("ты живой человек?", "about_self", "operator"),
        ("сколько тебе лет", "about_self", "operator"),
        ("are you human", "about_self", "operator"),
        ("are you a real person", "about_self", "operator"),
        ("what is your name", "about_self", "operator"),
        ("мені потрібна жива людина", "operator", "about_self"),
        ("хочу поговорить с живым человеком", "operator", "about_self"),
        ("I want a real person", "operator", "about_self"),
        ("a human please", "operator", "about_self"),
        ("чи треба балансувати після заміни", "necessity", "cancel"),
        ("нужна ли балансировка", "necessity", "cancel"),
        ("do I need balancing", "necessity", "cancel"),
        ("запишіть мене на балансування", "fitting_booking", "necessity"),
        ("шипи чи липучка", "compare", "cancel"),
        ("studded or friction tires", "compare", "cancel"),
        ("повторіть номер замовлення", "repeat_number", "cancel"),
        ("який у мене номер", "repeat_number", "repeat"),
        ("номер ещё раз, пожалуйста", "repeat_number", "cancel"),
        ("could you repeat the number please", "repeat_number", "cancel"),
        ("який у вас номер телефону", "question", "repeat_number"),
        ("once more please", "repeat", "repeat_number"),
        ("шиномонтаж на 17 листопада", "fitting_booking", "fitting_price"),
        ("оплата наличными", "payment_method", "availability"),
    ],
)
def test_what_callers_want_is_told_from_what_sounds_like_it(words: str, intent: str, other: str) -> None:
    intents = read(words).intents
    assert intent in intents
    assert other not in intents


def test_every_article_that_is_told_in_short_is_one_of_the_shops() -> None:
    known = {file.name.split(".")[0] for file in TIRES.glob("knowledge/*/*.md")}
    told = {article for pack in tire_shop().packs.values() for article in pack.articles}
    assert told == known, "what the store has in no language of a call is told in short"


@pytest.mark.parametrize(
    ("words", "price"),
    [
        ("which tires under 8000 for a set", 2000),
        ("до восьми тисяч за комплект", 2000),
        ("шини до 16000 на чотири колеса", 4000),
        ("до 8000 на четыре колеса", 2000),
        ("до 6000 за пару", 3000),
        ("бюджет 12000 на комплект зимових", 3000),
        ("вісім тисяч за комплект", 2000),
        ("дешевше за 8000 комплект", 2000),
        ("i have eight thousand for four winter tires", 2000),
        ("winter tires, 8000 for all four", 2000),
        ("двенадцать тысяч за комплект", 3000),
        ("комплект зимових до 3000", 3000),
        ("four tires under 3000 each", 3000),
        ("до 3000 за штуку, на чотири колеса", 3000),
    ],
)
def test_a_price_of_a_set_is_one_of_four_tires(words: str, price: int) -> None:
    assert read(words).wish.max_price == price


@pytest.mark.parametrize(
    ("words", "compares"),
    [
        ("ханкук или кумхо", True),
        ("toyo or yokohama", True),
        ("нокіан лі мішлен", True),
        ("мішлен або нокіан, що порадите", True),
        ("мішлен або нокіан на тойоту камрі", False),
        ("замовляю мішлен або нокіан", False),
        ("мішлен і нокіан", False),
    ],
)
def test_two_brands_to_choose_from_are_to_be_compared(words: str, compares: bool) -> None:
    assert ("compare" in read(words).intents) is compares


@pytest.mark.parametrize(
    ("words", "season"),
    [
        ("не зимові, літні", "summer"),
        ("зимові, не літні", "winter"),
        ("не летние, а зимние", "winter"),
        ("not winter, summer", "summer"),
        ("не зимові", "winter"),
    ],
)
def test_of_two_seasons_the_one_that_is_not_denied_is_meant(words: str, season: str) -> None:
    assert read(words).wish.season == season


def test_width_and_profile_are_a_size_where_the_rim_is_known() -> None:
    said = CallerSaid("двісті п'ять п'ятдесят п'ять")
    assert rules().understanding.read(said).wish.size is None
    assert rules().understanding.read(said, known_rim=16).wish.size == TireSize(205, 55, 16)


@pytest.mark.parametrize(
    ("words", "quantity"),
    [
        ("давайте чотири", 4),
        ("ну чотири", 4),
        ("мне нужно четыре и ещё монтаж", 4),
        ("I want four and a fitting, too", 4),
        ("другу давайте чотири штучки", 4),
        ("одну хвилинку", None),
        ("дві хвилини", None),
        ("це за одну?", None),
        ("на шістнадцять", None),
        ("вулиця Франка 12", None),
        ("я ж казав вам учора по телефону чотири рази", None),
    ],
)
def test_a_bare_number_may_be_a_quantity_once_tires_were_named(words: str, quantity: int | None) -> None:
    said = rules().understanding.read(CallerSaid(words), asked=Asked.PERHAPS_QUANTITY)
    assert said.quantity == quantity


@pytest.mark.parametrize("words", ["той що на Оболоні", "давайте той", "карточкою"])
def test_words_that_only_look_like_a_name(words: str) -> None:
    assert not read(words).wish

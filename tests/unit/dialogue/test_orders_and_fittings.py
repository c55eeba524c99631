"""What is read out of one utterance about an order or a fitting, and that a search for tires knows nothing of it."""

import datetime as dt
from typing import Any

import pytest

from callcenter.dialogue.asked import Asked
from callcenter.dialogue.times import TimeRange
from callcenter.dialogue.understood import FOUND, Understood
from callcenter.ports import CallerSaid
from tests.unit.dialogue.talking import rules, tire_shop

TODAY = dt.date(2026, 11, 25)


def read(words: str, asked: Asked | None = None, **given: Any) -> Understood:
    return rules().understanding.read(CallerSaid(words, **given), asked=asked, today=TODAY)


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("самовивіз", "pickup"),
        ("сам заберу", "pickup"),
        ("забрати самостійно", "pickup"),
        ("з пункту видачі", "pickup"),
        ("самовывоз", "pickup"),
        ("я сам приеду", "pickup"),
        ("pickup please", "pickup"),
        ("I will pick them up", "pickup"),
        ("кур'єром", "delivery"),
        ("новою поштою", "delivery"),
        ("на нову пошту", "delivery"),
        ("доставка у Львів", "delivery"),
        ("привезіть додому", "delivery"),
        ("курьером", "delivery"),
        ("новой почтой", "delivery"),
        ("by courier", "delivery"),
        ("deliver it to my home", "delivery"),
        ("nova poshta", "delivery"),
        ("cash on delivery", None),
        ("карткою при доставці", None),
        ("так", None),
    ],
)
def test_how_the_order_gets_to_the_caller(words: str, kind: str | None) -> None:
    assert read(words).delivery_type == kind


@pytest.mark.parametrize(
    ("words", "method"),
    [
        ("накладеним платежем", "cod"),
        ("наложкой", "cod"),
        ("наложенным платежом", "cod"),
        ("готівкою", "cod"),
        ("післяплата", "cod"),
        ("оплата при отриманні", "cod"),
        ("при получении наличными", "cod"),
        ("cash on delivery", "cod"),
        ("when it arrives", "cod"),
        ("карткою при отриманні", "card_on_delivery"),
        ("при отриманні карткою", "card_on_delivery"),
        ("оплата при отриманні карткою", "card_on_delivery"),
        ("картой при получении", "card_on_delivery"),
        ("через термінал", "card_on_delivery"),
        ("by card on delivery", "card_on_delivery"),
        ("on delivery by card", "card_on_delivery"),
        ("онлайн", "online"),
        ("карткою онлайн", "online"),
        ("заплачу зараз", "online"),
        ("киньте посилання", "online"),
        ("по ссылке", "online"),
        ("на карту", "online"),
        ("online please", "online"),
        ("I'll pay now", "online"),
        ("так", None),
    ],
)
def test_how_the_order_is_paid(words: str, method: str | None) -> None:
    assert read(words).payment_method == method


@pytest.mark.parametrize(
    ("words", "rim", "date", "time"),
    [
        ("шиномонтаж на сімнадцять", 17, None, None),
        ("запишіть на шиномонтаж на дев'ятнадцять", 19, None, None),
        ("перевзути колеса на шістнадцять", 16, None, None),
        ("шиномонтаж на семнадцать", 17, None, None),
        ("балансировка на пятнадцать", 15, None, None),
        ("fitting for seventeen inch", 17, None, None),
        ("book a fitting for seventeen", 17, None, None),
        ("шиномонтаж на сімнадцять завтра о десятій", 17, dt.date(2026, 11, 26), dt.time(10)),
        ("шиномонтаж на сімнадцяту", None, None, None),
        ("шиномонтаж завтра на сімнадцяту", None, dt.date(2026, 11, 26), dt.time(17)),
        ("шиномонтаж завтра на сімнадцять", None, dt.date(2026, 11, 26), dt.time(17)),
        ("шиномонтаж на сімнадцяту годину", None, None, dt.time(17)),
        ("шиномонтаж на 17 годину", None, None, dt.time(17)),
        ("шиномонтаж на 17 листопада", None, dt.date(2027, 11, 17), None),
        ("шиномонтаж на сімнадцяте грудня", None, dt.date(2026, 12, 17), None),
        ("шиномонтаж на семнадцатое декабря", None, dt.date(2026, 12, 17), None),
        ("шиномонтаж на дванадцять", None, None, None),
        ("book a fitting for 17 december", None, dt.date(2026, 12, 17), None),
    ],
)
def test_a_number_said_for_a_fitting_is_a_rim_unless_it_is_a_time_or_a_day(
    words: str, rim: int | None, date: dt.date | None, time: dt.time | None
) -> None:
    said = read(words)
    assert (said.wish.rim, said.when.date, said.when.time) == (rim, date, time)
    assert "fitting_price" not in said.intents


@pytest.mark.parametrize(
    ("words", "service"),
    [
        ("перевзути машину", "tire_change"),
        ("переобуться", "tire_change"),
        ("заміна шин", "tire_change"),
        ("поменять резину", "tire_change"),
        ("шиномонтаж", "tire_change"),
        ("tire change", "tire_change"),
        ("change my tires", "tire_change"),
        ("балансування", "balancing"),
        ("відбалансувати колеса", "balancing"),
        ("балансировку", "balancing"),
        ("wheel balancing", "balancing"),
        ("повний комплекс", "full_service"),
        ("шиномонтаж з балансуванням", "full_service"),
        ("перевзути і відбалансувати", "full_service"),
        ("поменять резину и отбалансировать", "full_service"),
        ("все вместе", "full_service"),
        ("full service", "full_service"),
        ("tire change and balancing", "full_service"),
        ("both", "full_service"),
        ("на завтра", None),
    ],
)
def test_what_the_station_shall_do(words: str, service: str | None) -> None:
    assert read(words).service == service


@pytest.mark.parametrize(
    ("words", "quantity"),
    [
        ("four", 4),
        ("чотири", 4),
        ("no, four", 4),
        ("ні, чотири", 4),
        ("дві штуки", 2),
        ("давайте чотири", 4),
        ("комплект", 4),
        ("два комплекти", 8),
        ("дві пари", 4),
        ("пару", 2),
        ("не чотири, а дві", 2),
        ("не чотири шини, а дві", 2),
        ("дві замість чотирьох", 2),
        ("not four but two", 2),
        ("two instead of four", 2),
        ("four, no, two", 2),
        ("нет, шесть", 6),
        ("вместо четырех две", 2),
        ("краще дві", 2),
        ("пол комплекта", 2),
        ("півкомплекту", 2),
        ("half a set", 2),
        ("-5", None),
        ("минус две", None),
        ("мінус дві", None),
        ("сто п'ятдесят", None),
        ("205 55 16", None),
        ("так", None),
    ],
)
def test_a_bare_number_is_a_quantity_where_one_was_asked_for(words: str, quantity: int | None) -> None:
    assert read(words, Asked.QUANTITY).quantity == quantity


@pytest.mark.parametrize(
    ("words", "quantity"),
    [
        ("four", 4),
        ("no, two", 2),
        ("ні, дві", 2),
        ("ні, давайте дві", 2),
        ("нет, я сказал две", 2),
        ("дві штуки в Київ", 2),
        ("на Хрещатик 6", None),
        ("лучше доставьте на Дерибасовскую 10 в Одессу", None),
        ("deliver it to Kyiv Khreshchatyk 6", None),
        ("to Kyiv 6", None),
        ("Шевченка 12", None),
    ],
)
def test_beside_a_name_a_bare_number_corrects_no_quantity(words: str, quantity: int | None) -> None:
    assert read(words, Asked.OTHER_QUANTITY).quantity == quantity


def test_of_two_quantities_the_corrected_one_is_meant_without_a_question_too() -> None:
    assert read("не чотири шини, а дві").quantity == 2
    assert "change" in read("не чотири шини, а дві").intents
    assert "change" in read("no, four", Asked.QUANTITY).intents
    assert "change" not in read("чотири шини").intents


@pytest.mark.parametrize("words", ["four", "ні, сімнадцять", "не шістнадцять, а сімнадцять", "no, two fifteen"])
def test_bare_numbers_are_no_quantity_elsewhere(words: str) -> None:
    assert read(words).quantity is None


@pytest.mark.parametrize("asked", [None, Asked.QUANTITY])
@pytest.mark.parametrize(
    "words", ["ten", "sixteen", "шістнадцять", "на шістнадцять", "перша", "two fifteen fifty five"]
)
def test_a_number_is_no_day_or_time_unless_one_was_asked_for(words: str, asked: Asked | None) -> None:
    said = read(words, asked)
    assert said.when.date is None
    assert said.when.time is None


@pytest.mark.parametrize("asked", [Asked.DATE, Asked.TIME])
@pytest.mark.parametrize(
    "words", ["just a second", "one moment please", "good morning", "доброго дня", "перший варіант"]
)
def test_courtesies_are_neither_a_day_nor_a_time(words: str, asked: Asked) -> None:
    assert not read(words, asked).intents & {"date", "time"}


def test_a_day_and_a_time_in_one_breath() -> None:
    when = read("запишіть мене на шиномонтаж на завтра на десяту тридцять").when
    assert (when.date, when.time) == (dt.date(2026, 11, 26), dt.time(10, 30))
    when = read("book a tire change on friday at quarter to three").when
    assert (when.date, when.time) == (dt.date(2026, 11, 27), dt.time(14, 45))
    when = read("на 27.11 о 10:30").when
    assert (when.date, when.time) == (dt.date(2026, 11, 27), dt.time(10, 30))
    when = read("в пятницу после обеда, четыре колеса на шестнадцать радиус").when
    assert (when.date, when.time) == (dt.date(2026, 11, 27), TimeRange(dt.time(12), dt.time(17)))


@pytest.mark.parametrize(
    ("words", "asked", "date", "time"),
    [
        ("the fifth", Asked.DATE, dt.date(2026, 12, 5), None),
        ("friday, ten", Asked.DATE, dt.date(2026, 11, 27), dt.time(10)),
        ("п'ятниця, четверте", Asked.DATE, dt.date(2026, 12, 4), None),
        ("о десятій", Asked.DATE, None, dt.time(10)),
        ("п'яте грудня десята тридцять", Asked.TIME, dt.date(2026, 12, 5), dt.time(10, 30)),
        ("ten", Asked.TIME, None, dt.time(10)),
        ("10 12", Asked.TIME, None, dt.time(10, 12)),
        ("ні, не о десятій, а об одинадцятій", Asked.TIME, None, dt.time(11)),
    ],
)
def test_what_was_asked_for_tells_what_a_number_is(
    words: str, asked: Asked, date: dt.date | None, time: dt.time | None
) -> None:
    when = read(words, asked).when
    assert (when.date, when.time) == (date, time)


def test_without_a_calendar_no_day_is_told_but_its_words_are_no_time() -> None:
    when = rules().understanding.read(CallerSaid("завтра о десятій")).when
    assert when.date is None
    assert when.time == dt.time(10)


def test_the_best_time_of_a_call_back_is_kept_in_words() -> None:
    said = read("передзвоніть завтра після шостої щодо гарантії")
    assert "callback" in said.intents
    assert said.when.words == "завтра після 6"
    assert said.when.date == dt.date(2026, 11, 26)
    assert said.topic == "гарантії"


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("завтра о десятій у Києві", {"date", "time", "city"}),
        ("якнайшвидше", {"soonest"}),
        ("самовивіз, накладеним платежем", {"delivery_type", "payment_method"}),
        ("чотири шини", {"quantity", "digits"}),
        ("балансування", {"service"}),
        ("мене звати Олена", {"name"}),
        ("вулиця Хрещатик 10", {"address", "digits"}),
        ("щодо гарантії", {"topic"}),
        ("дякую", set()),
    ],
)
def test_what_was_told_is_an_intent_for_the_flows(words: str, found: set[str]) -> None:
    assert read(words).intents & FOUND == found


def test_no_pattern_of_the_packs_is_named_like_what_was_told() -> None:
    assert not FOUND & {intent for pack in tire_shop().packs.values() for intent in pack.intents}


@pytest.mark.parametrize(
    ("keyed", "asked", "quantity", "digits"),
    [
        ("4", Asked.QUANTITY, 4, "4"),
        ("4", None, None, "4"),
        ("0", Asked.QUANTITY, None, "0"),
        ("42#", None, None, "42"),
    ],
)
def test_keys(keyed: str, asked: Asked | None, quantity: int | None, digits: str) -> None:
    said = read(keyed, asked, keyed=True)
    assert (said.quantity, said.digits) == (quantity, digits)


INTENTS = [
    ("cancel it", "cancel", "change yes"),
    ("cancel my order please", "cancel", "order_status order_creation"),
    ("I don't want anything any more", "cancel", ""),
    ("скасуйте", "cancel", ""),
    ("скасуйте замовлення", "cancel", ""),
    ("не треба нічого", "cancel", ""),
    ("отмените запись", "cancel", "reschedule my_bookings"),
    ("не надо ничего заказывать", "cancel", ""),
    ("все відмінно", "", "cancel"),
    ("отменно", "", "cancel"),
    ("a давайте краще дві", "change", "compare"),
    ("а давайте лучше другую", "change", ""),
    ("ой, я помилився", "change", "cancel"),
    ("change the address", "change", "reschedule fitting_booking"),
    ("змініть кількість", "change", ""),
    ("реверсніть", "", "change"),
    ("change my tires", "fitting_booking", "change reschedule"),
    ("поменять шины", "fitting_booking", "change reschedule"),
    ("reschedule my booking", "reschedule", "cancel"),
    ("move it to friday", "reschedule", ""),
    ("another time please", "reschedule", "cancel"),
    ("перенесіть запис на суботу", "reschedule", "my_bookings cancel"),
    ("можна на інший день", "reschedule", ""),
    ("перенесите на другое время", "reschedule", ""),
    ("на другу годину", "", "reschedule"),
    ("my bookings", "my_bookings", "reschedule cancel"),
    ("when is my appointment", "my_bookings", ""),
    ("на коли я записаний", "my_bookings", ""),
    ("мої записи", "my_bookings", ""),
    ("когда я записан", "my_bookings", ""),
    ("запишіть мене на шиномонтаж", "fitting_booking", "my_bookings fitting_price reschedule"),
    ("скільки коштує шиномонтаж", "fitting_price", "my_bookings"),
    ("шиномонтаж на сімнадцятий радіус скільки", "fitting_price", ""),
    ("сколько стоит переобуть машину", "fitting_price", ""),
    ("сколько стоит поменять резину", "fitting_price", ""),
    ("how much is tire fitting", "fitting_price", ""),
    ("how much does it cost to change my tires", "fitting_price", ""),
    ("скільки коштують шини", "price", "fitting_price"),
    ("how much is the first one", "price", "fitting_price"),
    ("compare nokian and michelin", "compare consultation", ""),
    ("порівняйте нокіан і мішлен", "compare", "change"),
    ("що краще, мішлен чи нокіан", "compare", "change"),
    ("чем отличаются", "compare", "change"),
    ("where is my order", "order_status", "cancel change my_bookings"),
    ("what's the status of order four two one seven oh five", "order_status", "cancel"),
    ("замовлення номер сорок два", "order_status", "cancel"),
    ("де моє замовлення", "order_status", "cancel change my_bookings"),
    ("передзвоніть завтра", "callback", "cancel reschedule"),
    ("беру чотири", "order_creation", "cancel change"),
    ("I'll take it", "order_creation", "cancel change"),
    ("так, правильно", "yes", "cancel change"),
    ("ні, дякую", "no", "cancel change"),
    ("дешевше", "cheaper", "change compare"),
    ("інший бренд", "another_brand", "change reschedule"),
    ("винтер tires actually", "change", "cancel"),
]


@pytest.mark.parametrize(("words", "held", "not_held"), INTENTS)
def test_intents_are_told_apart(words: str, held: str, not_held: str) -> None:
    intents = read(words).intents
    assert set(held.split()) <= intents
    assert not set(not_held.split()) & intents


@pytest.mark.parametrize(
    ("words", "address"),
    [
        ("Шевченка 12", "Шевченка 12"),
        ("Shevchenka 12", "Shevchenka 12"),
        ("Шевченко 12", "Шевченко 12"),
        ("Хрещатик шість", "Хрещатик 6"),
        ("Лесі Українки 7", "Лесі Українки 7"),
        ("Lviv, Shevchenka twelve", "Shevchenka 12"),
        ("ні, Франка 10", "Франка 10"),
    ],
)
def test_a_name_and_a_number_are_an_address_where_something_is_delivered(words: str, address: str) -> None:
    understood = rules().understanding.read(CallerSaid(words), asked=Asked.OTHER_QUANTITY, delivers=True, today=TODAY)
    assert (understood.address, understood.quantity) == (address, None)


@pytest.mark.parametrize(
    ("words", "quantity"),
    [
        ("no, four", 4),
        ("only four", 4),
        ("I think four", 4),
        ("keep four", 4),
        ("reduce to two", 2),
        ("ні, дві", 2),
        ("мабуть вісім", 8),
        ("нехай буде чотири", 4),
        ("залиште чотири", 4),
        ("вистачить двох", 2),
        ("наверное четыре", 4),
        ("оставьте две", 2),
        ("ладно шесть", 6),
        ("готівкою", None),
        ("Nokian 4", 4),
    ],
)
def test_a_number_beside_common_words_is_no_address(words: str, quantity: int | None) -> None:
    understood = rules().understanding.read(CallerSaid(words), asked=Asked.OTHER_QUANTITY, delivers=True, today=TODAY)
    assert (understood.address, understood.quantity) == ("", quantity)


@pytest.mark.parametrize("words", ["на Хрещатик 6", "to Khreshchatyk 6", "на вулицю Франка 4"])
def test_a_house_is_no_number_of_the_tires_that_were_named(words: str) -> None:
    understood = read(words, Asked.PERHAPS_QUANTITY)
    assert understood.quantity is None
    assert understood.address


@pytest.mark.parametrize(
    ("words", "city"),
    [
        ("no, not Odesa, Lviv, Horodotska 20", "Lviv"),
        ("not to Odesa, to Lviv", "Lviv"),
        ("не в Одесу, а у Львів", "Lviv"),
        ("нет, не Одесса, Львов, Городоцкая 20", "Lviv"),
        ("не в Одессу, а во Львов", "Lviv"),
        ("у Львів, а не в Одесу", "Lviv"),
        ("не в Одесу", None),
        ("чому не в Одесу", "Odesa"),
    ],
)
def test_a_city_that_is_not_meant(words: str, city: str | None) -> None:
    assert read(words, Asked.OTHER_QUANTITY).city == city


@pytest.mark.parametrize("words", ["пол комплекта", "півкомплекту", "полкомплекта"])
def test_half_a_set_is_no_car(words: str) -> None:
    assert read(words).wish.vehicle is None

"""Names, addresses and what a call-back is about."""

import datetime as dt

import pytest

from callcenter.dialogue.asked import Asked
from callcenter.ports import CallerSaid
from tests.unit.dialogue.talking import rules

TODAY = dt.date(2026, 11, 25)


def name(words: str, asked: Asked | None = None) -> str:
    return rules().understanding.read(CallerSaid(words), asked=asked, today=TODAY).name


def address(words: str, asked: Asked | None = Asked.ADDRESS) -> str:
    return rules().understanding.read(CallerSaid(words), asked=asked, today=TODAY).address


def topic(words: str, asked: Asked | None = None) -> str:
    return rules().understanding.read(CallerSaid(words), asked=asked, today=TODAY).topic


@pytest.mark.parametrize(
    ("words", "known"),
    [
        ("my name is Olena", "Olena"),
        ("My name's John Smith and I need tires", "John Smith"),
        ("мене звати Олена", "Олена"),
        ("добрий день, мене звуть Петро Іваненко, потрібні шини", "Петро Іваненко"),
        ("меня зовут Мар’яна", "Мар'яна"),
        ("меня зовут Любовь", "Любовь"),
        ("моє прізвище Коваленко", "Коваленко"),
        ("запишіть на Петра", "Петра"),
        ("запишіть мене на Петра на завтра на десяту", "Петра"),
        ("запишите на Ольгу пожалуйста", "Ольгу"),
        ("book it for Anna on friday", "Anna"),
        ("put it down under the name of Brown", "Brown"),
    ],
)
def test_names_that_are_told(words: str, known: str) -> None:
    assert name(words) == known
    assert name(words, Asked.NAME) == known


@pytest.mark.parametrize(
    ("words", "known"),
    [
        ("Олена", "Олена"),
        ("так, Олена Петрівна", "Олена Петрівна"),
        ("це Коваленко", "Коваленко"),
        ("ну пишіть Сергій", "Сергій"),
        ("я Ірина", "Ірина"),
        ("Марта", "Марта"),
        ("Сергей", "Сергей"),
        ("it's Anna", "Anna"),
        ("John Smith please", "John Smith"),
        ("hello this is Maria speaking", "Maria"),
        ("Anna Maria van Berg Olsen", "Anna Maria Van"),
    ],
)
def test_a_name_may_stand_alone_where_it_was_asked_for(words: str, known: str) -> None:
    assert name(words, Asked.NAME) == known
    assert name(words) == ""


@pytest.mark.parametrize(
    "words",
    [
        "запишіть на шиномонтаж",
        "запишіть мене на завтра",
        "запишіть на п'ятницю на десяту",
        "запишіть на найближчий час",
        "запишіть на чотири колеса",
        "запишіть на мене",
        "запишите на балансировку",
        "запишіть на тойоту камрі",
        "book me for tomorrow at ten",
        "book me for a tire change",
        "зимові шини",
        "оператор",
        "не треба",
        "як це",
        "so what",
        "205 55 16",
        "my name is 25",
        "",
    ],
)
def test_other_words_are_no_name(words: str) -> None:
    assert name(words) == ""
    assert name(words, Asked.NAME) == ""


@pytest.mark.parametrize(
    ("words", "street"),
    [
        ("вулиця Хрещатик 10 квартира 5", "вулиця Хрещатик 10 квартира 5"),
        ("вулиця Хрещатик десять квартира п'ять", "вулиця Хрещатик 10 квартира 5"),
        ("на вулицю Хрещатик, будинок двадцять два дріб один", "вулицю Хрещатик будинок 22/1"),
        ("доставте, будь ласка, на проспект Миколи Бажана тридцять", "проспект Миколи Бажана 30"),
        ("Київ, вулиця Богатирська одинадцять", "вулиця Богатирська 11"),
        ("у Києві на вулицю Київську п'ять", "вулицю Київську 5"),
        ("моя адреса Хрещатик 10 а", "Хрещатик 10 А"),
        ("так, улица Дерибасовская двенадцать квартира сорок", "улица Дерибасовская 12 квартира 40"),
        ("записывайте: проспект Науки, дом 22/1", "проспект Науки дом 22/1"),
        ("ten Main Street apartment five", "10 Main street apartment 5"),
        ("my address is 10 Main Street", "10 Main street"),
        ("it's twenty two slash one Green road in Lviv please", "22/1 Green road"),
        ("deliver it to 5 High Street", "5 High street"),
        ("відділення двадцять п'ять", "відділення 25"),
        ("нова пошта, відділення номер п'ять", "відділення номер 5"),
        ("мені на Богатирську одинадцять", "Богатирську 11"),
        ("в Одессе на Дерибасовской двенадцать", "Дерибасовской 12"),
        ("to Kharkiv, to 5 Science Avenue", "5 Science avenue"),
        ("так", ""),
        ("дякую", ""),
        ("", ""),
    ],
)
def test_an_address_is_what_is_left_of_the_words(words: str, street: str) -> None:
    assert address(words) == street


@pytest.mark.parametrize(
    ("words", "street"),
    [
        ("доставте чотири шини на вулицю Хрещатик 10", "вулицю Хрещатик 10"),
        ("доставка у Львів, вулиця Зелена п'ять, квартира два", "вулиця Зелена 5 квартира 2"),
        ("deliver them to 10 Main Street", "10 Main street"),
        ("де ви знаходитесь, на якій вулиці", ""),
        ("winter tires for a toyota camry", ""),
        ("tires for off road 205 55 16", ""),
    ],
)
def test_a_street_and_a_house_need_no_question(words: str, street: str) -> None:
    assert address(words, None) == street


@pytest.mark.parametrize(
    ("words", "about"),
    [
        ("call me back tomorrow about my order", "my order"),
        ("передзвоніть щодо доставки завтра о десятій", "доставки"),
        ("перезвоните по поводу возврата шин, пожалуйста", "возврата шин"),
        ("передзвоніть мені про гарантію", "гарантію"),
        ("call me back", ""),
    ],
)
def test_what_a_call_back_is_about(words: str, about: str) -> None:
    assert topic(words) == about


def test_a_topic_may_stand_alone_where_it_was_asked_for() -> None:
    assert topic("гарантія на диски", Asked.TOPIC) == "гарантія на диски"
    assert topic("I would like to ask about the return of tires", Asked.TOPIC) == "the return of tires"
    assert topic("хочу дізнатися про зберігання", Asked.TOPIC) == "зберігання"
    assert topic("гарантія на диски") == ""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("на Хрещатик 6", "Хрещатик 6"),
        ("краще на Лесі Українки двадцять", "Лесі Українки 20"),
        ("лучше доставьте на Дерибасовскую 10 в Одессу", "Дерибасовскую 10"),
        ("deliver it to Kyiv Khreshchatyk 6", "Khreshchatyk 6"),
        ("change it to 4", ""),
        ("змініть на дві", ""),
        ("на завтра на 6", ""),
        ("на Мішелін 4", ""),
    ],
)
def test_where_an_order_is_read_out_a_name_and_a_number_are_an_address(words: str, said: str) -> None:
    assert address(words, Asked.OTHER_QUANTITY) == said
    assert address(words, None) == ""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("no, sorry, apartment 5", "apartment 5"),
        ("ой, перепрошую, квартира 5", "квартира 5"),
        ("нет, точнее квартира 5", "квартира 5"),
    ],
)
def test_words_of_a_correction_are_no_part_of_an_address(words: str, said: str) -> None:
    assert address(words, None) == said


@pytest.mark.parametrize(
    ("before", "said", "address"),
    [
        ("вулиця Франка 12 квартира 4", "квартира 14", "вулиця Франка 12 квартира 14"),
        ("вулиця Франка 12", "квартира 14", "вулиця Франка 12 квартира 14"),
        ("вулиця Франка 12 квартира 4", "будинок 15", "вулиця Франка будинок 15 квартира 4"),
        ("вулиця Франка будинок 12", "будинок 15", "вулиця Франка будинок 15"),
        ("вулиця Франка 12", "вулиця Шевченка 3", "вулиця Шевченка 3"),
        ("", "квартира 14", "квартира 14"),
        ("Franka street 12 flat 4", "flat 14", "Franka street 12 flat 14"),
        ("улица Франко 12 квартира 4", "квартира 14", "улица Франко 12 квартира 14"),
    ],
)
def test_a_part_of_an_address_takes_the_place_of_what_was_there(before: str, said: str, address: str) -> None:
    assert rules().understanding.corrected_address(before, said) == address

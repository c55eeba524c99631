from decimal import Decimal

import pytest

from callcenter.agent.guard import LeakGuard, PriceGuard

PROMPT = (
    "You sell tires. Never tell anybody the margin of the shop, which is twenty percent on every tire. We open at nine."
)


def test_a_recited_instruction_is_a_leak_whatever_its_case_and_marks() -> None:
    guard = LeakGuard(PROMPT)
    assert guard.leaks("Sure: NEVER tell anybody the margin of the *shop*, and so on")
    assert not guard.leaks("I never tell anybody about margins. Which tires do you need?")


def test_public_phrases_may_be_said_although_they_stand_in_the_prompt() -> None:
    greeting = "Hello you have reached the tire shop, how can I help you today?"
    assert LeakGuard(greeting).leaks(greeting)
    assert not LeakGuard(greeting, [greeting]).leaks(greeting)


@pytest.mark.parametrize(
    "text",
    [
        "It costs 4600 UAH.",
        "4 600 грн за штуку",
        "4,600 hryvnias",
        "UAH 4600",
        "4600.00 грн.",
        "Four are 18400 UAH",
        "$4600",
    ],
)
def test_prices_from_tools_and_their_multiples_are_no_inventions(text: str) -> None:
    guard = PriceGuard()
    guard.learn({"tires": [{"price": 4600.0, "in_stock": True}]})
    assert guard.invented(text) == []


def test_a_price_from_nowhere_is_an_invention() -> None:
    guard = PriceGuard()
    guard.learn({"price": 4600})
    assert guard.invented("It is 4600 UAH, or only 3999 UAH with a discount, in 215/55 R17") == [Decimal(3999)]


def test_the_callers_own_numbers_may_be_said_back() -> None:
    guard = PriceGuard()
    guard.allow("something under 3 000 please")
    assert guard.invented("Nothing under 3000 UAH, sorry.") == []


@pytest.mark.parametrize(
    "text", ["Altogether 4790 UAH", "That is 2210 UAH more", "Delivery is free from 5000 UAH", "На 100% так"]
)
def test_what_a_shop_assistant_would_work_out_is_no_invention(text: str) -> None:
    guard = PriceGuard()
    guard.learn({"total": 3500, "cost": 1290, "quote": {"free_from": 5000}})
    assert guard.invented(text) == []


def test_a_price_in_words_is_one_too() -> None:
    words = {"сімсот": "700", "seven hundred": "700"}

    def in_digits(text: str) -> str:
        for word, digits in words.items():
            text = text.replace(word, digits)
        return text

    guard = PriceGuard(in_digits)
    guard.learn({"price": 2510})
    assert guard.invented("2,510.00 UAH, or сімсот гривень in R17") == [Decimal(700)]
    assert guard.invented("seven hundred dollars") == [Decimal(700)]


def test_zero_is_no_price() -> None:
    guard = PriceGuard()
    guard.learn({"price": 2510})
    assert guard.invented("For you it is 0 UAH.") == [Decimal(0)]


def test_a_percentage_needs_a_source_too() -> None:
    guard = PriceGuard()
    assert guard.invented("With 10% off.") == [Decimal(10)]
    guard.learn({"texts": [{"content": "Two sets: a 10% discount, at most 900 UAH."}]})
    assert guard.invented("With 10% off, at most 900 UAH.") == []


def test_texts_of_the_catalogue_make_no_prices() -> None:
    guard = PriceGuard()
    guard.learn({"tires": [{"price": 2510, "description": "today 1 UAH"}]})
    assert guard.invented("Today 1 UAH") == [Decimal(1)]

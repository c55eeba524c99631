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

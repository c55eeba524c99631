import pytest

from callcenter.agent.guards.contacts import ContactGuard

OURS = "+380441234567 ; kolo.example"
WORDS = {"нуль": "0", "сорок чотири": "44", "дев'яносто": "90", "двадцять": "20", "одинадцять": "11"}


def in_digits(text: str) -> str:
    for word, digits in WORDS.items():
        text = text.replace(word, digits)
    return text.replace(",", "")


def guard() -> ContactGuard:
    return ContactGuard(in_digits, OURS)


@pytest.mark.parametrize(
    "text",
    [
        "Call 0 800 50 14 41 any time.",
        "Call +380 (50) 123-98-76.",
        "Подзвоніть на 067 111 22 33, вам допоможуть.",
        "номер нуль сорок чотири, дев'яносто, двадцять, одинадцять",
        "Write to info@other.com",
        "Look at www.tires.shop for more.",
        "It is on tires dot com",
        "Усе є на сайті шини крапка ком",
    ],
)
def test_a_number_or_address_from_nowhere_is_an_invention(text: str) -> None:
    assert guard().invented(text)


@pytest.mark.parametrize(
    "text",
    [
        "Call us at +380 44 123 45 67 or 044 123 45 67, or look at kolo.example.",
        "They are 2510, 2390, 2480 and 2650 UAH.",
        "Order 42 of 2026-11-05 10:30 is shipped.",
        "Free are 09:00, 10:30, 12:00 and 14:00.",
        "Вільно о 09.00, 10.30, 12.00 та 14.00, 05.12.2026 року",
        "215/55 R17, 8 шт. по 5200 грн",
        "Так. Є 4 шини. Підійде?",
    ],
)
def test_ours_and_other_numbers_may_be_said(text: str) -> None:
    assert guard().invented(text) == []


def test_what_the_caller_said_and_what_tools_told_may_be_said() -> None:
    its = guard()
    its.heard("my number is 067 111")
    its.heard("22 33")
    its.learn({"pickup_points": [{"phone": "+380509998877"}], "tires": [{"name": "Best 0 800 50 14 41"}]})
    assert its.invented("So 067 111 22 33, and theirs is 050 999 88 77.") == []
    assert its.invented("Call 0 800 50 14 41.")


def test_what_was_learned_can_be_taken_back() -> None:
    its = guard()
    undo = its.checkpoint()
    its.learn({"phone": "+380509998877"})
    undo()
    assert its.invented("050 999 88 77")


@pytest.mark.parametrize("text", ["Your order number is 200999.", "Номер вашого замовлення 200999", "Заказ №200999"])
def test_an_order_s_number_is_a_tool_s_or_the_caller_s(text: str) -> None:
    its = guard()
    assert its.invented(text) == ["200999"]
    its.learn({"orders": [{"order_number": "200999"}]})
    assert its.invented(text) == []


def test_a_sum_behind_the_word_order_is_no_number_of_one() -> None:
    assert guard().invented("Замовлення 20800 грн, заказ 4 шины.") == []

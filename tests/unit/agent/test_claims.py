import datetime as dt
from typing import Any

import pytest

from callcenter.agent.guards.claims import ClaimGuard, ClaimWords
from tests.unit.agent.conversation import shop

CONFIRMED = {"status": "confirmed", "order_number": "200704"}
BOOKED = {"status": "booked", "id": "1"}


def guard() -> ClaimGuard:
    return ClaimGuard(ClaimWords(shop().packs.values()))


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("Your order for four Lassa tires has been placed.", "ordered"),
        ("Great, order confirmed!", "ordered"),
        ("I've gone ahead and placed your order.", "ordered"),
        ("All set, your four tires are ordered.", "ordered"),
        ("Your order went through.", "ordered"),
        ("Ваше замовлення на чотири шини оформлено.", "ordered"),
        ("Я вже оформила ваше замовлення.", "ordered"),
        ("Ваш заказ на четыре шины оформлен.", "ordered"),
        ("Your appointment on Saturday at 10 is booked.", "booked"),
        ("I've put you down for Saturday at 10.", "booked"),
        ("Ваш запис на суботу о 10:00 підтверджено.", "booked"),
        ("Записала вас на субботу в 10.", "booked"),
        ("Ждём вас в субботу в десять.", "booked"),
        ("Скасувала ваш запис.", "cancelled"),
        ("Перенесла на п'ятницю на 15:00.", "moved"),
        ("Done, your order is placed.", "ordered"),
        ("Great! The order number 200704 has been confirmed, ", "ordered"),
        ("I've placed the order for you.", "ordered"),
        ("Готово, замовлення оформлено.", "ordered"),
        ("Не хвилюйтеся, ваше замовлення вже прийнято.", "ordered"),
        ("Усе оформлено", "ordered"),
        ("Заказ успешно оформлен!", "ordered"),
        ("Done, you are booked at our station.", "booked"),
        ("I have booked the slot", "booked"),
        ("Готово, вас записано.", "booked"),
        ("Вас уже записали на завтра", "booked"),
        ("Вы записаны на десять утра.", "booked"),
        ("I have moved your visit to Friday.", "moved"),
        ("Запис перенесено на п'ятницю.", "moved"),
        ("Мы перенесли вашу запись", "moved"),
        ("Your booking has been cancelled.", "cancelled"),
        ("Замовлення скасовано", "cancelled"),
        ("Заказ отменён.", "cancelled"),
        ("We will call you back tomorrow.", "call_back"),
        ("Ми вам зателефонуємо.", "call_back"),
        ("Вам перезвонят после обеда", "call_back"),
        ("Оператор вам передзвонить.", "call_back"),
    ],
)
def test_who_says_that_it_is_done_makes_a_claim(text: str, claim: str) -> None:
    assert (guard().unfounded(text) or "").removeprefix("is_") == claim


@pytest.mark.parametrize(
    "text",
    [
        "Shall I place the order?",
        "Your order is not placed yet.",
        "Once your order is placed,",
        "Is your order placed?",
        "You can order by phone.",
        "When shall we call you?",
        "It comes to 10040 UAH in all.",
        "Оформити замовлення?",
        "Замовлення ще не оформлено.",
        "Якщо замовлення оформлено до обіду,",
        "Коли вам зателефонувати?",
        "Готівкою чи карткою при отриманні?",
        "Записати вас на завтра?",
        "Запис можна перенести або скасувати.",
        "That time is already booked.",
        "Цей час уже заброньовано.",
        "Это время уже забронировано.",
        "I've confirmed the Lassa is in stock.",
        "Після підтвердження замовлення буде оформлено.",
        "Ви замовили чотири шини?",
        "Заказ ещё не оформлен.",
        "Когда вам перезвонить?",
        "Я могу отменить запись.",
        "Кур'єр зателефонує вам перед доставкою.",
        "Курьер позвонит вам перед доставкой.",
        "Your courier will call you before he comes.",
        "Once the order is placed, you get an SMS.",
        "Прежде чем оформить заказ, назовите адрес.",
    ],
)
def test_questions_conditions_and_denials_are_no_claims(text: str) -> None:
    assert guard().unfounded(text) is None


@pytest.mark.parametrize(
    ("tool", "arguments", "result", "text"),
    [
        ("confirm_order", {}, CONFIRMED, "Your order is placed."),
        ("get_order_status", {}, {"found": 1, "orders": [{}]}, "Your order is confirmed."),
        ("book_fitting", {}, BOOKED, "You are booked for tomorrow."),
        ("get_fitting_bookings", {}, {"found": 1, "bookings": [{}]}, "You are booked for tomorrow."),
        ("cancel_fitting", {"action": "cancel"}, {**BOOKED, "status": "cancelled"}, "Your booking is cancelled."),
        ("cancel_fitting", {"action": "reschedule"}, BOOKED, "Your booking is moved."),
        ("cancel_order_draft", {}, {"dropped": "7"}, "The order is cancelled."),
        ("request_callback", {}, {"promised": True}, "We will call you back."),
    ],
)
def test_what_a_tool_has_done_may_be_said(tool: str, arguments: dict[str, Any], result: Any, text: str) -> None:
    its = guard()
    assert its.unfounded(text) is not None
    its.learn(tool, arguments, result)
    assert its.unfounded(text) is None


@pytest.mark.parametrize(
    "result",
    [
        {"done": False, "waits_for": "the caller's yes"},
        {"confirmed": False, "reason": "out_of_stock"},
        {"confirmed": "unknown", "order_id": "7"},
        None,
    ],
)
def test_what_waits_is_refused_or_unknown_may_not(result: Any) -> None:
    its = guard()
    its.learn("confirm_order", {}, result)
    assert its.unfounded("Your order is placed.") == "is_ordered"


def test_the_next_order_is_not_the_last_one() -> None:
    its = guard()
    its.learn("confirm_order", {}, CONFIRMED)
    its.learn("create_order_draft", {}, {"status": "draft", "order_number": "200705"})
    assert its.unfounded("Your order is placed.") == "is_ordered"


def test_what_was_learned_can_be_taken_back() -> None:
    its = guard()
    undo = its.checkpoint()
    its.learn("confirm_order", {}, CONFIRMED)
    undo()
    assert its.unfounded("Your order is placed.") == "is_ordered"


def test_what_is_found_in_a_list_was_not_done_by_us_now() -> None:
    its = guard()
    its.learn("get_order_status", {}, {"orders": [{"status": "shipped"}]})
    its.learn("get_fitting_bookings", {}, {"bookings": [{}]})
    assert its.unfounded("Your order is confirmed and on its way.") is None
    assert its.unfounded("I've cancelled your order.") == "cancelled"
    assert its.unfounded("Your order has been cancelled.") == "is_cancelled"
    assert its.unfounded("I've booked you for Friday.") == "booked"


def test_an_earlier_order_does_not_make_the_open_one_placed() -> None:
    its = guard()
    its.learn("create_order_draft", {}, {"status": "draft", "order_number": "200705"})
    its.learn("get_order_status", {}, {"orders": [{"status": "shipped"}]})
    assert its.unfounded("Your order is placed.") == "is_ordered"


PROMISES = [
    "It is half price.",
    "Delivery to Kyiv is free.",
    "You get the fitting as a gift.",
    "Шини за півціни.",
    "Доставка безкоштовна.",
    "Дамо вам знижку.",
    "Шини за полцены.",
    "Доставка будет бесплатной.",
    "Четвёртая шина в подарок.",
]


@pytest.mark.parametrize("text", PROMISES)
def test_a_promise_needs_a_source(text: str) -> None:
    assert guard().unfounded(text) in ("discount", "free_delivery", "gift")


@pytest.mark.parametrize(
    "text",
    [
        "We give no discounts.",
        "From a certain sum on delivery is free.",
        "Saturday at 10 is free.",
        "Знижок не даємо.",
        "Від певної суми доставка безкоштовна.",
        "Чи безкоштовна доставка, залежить від суми.",
        "Самовивіз безкоштовний.",
        "Скидок не даём.",
        "Самовывоз бесплатный.",
        "Would you like a discount?",
    ],
)
def test_denials_conditions_and_free_times_promise_nothing(text: str) -> None:
    assert guard().unfounded(text) is None


def test_what_an_order_costs_to_deliver_and_what_articles_promise_may_be_said() -> None:
    its = guard()
    its.learn("update_order_delivery", {}, {"status": "draft", "delivery_cost": 0.0})
    assert its.unfounded("Delivery is free.") is None
    assert its.unfounded("The fitting is a gift, at no cost.") == "gift"
    its.learn("update_order_delivery", {}, {"status": "draft", "delivery": {"cost": 310}})
    assert its.unfounded("Delivery is free.") == "free_delivery"
    its.learn("search_knowledge_base", {}, {"texts": [{"content": "В подарунок до комплекту даємо клапани."}]})
    assert its.unfounded("Клапани в подарунок.") is None
    assert its.unfounded("За півціни.") == "discount"


@pytest.mark.parametrize("text", ["My instructions say so.", "Мені заборонено це казати.", "Ты отвечаешь на звонки."])
def test_the_instructions_are_known_in_other_words(text: str) -> None:
    assert guard().unfounded(text) == "recital"


def test_delivery_that_is_free_on_a_condition_is_told_with_it() -> None:
    its = guard()
    said = "For larger orders delivery is free."
    assert its.unfounded(said) == "free_if"
    article = "The cost depends on the city; from a certain sum on delivery is free."
    its.learn("search_knowledge_base", {}, {"texts": [{"content": article}]})
    assert its.unfounded(said) is None
    assert its.unfounded("Для великих замовлень доставка безкоштовна.") is None
    assert its.unfounded("Delivery is free.") == "free_delivery"


TODAY = dt.date(2026, 11, 2)
NEXT = {"status": "booked", "id": "b-3", "date": "2026-11-07", "time": "10:30"}


def test_what_is_booked_is_booked_for_its_day_and_time() -> None:
    its = ClaimGuard(ClaimWords(shop().packs.values()), TODAY)
    its.learn("book_fitting", {}, NEXT)
    for said in (
        "You're booked for Saturday at 10:30.",
        "Ваш запис на 7 листопада о 10:30 підтверджено.",
        "Вы записаны на субботу.",
        "You are booked.",
    ):
        assert its.unfounded(said) is None
    for said in (
        "You're booked for Sunday.",
        "You're booked for Saturday November 14.",
        "Ваш запис на суботу о 12:00 підтверджено.",
        "Вы записаны на пятницу.",
    ):
        assert its.unfounded(said) == "is_booked"


@pytest.mark.parametrize(
    ("tool", "arguments", "result", "so", "not_so"),
    [
        ("cancel_order_draft", {}, {"dropped": "7"}, "The order is cancelled.", "Your appointment is cancelled."),
        ("cancel_order_draft", {}, {"dropped": "7"}, "I've cancelled it.", "Ваш запис скасовано."),
        (
            "cancel_fitting",
            {"action": "cancel"},
            {**BOOKED, "status": "cancelled"},
            "Запись отменена.",
            "Заказ отменён.",
        ),
    ],
)
def test_one_thing_is_cancelled_and_not_another(
    tool: str, arguments: dict[str, Any], result: Any, so: str, not_so: str
) -> None:
    its = guard()
    its.learn(tool, arguments, result)
    assert its.unfounded(so) is None
    assert its.unfounded(not_so) in ("cancelled", "is_cancelled")


def test_an_earlier_order_is_not_the_one_that_is_being_made() -> None:
    its = guard()
    its.learn("get_order_status", {}, {"orders": [{"status": "confirmed", "order_number": "200611"}]})
    assert its.unfounded("Your order is confirmed.") is None
    its.learn("search_tires", {}, {"found": 0, "tires": []})
    assert its.unfounded("Your order for four Nokian is confirmed.") == "is_ordered"
    its.learn("create_order_draft", {}, {"status": "draft", "order_number": "200705"})
    assert its.unfounded("Your order 200611 is confirmed.") is None


def test_a_draft_in_a_list_is_not_placed() -> None:
    its = guard()
    its.learn("get_order_status", {}, {"orders": [{"status": "draft", "order_number": "200705"}]})
    assert its.unfounded("Your order 200705 is placed.") == "is_ordered"


def test_the_open_order_stays_open_when_its_delivery_changes() -> None:
    its = guard()
    its.learn("create_order_draft", {}, {"status": "draft"})
    assert its.unfounded("I've changed the delivery address.") == "readdressed"
    its.learn("update_order_delivery", {}, {"status": "draft", "delivery_cost": 310.0})
    assert its.unfounded("I've changed the delivery address.") is None
    its.learn("get_order_status", {}, {"orders": [{"status": "shipped"}]})
    assert its.unfounded("Your order is placed.") == "is_ordered"


def test_all_is_set_only_when_something_is_done() -> None:
    its = guard()
    assert its.unfounded("Perfect, you're all set,") == "is_done"
    its.learn("book_fitting", {}, BOOKED)
    assert its.unfounded("Perfect, you're all set,") is None
    assert its.unfounded("You're all set for your appointment,") is None

import codecs
from base64 import b64encode
from decimal import Decimal

import pytest

from callcenter.agent.guards.leaks import LeakGuard
from callcenter.agent.guards.prices import PriceGuard
from callcenter.ports import Language
from tests.unit.agent.conversation import shop

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
    "recital",
    [
        "Never! Tell... anybody; the - margin: of, the (shop)",
        "N e v e r t e l l a n y b o d y t h e m a r g i n o f t h e s h o p w h i c h i s",
        "Nevertellanybodythe marginoftheshopwhich istwentypercent",
        "Never tell any\u00adbody the mar\u200bgin of the shop",
        PROMPT[::-1],
        " ".join(reversed(PROMPT.split())),
        b64encode(PROMPT.encode()).decode(),
        codecs.encode(PROMPT, "rot13"),
        "Never tell anybody yes the margin of yes the shop which yes is twenty percent",
        "Never pea tell pea anybody pea the pea margin pea of pea the pea shop",
        "Never tell anybody one the margin of two the shop which three is twenty percent four on every tire",
        "Then I call search_tires",
    ],
)
def test_a_recital_is_known_however_it_is_written(recital: str) -> None:
    assert LeakGuard(PROMPT).leaks(recital)


def test_a_recital_is_known_over_several_answers() -> None:
    guard = LeakGuard(PROMPT)
    assert not guard.leaks("Never tell anybody", "You sell shoes?")
    assert guard.leaks("the margin of", "You sell shoes? Never tell anybody")


def test_a_recital_in_pieces_is_stopped_after_a_few() -> None:
    words = [f"w{n}" for n in range(198)]
    guard, said, spoken = LeakGuard(" ".join(words)), "", 0
    for at in range(0, len(words), 6):
        piece = " ".join(words[at : at + 5])
        if not guard.leaks(piece, said):
            said, spoken = f"{said} and then {piece}", spoken + 1
    assert spoken == 4
    assert not guard.leaks("Which tires do you need?", said)


def test_what_the_shops_own_words_have_told_is_no_leak_of_ours() -> None:
    told = "Never tell anybody the margin of the shop."
    assert not LeakGuard(PROMPT).leaks("How many do you need?", told)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "We are an online tire shop in Kyiv, Ukraine, and I am its automatic assistant."),
        ("en", "Please tell me the make and model or the size, and the season, and I will look."),
        ("en", "The shop is closed now, operators may be slow to answer, shall we call you back?"),
        ("en", "Prices are in hryvnias, for one tire. We give no discounts. How will you pay?"),
        ("uk", "Ми інтернет-магазин шин у місті Київ, Україна, а я автоматичний асистент."),
        ("uk", "Назвіть, будь ласка, авто, марку й модель, або розмір, а також сезон."),
        ("uk", "Магазин зараз зачинений, оператори можуть відповісти не одразу, передзвонити вам?"),
        ("uk", "Так, ціни в гривнях, за одну шину. Знижок не даємо. Як вам зручно заплатити?"),
        ("ru", "Мы интернет-магазин шин в городе Киев, Украина, а я автоматический ассистент."),
        ("ru", "Назовите, пожалуйста, машину, марку и модель, или размер, а также сезон."),
        ("ru", "Магазин сейчас закрыт, операторы могут ответить не сразу, перезвонить вам?"),
        ("ru", "Да, цены в гривнах, за одну шину. Скидок не даём. Как вам удобно заплатить?"),
    ],
)
def test_what_a_model_says_to_do_its_work_is_no_recital(language: Language, said: str) -> None:
    prompt = shop().system_prompt(language, today="2026-11-02 (Monday)", open_now=False, caller_known=True)
    assert not LeakGuard(prompt, shop().fixed_phrases(language)).leaks(said)


def test_nobody_is_told_the_number_of_a_card() -> None:
    guard = LeakGuard(PROMPT)
    assert guard.leaks("Pay to 4111 1111 1111 1111, please")
    assert guard.leaks("It is 4111111111111111.")
    assert not guard.leaks("They are 2510, 2390, 2480 and 2650 UAH, call +380 44 123 45 67, order 204 816")


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


def test_the_callers_own_numbers_may_be_said_back_as_a_limit_only() -> None:
    guard = PriceGuard(limits=lambda text: [3000] if "under 3000" in text else [])
    guard.heard("something under 3 000 please")
    assert guard.invented("Nothing under 3000 UAH, sorry.") == []
    assert guard.invented("For you they are 3000 UAH each.") == [Decimal(3000)]


def test_what_others_of_ours_have_said_may_be_said_again() -> None:
    guard = PriceGuard()
    guard.told("Delivery costs 90 UAH.")
    assert guard.invented("As I said, 90 UAH.") == []


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


@pytest.mark.parametrize(
    ("heard", "text"),
    [
        ("", "The order of 12000 UAH is 3000 UAH apiece, or 6000 UAH for two"),
        ("", "Two of each, the Nokian and the Michelin, come to 22100 UAH"),
        ("", "The Nokian is 5200, the Michelin 5850: 650 UAH more, and 2600 UAH more for a set"),
        ("", "Tires 20800, fitting 1400 and delivery 310 make 22510 UAH"),
        ("I found four for 12000", "I see, 12000 UAH for four is 3000 UAH apiece."),
        ("five thousand for two", "With a budget of 5000 UAH that is 2500 UAH apiece."),
        ("up to 10000", "Up to 10000 UAH, so with 9400 UAH for a set of Rosava 600 UAH are left."),
        ("ten of them", "The order of 12000 UAH is 1200 UAH for each of the ten"),
    ],
)
def test_what_is_worked_out_from_what_was_told_or_heard_is_no_invention(heard: str, text: str) -> None:
    limits = {"With a budget of 5000": 5000, "Up to 10000": 10000}
    numbers = {"five thousand": "5000", "ten of": "10 of"}
    guard = PriceGuard(
        lambda words: next((words.replace(one, number) for one, number in numbers.items() if one in words), words),
        lambda words: [limit for start, limit in limits.items() if words.startswith(start)],
    )
    guard.learn({"orders": [{"total": 12000}], "delivery_cost": 310, "services": [{"price": 1400}]})
    guard.learn({"tires": [{"name": "Nokian", "price": 5200}, {"name": "Michelin", "price": 5850}]})
    guard.learn({"tires": [{"name": "Rosava", "price": 2350}]})
    guard.said("The Nokian is 5200 UAH and the Michelin 5850 UAH.")
    guard.heard(heard)
    assert guard.invented(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "OK, 12000 UAH for four, 3000 UAH apiece.",
        "Fine, 3000 UAH each for you.",
        "The Nokian costs 3000 UAH.",
        "The Nokian is 2600 UAH apiece.",
        "650 UAH for the Nokian.",
    ],
)
def test_nothing_is_sold_for_what_was_worked_out(text: str) -> None:
    guard = PriceGuard()
    guard.learn({"tires": [{"name": "Nokian", "price": 5200}, {"name": "Michelin", "price": 5850}]})
    guard.heard("I give you 12000 for four")
    assert guard.invented(text) != []


def test_a_percentage_in_words_needs_a_source_too() -> None:
    guard = PriceGuard(lambda text: text.replace("seven", "7"))
    assert guard.invented("seven percent less") == [Decimal(7)]
    guard.told("It is seven percent.")
    assert guard.invented("seven percent less") == []


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


@pytest.mark.parametrize(
    "text", ["Delivery costs 150.", "Доставка коштує 150.", "Доставка — 150.", "It costs only 90."]
)
def test_small_amounts_need_a_source_where_they_are_a_price(text: str) -> None:
    assert PriceGuard().invented(text)


@pytest.mark.parametrize(
    "text",
    [
        "It costs 10% more.",
        "Доставка — 25 листопада.",
        "Delivery is 12 November.",
        "Your order 200611 for four Lassa is shipped.",
        "Заказ №200611 за комплект отправлен.",
        "They were made in 2026, for one car.",
    ],
)
def test_dates_and_numbers_of_orders_are_no_prices(text: str) -> None:
    guard = PriceGuard()
    guard.learn({"content": "10%"})
    assert guard.invented(text) == []


def test_a_tool_s_order_number_is_no_price_wherever_it_stands() -> None:
    guard = PriceGuard()
    text = "I see one, 200611 for the set."
    assert guard.invented(text)
    undo = guard.checkpoint()
    guard.learn({"orders": [{"order_number": "200611"}]})
    assert guard.invented(text) == []
    assert guard.invented("200611 UAH for the set.")
    undo()
    assert guard.invented(text)


def test_what_is_left_of_the_caller_s_own_amount_may_be_named() -> None:
    guard = PriceGuard()
    guard.learn({"price": 2350})
    guard.heard("3000 at most")
    guard.said("It is 2350 UAH.")
    assert guard.invented("It leaves you 650 UAH.") == []
    assert guard.invented("It leaves you 750 UAH.")

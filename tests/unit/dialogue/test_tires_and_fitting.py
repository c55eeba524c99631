"""Tires and a fitting wished in one sentence: the tires first, and the fitting is not forgotten."""

import pytest

from callcenter.dialogue.understanding import Understanding
from callcenter.ports import CallerSaid, Language
from store_client.fake import FakeStore
from tests.unit.dialogue.talking import Answer, Call, new_engine, open_tools, rules

WISHES: tuple[tuple[Language, str], ...] = (
    ("en", "I need four winter tires for a Golf and a fitting tomorrow at ten in Kyiv"),
    ("en", "winter tires for a Golf and a fitting tomorrow at ten in Kyiv"),
    ("uk", "потрібні зимові шини на гольф і записатися на шиномонтаж у Києві на завтра на десяту"),
    ("uk", "зимова гума на гольф плюс шиномонтаж у Києві завтра о десятій"),
    ("ru", "мне нужны зимние шины на гольф и шиномонтаж в Киеве завтра в десять"),
)
ORDER = ("four of the first one", "pickup", "Kyiv", "the first one", "cash")


async def said(call: Call, *lines: str) -> Answer:
    answer = Answer()
    for line in lines:
        answer = await call.say(CallerSaid(line))
    return answer


def a_call(language: Language = "en", *, caller_id: str | None = "+380671234567") -> Call:
    engine = new_engine(language, caller_known=caller_id is not None)
    return Call(engine, open_tools(FakeStore(), caller_id=caller_id, language=language))


@pytest.mark.parametrize(("language", "wish"), WISHES)
async def test_the_tires_come_first_and_the_fitting_when_they_are_ordered(language: Language, wish: str) -> None:
    call = a_call(language)
    assert "search_tires" in (await said(call, wish)).tools
    placed = await said(call, *ORDER, "yes")
    assert placed.tools["get_fitting_stations"] == {"city": "Kyiv"}
    booking = (await said(call, "the first one")).tools["book_fitting"]
    assert (booking["date"], booking["time"], booking["tire_diameter"]) == ("2026-11-03", "10:00", 16)
    assert booking["linked_order_id"] == "1001"
    assert (await said(call, "yes")).acts == ["goal fitting_booking"]


async def test_it_is_told_that_the_fitting_comes_later() -> None:
    call = a_call()
    assert (await said(call, WISHES[0][1])).text.startswith("First the tires, then the fitting.")
    placed = (await said(call, *ORDER, "yes")).text
    assert "And now the fitting." in placed
    assert "Anything else?" not in placed


async def test_who_orders_nothing_is_asked_about_the_fitting_all_the_same() -> None:
    answer = await said(a_call(), WISHES[0][1], "is the first one in stock", "no")
    assert answer.text.startswith("And now the fitting.")
    assert answer.acts == ["scenario fitting_booking"]


async def test_a_fitting_that_is_not_wished_any_more_is_forgotten() -> None:
    call = a_call()
    assert (await said(call, WISHES[0][1], "cancel the fitting")).text == "All right, nothing is booked. Anything else?"
    assert (await said(call, *ORDER, "yes")).text.endswith("Anything else?")


async def test_whose_number_is_hidden_is_told_so_in_the_end() -> None:
    answer = await said(a_call(caller_id=None), WISHES[0][1], "is the first one in stock", "no")
    assert "Your number is hidden" in answer.text


@pytest.mark.parametrize(
    "words",
    [
        "book a tire change and balancing",
        "book a fitting for my winter tires on a Golf",
        "запишіть мене на заміну чотирьох шин завтра о десятій",
        "переобути зимові шини на гольф і балансування",
        "скільки коштує шиномонтаж і балансування",
        "шиномонтаж зимних шин и балансировка",
    ],
)
def test_a_fitting_alone_is_no_wish_for_tires(words: str) -> None:
    understanding: Understanding = rules().understanding
    assert "tires_and_fitting" not in understanding.read(CallerSaid(words)).intents

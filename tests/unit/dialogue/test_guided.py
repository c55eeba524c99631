"""Where the recognizer knows only the grammars: nobody is asked in vain, and what is easily misheard is read back."""

import pytest

from callcenter.ports import CallerSaid, Language
from store_client.fake import FakeStore
from tests.unit.dialogue.talking import NOW, Answer, Call, open_tools, rules

ORDER = ("winter tires for my toyota camry", "four of the first one and two of the second one", "delivery", "lviv")


def guided_call(language: Language = "en") -> Call:
    engine = rules().open(language, caller_known=True, max_misunderstood=3, today=NOW.date(), guided=True)
    return Call(engine, open_tools(FakeStore(), language=language))


async def say(call: Call, *words: str) -> Answer:
    answer = Answer()
    for one in words:
        answer = await call.say(CallerSaid(one.removeprefix("#"), keyed=one.startswith("#")))
    return answer


async def test_several_kinds_are_one_order() -> None:
    answer = await say(guided_call(), *ORDER[:2])
    items = answer.tools["create_order_draft"]["items"]
    assert [item["quantity"] for item in items] == [4, 2]


@pytest.mark.parametrize(
    ("language", "offer"), [("en", "our operator"), ("uk", "запише оператор"), ("ru", "запишет оператор")]
)
async def test_a_street_is_left_to_the_operator(language: Language, offer: str) -> None:
    call = guided_call(language)
    answer = await say(call, *ORDER)
    assert offer in answer.text
    assert call.engine.expectation().state == "order_address"
    assert (await say(call, "yes")).acts == ["transfer customer_request"]
    assert "Lviv" in call.engine.summary() or "Льв" in call.engine.summary()


async def test_whoever_declines_the_operator_hears_what_else_can_be_done() -> None:
    answer = await say(guided_call(), *ORDER, "no")
    assert "pickup" in answer.text
    assert "street" not in answer.text


async def test_a_pickup_point_can_be_had_instead() -> None:
    assert "get_pickup_points" in (await say(guided_call(), *ORDER, "pickup")).tools


async def test_whoever_is_called_back_about_the_street_is_not_asked_for_it_any_more() -> None:
    call = guided_call()
    answer = await say(call, *ORDER, "call me back", "tomorrow")
    assert "Lviv" in answer.tools["request_callback"]["topic"]
    assert answer.text.endswith("?")
    assert "connect" not in answer.text
    assert (await say(call, "no")).acts == ["hangup"]


async def test_a_rim_that_was_said_is_read_back() -> None:
    call = guided_call()
    answer = await say(call, "how much is tire fitting", "fifteen inches")
    assert "15 inches" in answer.text
    assert not answer.tools
    assert "keypad" in (await say(call, "no")).text
    assert (await say(call, "#16")).tools == {"get_fitting_price": {"tire_diameter": 16}}


async def test_a_rim_that_is_agreed_to_is_looked_up() -> None:
    answer = await say(guided_call(), "how much is tire fitting", "fifteen inches", "yes")
    assert answer.tools == {"get_fitting_price": {"tire_diameter": 15}}


async def test_a_size_that_was_said_is_read_back_however_well_it_was_heard() -> None:
    call = guided_call()
    answer = await say(call, "two oh five fifty five sixteen")
    assert "205/55 R16" in answer.text
    assert (await say(call, "yes", "winter")).tools["search_tires"]["diameter"] == 16

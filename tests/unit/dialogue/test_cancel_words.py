"""Whoever calls an order off at any of its steps has ordered nothing."""

import pytest

from callcenter.ports import CallerSaid
from store_client.fake import FakeStore
from tests.unit.dialogue.talking import Call, new_engine, open_tools

STEPS = ("winter tires for my toyota camry", "order the first one", "four", "deliver it", "Lviv", "Franka street ten")
ASIDE = "what is the warranty"
"""It is answered or not, and the order stays open."""


@pytest.mark.parametrize("aside", [(), (ASIDE,)])
@pytest.mark.parametrize("steps", range(2, len(STEPS) + 1))
@pytest.mark.parametrize(
    "words",
    ["скасуйте, я передумав", "cancel, I found it cheaper", "давайте скасуємо", "давай отменим"],
)
async def test_an_order_is_called_off_at_every_step(words: str, steps: int, aside: tuple[str, ...]) -> None:
    call = Call(new_engine("en"), open_tools(FakeStore()))
    for said in (*STEPS[:steps], *aside):
        await call.say(CallerSaid(said))
    assert "nothing is ordered" in (await call.say(CallerSaid(words))).text


@pytest.mark.parametrize("words", ["скасуйте, я передумав", "cancel, I found it cheaper", "давайте скасуємо"])
async def test_where_there_are_too_few_too(words: str) -> None:
    call = Call(new_engine("en"), open_tools(FakeStore()))
    for said in ("winter tires for my toyota camry", "order the first one", "ten"):
        await call.say(CallerSaid(said))
    assert call.engine.expectation().state == "stock_short"
    assert "nothing is ordered" in (await call.say(CallerSaid(words))).text

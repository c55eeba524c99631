"""Whoever calls an order off at any of its steps has ordered nothing."""

import pytest

from callcenter.ports import CallerSaid, Language
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


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "forget it"),
        ("en", "not needed any more"),
        ("en", "I don't need anything"),
        ("uk", "не треба вже"),
        ("uk", "вже не треба"),
        ("ru", "уже не надо"),
        ("ru", "забудьте"),
    ],
)
async def test_whoever_needs_nothing_any_more_has_called_off_what_is_open_or_hears_goodbye(
    language: Language, words: str
) -> None:
    call = Call(new_engine(language), open_tools(FakeStore(), language=language))
    for said in STEPS[:3]:
        await call.say(CallerSaid(said))
    answer = await call.say(CallerSaid(words))
    assert list(answer.tools) == ["cancel_order_draft"]

    offered = Call(new_engine(language), open_tools(FakeStore(), language=language))
    for noise in ("blorp the fizz", "wibble wobble"):
        await offered.say(CallerSaid(noise))
    assert offered.engine.expectation().state == "yes_no"
    assert (await offered.say(CallerSaid(words))).acts == ["hangup"]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "I don't need the fitting any more"),
        ("uk", "мені запис вже не потрібен"),
        ("ru", "запись уже не нужна"),
    ],
)
async def test_a_booking_that_is_needed_no_longer_is_to_be_cancelled(language: Language, words: str) -> None:
    call = Call(new_engine(language), open_tools(FakeStore(), language=language))
    for said in ("book a fitting", "Kyiv", "the first one", "tomorrow", "at ten", "yes"):
        await call.say(CallerSaid(said))
    assert "cancel_fitting" in (await call.say(CallerSaid(words))).tools


@pytest.mark.parametrize(
    "words",
    [
        "вже не хочу зимові, хочу літні",
        "I don't want it, show me another brand",
        "не треба вже цю, дайте щось інше",
        "уже не надо, а что ещё есть",
    ],
)
async def test_nobody_who_wants_something_else_instead_is_hung_up_on(words: str) -> None:
    call = Call(new_engine("en"), open_tools(FakeStore()))
    await call.say(CallerSaid(STEPS[0]))
    assert "hangup" not in (await call.say(CallerSaid(words))).acts


async def test_fewer_instead_is_no_cancelling() -> None:
    call = Call(new_engine("uk"), open_tools(FakeStore(), language="uk"))
    for said in STEPS[:3]:
        await call.say(CallerSaid(said))
    answer = await call.say(CallerSaid("ні, не треба вже стільки, дві"))
    assert answer.tools["create_order_draft"]["items"][0]["quantity"] == 2


@pytest.mark.parametrize(
    "words", ["вже не хочу зимові, хочу літні", "не надо зимние, нужны летние", "I don't want winter, summer"]
)
async def test_a_season_that_is_not_wanted_is_not_looked_for(words: str) -> None:
    call = Call(new_engine("en"), open_tools(FakeStore()))
    await call.say(CallerSaid(STEPS[0]))
    assert (await call.say(CallerSaid(words))).tools["search_tires"]["season"] == "summer"

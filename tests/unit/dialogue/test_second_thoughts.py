"""What callers say after something is booked: another day, not that day, another city."""

from dataclasses import dataclass

import pytest

from callcenter.ports import CallerSaid, Language
from store_client.fake import FakeStore
from tests.unit.dialogue.talking import CALLER, Answer, Call, new_engine, open_tools

BOOKING = ("book a fitting", "Kyiv", "the first one", "tomorrow", "at ten", "yes")
TUESDAY = "2026-11-03"


@dataclass
class Booked:
    """On Tuesday at ten in Kyiv."""

    call: Call
    store: FakeStore

    async def say(self, *words: str) -> Answer:
        answer = Answer()
        for one in words:
            answer = await self.call.say(CallerSaid(one))
        return answer


async def booked(language: Language) -> Booked:
    store = FakeStore()
    after = Booked(Call(new_engine(language), open_tools(store, language=language)), store)
    await after.say(*BOOKING)
    return after


@pytest.mark.parametrize(
    ("language", "words"), [("en", "no, not today"), ("uk", "ні, не сьогодні"), ("ru", "нет, не сегодня")]
)
async def test_not_today_is_a_no_to_anything_else(language: Language, words: str) -> None:
    answer = await (await booked(language)).say(words)
    assert not answer.tools
    assert answer.acts == ["hangup"]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "no, not tomorrow"),
        ("uk", "ні, завтра я не можу"),
        ("ru", "нет, не завтра"),
        ("en", "no, I can't on Tuesday"),
    ],
)
async def test_not_on_the_day_of_the_booking_asks_for_another(language: Language, words: str) -> None:
    after = await booked(language)
    answer = await after.say(words)
    assert not answer.tools
    assert after.call.engine.expectation().state == "fitting_date"
    answer = await after.say("on Thursday", "at two pm")
    assert answer.tools["cancel_fitting"]["new_date"] == "2026-11-05"


@pytest.mark.parametrize(
    ("words", "date"),
    [
        ("not tomorrow", None),
        ("not on Thursday but on Friday", "2026-11-06"),
        ("у четвер не зможу, у суботу", "2026-11-07"),
    ],
)
async def test_a_day_that_is_not_to_be_is_not_offered(words: str, date: str | None) -> None:
    call = Call(new_engine("en"), open_tools(FakeStore()))
    for one in BOOKING[:3]:
        await call.say(CallerSaid(one))
    answer = await call.say(CallerSaid(words))
    asked = answer.tools.get("get_fitting_slots")
    assert (asked and asked["date_from"]) == date


@pytest.mark.parametrize(
    ("language", "words"), [("en", "no, in Lviv"), ("uk", "ні, у Львові"), ("ru", "нет, во Львове")]
)
async def test_in_another_city_another_booking_is_made_and_then_that_one_cancelled(
    language: Language, words: str
) -> None:
    after = await booked(language)
    answer = await after.say(words)
    assert answer.tools["book_fitting"] == {
        "station_id": "lviv-sykhiv",
        "date": TUESDAY,
        "time": "10:00",
        "service_type": "tire_change",
    }
    assert len(await after.store.fitting_bookings(CALLER)) == 1

    answer = await after.say("yes")
    assert answer.tools.keys() == {"book_fitting", "cancel_fitting"}
    assert len(await after.store.fitting_bookings(CALLER)) == 2
    assert answer.text.count("?") == 1

    await after.say("yes")
    assert [booking.station.id for booking in await after.store.fitting_bookings(CALLER)] == ["lviv-sykhiv"]


async def test_whoever_does_not_agree_to_the_cancelling_keeps_both() -> None:
    after = await booked("en")
    answer = await after.say("no, in Lviv", "yes", "no")
    assert "stays as it is" in answer.text
    assert len(await after.store.fitting_bookings(CALLER)) == 2


@pytest.mark.parametrize(("language", "words"), [("en", "no thanks"), ("uk", "ні, дякую"), ("ru", "нет, спасибо")])
async def test_no_thanks_ends_the_call(language: Language, words: str) -> None:
    assert (await (await booked(language)).say(words)).acts == ["hangup"]

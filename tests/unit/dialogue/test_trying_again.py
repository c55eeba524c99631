""" "No" to "shall I try again?", and a phone that is told where the caller's own is hidden."""

from dataclasses import dataclass

import pytest

from callcenter.ports import CallerSaid, Language
from store_client.errors import StoreConflict
from store_client.fake import FakeStore
from tests.unit.dialogue.talking import Answer, Call, new_engine, open_tools

ORDER = ("winter tires 205/55 R16", "four of the first one", "pickup", "Kyiv", "the first one", "cash")
FITTING = ("book a fitting", "Kyiv", "the first one", "tomorrow", "at ten")


@dataclass
class Talk:
    call: Call
    store: FakeStore

    async def say(self, *lines: str | CallerSaid) -> Answer:
        answer = Answer()
        for line in lines:
            answer = await self.call.say(CallerSaid(line) if isinstance(line, str) else line)
        return answer


def talk(language: Language = "en", **caller: str | None) -> Talk:
    store = FakeStore()
    known = caller.get("caller_id", "known") is not None
    return Talk(Call(new_engine(language, caller_known=known), open_tools(store, language=language, **caller)), store)


@pytest.mark.parametrize("no", ["no thank you", "no", "no, thanks", "ні, дякую"])
async def test_who_does_not_want_an_order_tried_again_drops_it(no: str) -> None:
    one = talk()
    await one.say(*ORDER)
    one.store.fail(StoreConflict("draft_is_odd", "not so"), times=1)
    assert (await one.say("yes")).text.endswith("Shall I try again?")
    answer = await one.say(no)
    assert answer.text == "All right, nothing is ordered. Anything else?"
    assert (await one.say("no")).acts == ["hangup"]


async def test_an_order_that_is_tried_again_is_read_out_again() -> None:
    one = talk()
    await one.say(*ORDER)
    one.store.fail(StoreConflict("draft_is_odd", "not so"), times=1)
    await one.say("yes")
    assert (await one.say("yes")).text.endswith("Shall I place the order?")
    assert (await one.say("no")).text.startswith("What ")


async def test_who_does_not_want_a_fitting_tried_again_drops_it() -> None:
    one = talk()
    await one.say(*FITTING)
    one.store.fail(StoreConflict("closed_then", "not so"), times=1)
    assert (await one.say("yes")).text.endswith("Shall I try again?")
    assert (await one.say("no thank you")).text == "All right, nothing is booked. Anything else?"


@pytest.mark.parametrize(
    "phone",
    [
        CallerSaid("0671234567", keyed=True),
        CallerSaid("380671234567", keyed=True),
        CallerSaid("my phone is zero six seven one two three four five six seven"),
    ],
)
@pytest.mark.parametrize(
    ("before", "told"), [("order four of the first one", "take an order"), ("book a fitting", "access to bookings")]
)
async def test_a_phone_in_place_of_a_hidden_one_gets_the_operator_offered(
    phone: CallerSaid, before: str, told: str
) -> None:
    one = talk(caller_id=None)
    await one.say(ORDER[0], before)
    answer = await one.say(phone)
    assert answer.text.startswith("Your number is hidden")
    assert told in answer.text
    assert (await one.say("yes")).acts[-1].startswith("transfer")


async def test_ten_digits_of_whose_number_is_known_are_no_size() -> None:
    one = talk()
    assert (await one.say(CallerSaid("0671234567", keyed=True))).text.startswith("That is not a tire size.")

"""The rules of fittings, which no model and no flow can get round; advice and call-backs."""

from typing import Any

import pytest

from callcenter.ports import CallbackPromised
from callcenter.records import TransferReason
from store_client import StoreUnavailable
from store_client.fake import FakeStore
from store_client.models_fitting import FittingBooking
from tests.fakes.virtual_time import run
from tests.unit.agent.at_the_desk import Caller

DOWN = StoreUnavailable("timeout", "no")
AT_TEN: dict[str, Any] = {"station_id": "lviv-sykhiv", "date": "2026-11-03", "time": "10:00"}
COMPLETE: dict[str, Any] = {**AT_TEN, "service_type": "tire_change"}


class AnswerLost(FakeStore):
    """Books, moves and cancels, and its answers never arrive."""

    async def book_fitting(self, **asked: Any) -> FittingBooking:
        await super().book_fitting(**asked)
        raise DOWN

    async def move_fitting(self, booking_id: str, *when: Any, call_id: str | None = None) -> FittingBooking:
        await super().move_fitting(booking_id, *when, call_id=call_id)
        raise DOWN

    async def cancel_fitting(self, booking_id: str, *, call_id: str | None = None) -> FittingBooking:
        await super().cancel_fitting(booking_id, call_id=call_id)
        raise DOWN


class Deaf(FakeStore):
    """Does not get what it is asked to do."""

    def __init__(self) -> None:
        super().__init__()
        self.deaf, self.keys = True, list[str]()

    async def book_fitting(self, **asked: Any) -> FittingBooking:
        self.keys.append(asked["idempotency_key"])
        if self.deaf:
            raise DOWN
        return await super().book_fitting(**asked)

    async def cancel_fitting(self, booking_id: str, *, call_id: str | None = None) -> FittingBooking:
        raise DOWN


async def agreed(caller: Caller, name: str, **arguments: Any) -> Any:
    """What comes of it after the caller has heard what was asked and said yes."""
    asked = await caller.run(name, **arguments)
    assert asked.finished.result["done"] is False, asked.finished.error
    caller.says("yes")
    return await caller.run(name, **asked.finished.result["arguments"])


async def book(caller: Caller, **more: Any) -> Any:
    await caller.run("get_fitting_stations", city="Lviv")
    return await agreed(caller, "book_fitting", **{**AT_TEN, **more})


# ---------------------------------------------------------------- looking


def test_free_times_are_few_for_the_model_and_all_for_the_rules() -> None:
    async def look() -> None:
        caller = Caller(FakeStore())
        done = await caller.run("get_fitting_slots", station_id="lviv-sykhiv", date_from="tomorrow")
        (times,) = done.finished.result["free"].values()
        assert list(done.finished.result["free"]) == ["2026-11-03"]
        assert len(times) == 18
        assert done.for_model.count(":00") + done.for_model.count(":30") == 6

    run(look())


def test_today_is_the_shops_day_and_its_past_is_not_offered() -> None:
    async def look() -> None:
        caller = Caller(FakeStore())
        done = await caller.run("get_fitting_slots", station_id="lviv-sykhiv")
        assert done.finished.result["free"]["2026-11-02"][0] == "14:30"

    run(look())


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"station_id": "mars"}, "no_such_station"),
        ({"station_id": "lviv-sykhiv", "date_from": "2026-11-09", "date_to": "2026-11-03"}, "bad_arguments: date_to"),
        ({"station_id": "lviv-sykhiv", "date_from": "2026-02-30"}, "bad_arguments: no such date"),
        ({"station_id": "kyiv-shuliavka", "service_type": "full_service"}, "refused: service_not_offered"),
    ],
)
def test_what_cannot_be_looked_up_is_told(arguments: dict[str, Any], error: str) -> None:
    done = run(Caller(FakeStore()).run("get_fitting_slots", **arguments))
    assert (done.finished.error or "").startswith(error)


def test_prices_by_diameter_and_service() -> None:
    caller = Caller(FakeStore())
    done = run(caller.run("get_fitting_price", tire_diameter="R17", service_type="full_service"))
    assert [one["price"] for one in done.finished.result["services"]] == [1200.0]


# ---------------------------------------------------------------- booking


def test_a_booking_is_read_out_with_its_price_and_made_on_the_callers_yes() -> None:
    async def arrange() -> None:
        caller = Caller(FakeStore())
        order_id = await caller.place_order()
        await caller.run("get_fitting_stations", city="Lviv")
        asked = await caller.run("book_fitting", **AT_TEN, tire_diameter=16, linked_order_id=order_id)
        assert "tire change at Sykhiv tire fitting, 1 Sykhiv St" in asked.say
        assert "on Tuesday, November 3 at 10:00, 800 UAH. Shall I book it?" in asked.say
        assert caller.calls("book_fitting") == []
        caller.says("yes")
        done = await caller.run("book_fitting", **asked.finished.result["arguments"])
        assert done.answers
        (made,) = await caller.store.fitting_bookings("+380671234567")
        assert (made.linked_order_id, made.tire_diameter) == (order_id, 16)

    run(arrange())


def test_an_order_of_another_call_is_not_linked() -> None:
    async def arrange() -> None:
        store = FakeStore()
        order_id = await Caller(store).place_order()
        caller = Caller(store)
        await caller.run("get_fitting_stations", city="Lviv")
        refused = await caller.run("book_fitting", **AT_TEN, linked_order_id=order_id)
        assert refused.finished.error == "not_this_calls_order"
        assert not refused.say

    run(arrange())


def test_without_a_yes_nothing_is_booked_and_another_time_is_read_out_anew() -> None:
    async def arrange() -> None:
        caller = Caller(FakeStore())
        await caller.run("get_fitting_stations", city="Lviv")
        await caller.run("book_fitting", **AT_TEN)
        caller.says("no, at eleven")
        asked = await caller.run("book_fitting", **{**COMPLETE, "time": "11:00"})
        caller.says("yes")
        again = await caller.run("book_fitting", **COMPLETE)
        assert "at 11:00" in asked.say
        assert "at 10:00" in again.say
        assert caller.calls("book_fitting") == []

    run(arrange())


def test_a_station_that_was_not_looked_up_in_this_call_cannot_be_booked() -> None:
    done = run(Caller(FakeStore()).run("book_fitting", **AT_TEN))
    assert done.finished.error == "no_such_station"


def test_a_time_that_is_not_free_is_answered_with_the_nearest() -> None:
    async def arrange() -> None:
        caller = Caller(FakeStore())
        await book(caller)
        done = await caller.run("book_fitting", **AT_TEN)
        assert done.finished.error == "slot_taken"
        assert "09:00, 09:30, 10:30" in done.for_model

    run(arrange())


def test_a_time_that_was_taken_meanwhile_is_said_and_nothing_is_booked() -> None:
    async def arrange() -> None:
        store = FakeStore()
        first, second = Caller(store), Caller(store, caller_id="+380501112233")
        await second.run("get_fitting_stations", city="Lviv")
        await second.run("book_fitting", **AT_TEN, vehicle_info="Skoda")
        await book(first)
        second.says("yes")
        done = await second.run("book_fitting", **COMPLETE, vehicle_info="Skoda")
        assert "taken that time, so nothing is booked. The nearest are 09:00, 09:30 and 10:30 on Tuesday" in done.say
        assert await store.fitting_bookings("+380501112233") == []

    run(arrange())


def test_a_withheld_number_can_neither_book_nor_look() -> None:
    async def arrange() -> None:
        caller = Caller(FakeStore(), caller_id=None)
        await caller.run("get_fitting_stations", city="Lviv")
        for name, arguments in (("book_fitting", AT_TEN), ("get_fitting_bookings", {}), ("cancel_fitting", CANCEL)):
            assert (await caller.run(name, **arguments)).finished.error == "withheld"

    run(arrange())


# ---------------------------------------------------------------- moving and cancelling

CANCEL: dict[str, Any] = {"action": "cancel"}
MOVE: dict[str, Any] = {"action": "reschedule", "new_date": "2026-11-05", "new_time": "14:00"}


def test_the_callers_booking_is_moved_and_cancelled_after_a_yes() -> None:
    async def change() -> None:
        caller = Caller(FakeStore())
        await book(caller)
        moved = await agreed(caller, "cancel_fitting", **MOVE)
        assert "is now on Thursday, November 5 at 14:00" in moved.say
        cancelled = await agreed(caller, "cancel_fitting", **CANCEL)
        assert "is cancelled" in cancelled.say
        assert await caller.store.fitting_bookings("+380671234567") == []

    run(change())


def test_anothers_booking_is_none_of_the_callers() -> None:
    async def change() -> None:
        store = FakeStore()
        await book(Caller(store, caller_id="+380501112233"))
        caller = Caller(store)
        assert (await caller.run("cancel_fitting", **CANCEL, booking_id="1001")).finished.error == "no_booking"
        assert (await caller.run("get_fitting_bookings")).finished.result == {"found": 0, "bookings": []}

    run(change())


def test_which_of_several_bookings_has_to_be_said() -> None:
    async def change() -> None:
        caller = Caller(FakeStore())
        await book(caller)
        await book(caller, time="12:00")
        assert (await caller.run("cancel_fitting", **CANCEL)).finished.error == "several_bookings"
        asked = await caller.run("cancel_fitting", **CANCEL, booking_id="1002")
        assert "at 12:00" in asked.say

    run(change())


def test_a_yes_to_cancelling_one_booking_cancels_no_other() -> None:
    async def change() -> None:
        caller = Caller(FakeStore())
        await book(caller)
        await book(caller, time="12:00")
        await caller.run("cancel_fitting", **CANCEL, booking_id="1002")
        caller.says("yes")
        again = await caller.run("cancel_fitting", **CANCEL, booking_id="1001")
        assert "at 10:00. Shall I cancel it?" in again.say
        assert len(await caller.store.fitting_bookings("+380671234567")) == 2

    run(change())


# ---------------------------------------------------------------- the shop does not answer


def test_what_was_done_although_the_answer_was_lost_is_told_as_done() -> None:
    async def arrange() -> None:
        caller = Caller(AnswerLost())
        assert (await book(caller)).say.startswith("You are booked")
        assert "is now on Thursday" in (await agreed(caller, "cancel_fitting", **MOVE)).say
        assert "is cancelled" in (await agreed(caller, "cancel_fitting", **CANCEL)).say

    run(arrange())


def test_what_was_not_done_is_told_so_and_asked_for_again_it_is_the_same_request() -> None:
    async def arrange() -> None:
        store = Deaf()
        caller = Caller(store)
        done = await book(caller)
        assert "nothing has changed. Shall I try again?" in done.say
        store.deaf = False
        assert (await book(caller)).say.startswith("You are booked")
        assert len(set(store.keys)) == 1
        assert "nothing has changed" in (await agreed(caller, "cancel_fitting", **CANCEL)).say

    run(arrange())


def test_what_may_still_be_done_is_not_said_to_be_undone() -> None:
    class Late(FakeStore):
        async def book_fitting(self, **asked: Any) -> FittingBooking:
            raise StoreUnavailable("timeout", "no", pending=True)

    done = run(book(Caller(Late())))
    assert "could not find out" in done.say
    assert done.transfer is not None
    assert done.transfer.summary == (
        "The shop did not answer: it is not known whether the booking at Sykhiv tire fitting, 2026-11-03 10:00, "
        "was made. Please look."
    )


def test_a_booking_that_cannot_be_moved_to_where_others_were_faster_stays() -> None:
    async def change() -> None:
        store = FakeStore()
        caller, other = Caller(store), Caller(store, caller_id="+380501112233")
        await book(caller)
        asked = await caller.run("cancel_fitting", **MOVE)
        caller.says("yes")
        await book(other, date="2026-11-05", time="14:00")
        done = await caller.run("cancel_fitting", **asked.finished.result["arguments"])
        assert "your booking stays as it was. The nearest are 13:00, 13:30 and 14:30 on Thursday" in done.say
        (kept,) = await store.fitting_bookings("+380671234567")
        assert f"{kept.time:%H:%M}" == "10:00"

    run(change())


def test_when_nobody_knows_whether_it_was_done_an_operator_takes_over() -> None:
    async def arrange() -> Any:
        store = FakeStore()
        caller = Caller(store)
        await caller.run("get_fitting_stations", city="Lviv")
        await caller.run("book_fitting", **AT_TEN)
        caller.says("yes")
        store.fail(DOWN)
        return await caller.run("book_fitting", **COMPLETE)

    done = run(arrange())
    assert "could not find out" in done.say
    assert done.transfer is not None
    assert done.transfer.reason is TransferReason.COMPONENT_FAILURE


# ---------------------------------------------------------------- advice and call-backs


def test_articles_are_whole_for_the_rules_and_marked_as_data_for_the_model() -> None:
    done = run(Caller(FakeStore()).run("search_knowledge_base", query="what pressure do I need"))
    assert done.answers
    assert done.finished.result["texts"][0]["content"].startswith("Правильний тиск")
    assert done.for_model.startswith('<tool_data tool="search_knowledge_base">')
    nothing = run(Caller(FakeStore()).run("search_knowledge_base", query="who won the match"))
    assert not nothing.answers


def test_a_call_back_is_promised_unless_the_number_is_withheld() -> None:
    asked: dict[str, Any] = {"topic": "winter tires", "best_time": "tomorrow"}
    done = run(Caller(FakeStore()).run("request_callback", **asked))
    assert done.callback == CallbackPromised("winter tires", "tomorrow")
    refused = run(Caller(FakeStore(), caller_id=None).run("request_callback", **asked))
    assert refused.callback is None
    assert refused.finished.error == "withheld"

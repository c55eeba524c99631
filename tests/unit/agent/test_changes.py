"""What the tools changed, as the audit log and the operator are told: from the tools' results alone."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from callcenter.agent.tools import ToolRun
from callcenter.records import Change, ChangeOutcome
from store_client import StoreConflict, StoreUnavailable
from store_client.fake import FakeStore
from store_client.models_orders import OrderDetails
from tests.fakes.virtual_time import run
from tests.unit.agent.at_the_desk import BY_CARD, DOWN, TIRE, Caller, SlowToConfirm
from tests.unit.agent.conversation import CALLER

DONE, REFUSED, UNSURE = ChangeOutcome.DONE, ChangeOutcome.REFUSED, ChangeOutcome.UNSURE


def changes(*runs: ToolRun) -> list[Change | None]:
    return [one.finished.change for one in runs]


def brief(one: ToolRun) -> tuple[str, ChangeOutcome, str | None] | None:
    change = one.finished.change
    return None if change is None else (change.action, change.outcome, change.reason)


async def agreed(caller: Caller, name: str, **arguments: Any) -> ToolRun:
    await caller.run(name, **arguments)
    caller.says("yes")
    proposal = caller.tools.agreed
    assert proposal is not None
    return await caller.run(name, **proposal.arguments)


def test_an_order_from_its_beginning_to_its_end() -> None:
    caller = Caller(FakeStore())

    async def order() -> list[ToolRun]:
        drafted = await caller.run("create_order_draft", items=[{"product_id": TIRE, "quantity": 4}])
        delivered = await caller.run(
            "update_order_delivery", delivery_type="delivery", city="Lviv", address="Franka 10"
        )
        asked = await caller.run("confirm_order", **BY_CARD)
        caller.says("yes")
        proposal = caller.tools.agreed
        assert proposal is not None
        return [drafted, delivered, asked, await caller.run("confirm_order", **proposal.arguments)]

    drafted, delivered, asked, confirmed = run(order())
    first, second, nothing, third = changes(drafted, delivered, asked, confirmed)
    assert nothing is None, "it was only read out"
    assert first is not None
    assert second is not None
    assert third is not None
    assert [one.action for one in (first, second, third)] == ["order.draft", "order.delivery", "order.confirm"]
    assert {one.object for one in (first, second, third)} == {first.object}
    assert first.object.startswith("order:")
    assert (first.before, second.before, third.before) == (None, first.after, second.after)
    assert first.after is not None
    assert second.after is not None
    assert third.after is not None
    assert first.after["items"] == [{"name": "Nokian Hakkapeliitta 10 205/55 R16", "quantity": 4}]
    assert second.after["delivery"] == "Lviv"
    assert (second.after["status"], third.after["status"]) == ("draft", "confirmed")
    assert third.after["number"]
    assert "Franka" not in str(changes(drafted, delivered, confirmed)), "where the caller lives is nobody's business"
    assert CALLER[-7:] not in str(changes(drafted, delivered, confirmed))
    found = caller.tools.found
    assert found.order is None
    assert [one["action"] for one in found.done] == ["order.confirm"], "the rest only led to it"
    assert found.done[-1]["number"] == third.after["number"]


def test_a_draft_that_replaces_another_says_what_it_replaced_and_one_that_is_dropped_leaves_nothing() -> None:
    caller = Caller(FakeStore())

    async def order() -> list[ToolRun]:
        return [
            await caller.run("create_order_draft", items=[{"product_id": TIRE, "quantity": 4}]),
            await caller.run("create_order_draft", items=[{"product_id": TIRE, "quantity": 2}]),
            await caller.run("cancel_order_draft"),
            await caller.run("cancel_order_draft"),
        ]

    first, second, dropped, again = changes(*run(order()))
    assert first is not None
    assert second is not None
    assert dropped is not None
    assert again is not None
    assert second.before == first.after
    assert (dropped.action, dropped.object, dropped.before, dropped.after) == (
        "order.drop",
        second.object,
        second.after,
        None,
    )
    assert (again.outcome, again.reason, again.object) == (REFUSED, "no_draft", "order")
    assert caller.tools.found.order is None


def test_what_a_model_calls_an_order_does_not_reach_the_audit_log() -> None:
    caller = Caller(FakeStore())
    done = run(caller.run("update_order_delivery", order_id=CALLER, delivery_type="pickup", pickup_point_id="x"))
    assert done.finished.change == Change("order.delivery", REFUSED, "order", "no_draft")


def test_an_open_draft_is_what_the_operator_goes_on_with() -> None:
    caller = Caller(FakeStore())

    async def order() -> None:
        await caller.prepare_order(2)
        await caller.run("confirm_order", **BY_CARD)

    run(order())
    order_ = caller.tools.found.order
    assert order_ is not None
    assert order_["items"] == [{"name": "Nokian Hakkapeliitta 10 205/55 R16", "quantity": 2}]
    assert (order_["delivery"], order_["payment"]) == ("Lviv", "card_on_delivery")
    assert order_["total"] > 0


@pytest.mark.parametrize(
    ("error", "outcome", "reason"),
    [
        (StoreUnavailable("timeout", "no"), UNSURE, "store: timeout"),
        (StoreUnavailable("server", "no"), UNSURE, "store: server"),
        (StoreUnavailable("breaker_open", "no"), REFUSED, "store: breaker_open"),
        (StoreConflict("out_of_stock", "Two are left."), REFUSED, "out_of_stock"),
    ],
)
def test_what_was_refused_and_what_nobody_knows(error: Exception, outcome: ChangeOutcome, reason: str) -> None:
    store = FakeStore()
    store.fail(error)  # type: ignore[arg-type]  # the fake takes any of the store's
    caller = Caller(store)
    done = run(caller.run("create_order_draft", items=[{"product_id": TIRE, "quantity": 4}]))
    assert brief(done) == ("order.draft", outcome, reason)
    assert [one["action"] for one in caller.tools.found.unsure] == (["order.draft"] if outcome is UNSURE else [])


def test_an_order_above_the_shops_limit_is_a_draft_that_the_operator_goes_on_with() -> None:
    caller = Caller(store := FakeStore())
    store.set_stock(TIRE, 99)
    done = run(caller.run("create_order_draft", items=[{"product_id": TIRE, "quantity": 90}]))
    assert done.transfer is not None
    assert brief(done) == ("order.draft", DONE, "order_limit")
    assert caller.tools.found.order is not None
    assert caller.tools.found.order["items"][0]["quantity"] == 90


def test_a_confirmation_that_nobody_answers_to_is_a_doubt() -> None:
    class Gone(SlowToConfirm):
        def lose(self) -> None:
            self.fail(StoreUnavailable("timeout", "no"))

        async def confirm_order(self, order_id: str, **asked: Any) -> OrderDetails:
            self.asked = (order_id, asked)
            self.lose()
            raise DOWN

    caller = Caller(store := Gone())

    async def order() -> ToolRun:
        await caller.prepare_order()
        return await agreed(caller, "confirm_order", **BY_CARD)

    done = run(order())
    assert brief(done) == ("order.confirm", UNSURE, "the store did not answer")
    (doubt,) = caller.tools.found.unsure
    assert (doubt["action"], doubt["object"]) == ("order.confirm", f"order:{store.asked[0]}")
    assert (doubt["items"][0]["quantity"], doubt["delivery"]) == (4, "Lviv")
    assert caller.tools.found.order is None, "nobody knows whether it is open"


def test_a_confirmation_that_arrives_late_is_found_out_when_the_order_is_dropped() -> None:
    caller = Caller(store := SlowToConfirm())

    async def order() -> list[ToolRun]:
        await caller.prepare_order()
        confirmed = await agreed(caller, "confirm_order", **BY_CARD)
        await store.catch_up()
        return [confirmed, await caller.run("cancel_order_draft")]

    confirmed, dropped = run(order())
    assert brief(confirmed) == ("order.confirm", REFUSED, "store")
    assert brief(dropped) == ("order.drop", REFUSED, "it is confirmed already")
    found = caller.tools.found
    assert (found.unsure, found.order) == ((), None)
    assert found.done[-1]["action"] == "order.confirm"


def test_a_draft_that_could_not_be_dropped_is_not_said_to_be() -> None:
    caller = Caller(store := FakeStore())

    async def order() -> ToolRun:
        await caller.prepare_order()
        store.fail(StoreUnavailable("timeout", "no"))
        return await caller.run("cancel_order_draft")

    assert brief(run(order())) == ("order.drop", UNSURE, "the store did not answer")


def test_a_booking_is_made_moved_and_cancelled() -> None:
    caller = Caller(FakeStore())

    async def visit() -> list[ToolRun]:
        stations = await caller.run("get_fitting_stations", city="Kyiv")
        station = stations.finished.result["stations"][0]["id"]
        slots = await caller.run("get_fitting_slots", station_id=station, date_from="2026-11-03", date_to="2026-11-04")
        (day, times), *_ = slots.finished.result["free"].items()
        at = {"station_id": station, "date": day, "time": times[0]}
        return [
            await agreed(caller, "book_fitting", **at),
            await agreed(caller, "cancel_fitting", action="reschedule", new_date=day, new_time=times[1]),
            await agreed(caller, "cancel_fitting", action="cancel"),
        ]

    booked, moved, cancelled = changes(*run(visit()))
    assert booked is not None
    assert moved is not None
    assert cancelled is not None
    assert [one.action for one in (booked, moved, cancelled)] == ["booking.book", "booking.move", "booking.cancel"]
    assert {one.object for one in (booked, moved, cancelled)} == {booked.object}
    assert booked.after is not None
    assert moved.before is not None
    assert moved.after is not None
    assert cancelled.before is not None
    assert moved.before["time"] == booked.after["time"]
    assert cancelled.before["time"] == moved.after["time"] != booked.after["time"]
    assert CALLER[-7:] not in str((booked, moved, cancelled))
    assert [one["action"] for one in caller.tools.found.done] == ["booking.book", "booking.move", "booking.cancel"]


def test_what_is_done_when_the_caller_is_gone_is_still_told() -> None:
    caller = Caller(store := FakeStore())
    store.delay_s = 1.0

    async def hang_up() -> Sequence[ToolRun]:
        items = {"items": [{"product_id": TIRE, "quantity": 4}]}
        asking = asyncio.create_task(caller.tools.run("create_order_draft", items))
        await asyncio.sleep(0.5)
        asking.cancel()
        await asyncio.wait([asking])
        return await caller.tools.unreported()

    (done,) = run(hang_up())
    assert brief(done) == ("order.draft", DONE, None)
    assert caller.tools.found.order is not None


def test_what_was_looked_up_is_what_the_operator_reads() -> None:
    caller = Caller(store := FakeStore())

    async def look() -> None:
        await caller.run("search_tires", vehicle_make="Toyota", vehicle_model="Camry", season="winter")
        await caller.run("request_callback", topic="winter tires", best_time="after six")
        store.fail(StoreUnavailable("timeout", "no"))
        await caller.run("get_order_status")

    run(look())
    found = caller.tools.found
    assert found.wishes == {"vehicle_make": "Toyota", "vehicle_model": "Camry", "season": "winter"}
    assert found.tires[0] == "Nokian Hakkapeliitta 10 205/65 R16, 4600 UAH"
    assert found.matches
    assert found.done == ({"action": "callback", "topic": "winter tires"},)
    assert found.unsure == ({"action": "get_order_status", "reason": "store: timeout"},)
    store.recover()
    run(caller.run("get_order_status"))
    assert caller.tools.found.unsure == (), "it answers again"


def test_a_search_that_finds_nothing_leaves_what_was_offered_before() -> None:
    caller = Caller(FakeStore())
    run(caller.run("search_tires", vehicle_make="Toyota", vehicle_model="Camry", season="winter"))
    offered = caller.tools.found.tires
    run(caller.run("search_tires", width=205, profile=55, diameter=16, max_price=1))
    assert (caller.tools.found.matches, caller.tools.found.tires) == (0, offered)
    assert caller.tools.found.wishes["max_price"] == "1"


def test_what_was_looked_up_in_a_guess_is_forgotten_with_it_and_what_was_done_is_not() -> None:
    caller = Caller(FakeStore())
    undo = caller.tools.checkpoint()
    run(caller.run("search_tires", vehicle_make="Toyota", vehicle_model="Camry", season="winter"))
    assert caller.tools.found.tires
    undo()
    assert not caller.tools.found.tires
    undo = caller.tools.checkpoint()
    run(caller.run("create_order_draft", items=[{"product_id": TIRE, "quantity": 4}]))
    undo()
    assert caller.tools.found.order is not None

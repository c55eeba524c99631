"""When the shop does not answer to a confirmation: nothing is ordered twice, and nothing untrue is said."""

import asyncio
from typing import Any

import pytest

from callcenter.records import TransferReason
from store_client import StoreConflict, StoreRejected, StoreUnavailable
from store_client.fake import FakeStore
from store_client.models_orders import OrderDetails
from tests.fakes.virtual_time import run
from tests.unit.agent.at_the_desk import BY_CARD, DOWN, TIRE, Caller, SlowToConfirm

ITEM: dict[str, Any] = {"product_id": TIRE, "quantity": 4}


class AnswerLost(FakeStore):
    """Confirms, and its answer never arrives."""

    async def confirm_order(self, order_id: str, **asked: Any) -> OrderDetails:
        await super().confirm_order(order_id, **asked)
        raise DOWN


def confirmed(store: FakeStore) -> Caller:
    """A caller who has said yes, and to whom nothing was answered yet."""
    caller = Caller(store)

    async def order() -> None:
        await caller.prepare_order()
        await caller.run("confirm_order", **BY_CARD)
        caller.says("yes")

    run(order())
    return caller


YES: dict[str, Any] = {**BY_CARD, "order_id": "1001"}


def test_an_order_whose_answer_was_lost_is_told_as_placed() -> None:
    caller = confirmed(AnswerLost())
    done = run(caller.run("confirm_order", **YES))
    assert done.say.startswith("Your order is placed")
    assert done.answers


def test_an_order_that_did_not_arrive_is_not_told_as_placed_and_can_be_tried_again() -> None:
    async def again(caller: Caller) -> None:
        done = await caller.run("confirm_order", **YES)
        assert "nothing is ordered. Shall I try again?" in done.say
        assert not done.answers
        caller.says("yes")
        asked = await caller.run("confirm_order", **YES)
        assert asked.say.startswith("Let me read the order out")

    run(again(confirmed(SlowToConfirm())))


def test_a_confirmation_that_arrives_late_is_found_out_before_anything_is_ordered_twice() -> None:
    store = SlowToConfirm()
    caller = confirmed(store)

    async def late() -> None:
        await caller.run("confirm_order", **YES)
        await store.catch_up()
        caller.says("yes, try again")
        told = await caller.run("confirm_order", **YES)
        assert told.say.startswith("Your order is placed")
        assert len(await caller.orders()) == 1

    run(late())


@pytest.mark.parametrize("tool", ["create_order_draft", "cancel_order_draft"])
def test_an_order_that_was_placed_after_all_is_neither_replaced_nor_said_to_be_dropped(tool: str) -> None:
    store = SlowToConfirm()
    caller = confirmed(store)

    async def late() -> None:
        await caller.run("confirm_order", **YES)
        await store.catch_up()
        caller.says("never mind")
        again: dict[str, Any] = {"items": [ITEM]} if tool == "create_order_draft" else {}
        told = await caller.run(tool, **again)
        assert told.say.startswith("Your order is placed")
        assert len(await caller.orders()) == 1

    run(late())


def test_when_nobody_knows_whether_it_was_placed_an_operator_takes_over() -> None:
    store = FakeStore()
    caller = confirmed(store)
    store.fail(DOWN)
    done = run(caller.run("confirm_order", **YES))
    assert "Please do not order it again" in done.say
    assert done.transfer is not None
    assert done.transfer.reason is TransferReason.COMPONENT_FAILURE
    assert "773187" in done.transfer.summary
    assert not done.answers


class LateToConfirm(SlowToConfirm):
    """Given up while the shop may still be at it."""

    async def confirm_order(self, order_id: str, **asked: Any) -> OrderDetails:
        self.asked = (order_id, asked)
        raise StoreUnavailable("timeout", "no", pending=True)


def test_before_nothing_is_said_to_be_ordered_the_draft_is_dropped_so_that_no_late_confirmation_makes_it_untrue() -> (
    None
):
    store = LateToConfirm()
    caller = confirmed(store)

    async def late() -> None:
        done = await caller.run("confirm_order", **YES)
        assert "nothing is ordered. Shall I try again?" in done.say
        assert done.finished.result["reason"] == "draft_dropped"
        with pytest.raises(StoreConflict):
            await store.catch_up()
        assert await caller.orders() == []

    run(late())


def test_a_confirmation_that_arrives_before_the_draft_is_dropped_is_told_as_placed() -> None:
    class JustInTime(LateToConfirm):
        async def drop_order(self, order_id: str, *, call_id: str | None = None) -> OrderDetails:
            await self.catch_up()
            return await super().drop_order(order_id, call_id=call_id)

    caller = confirmed(JustInTime())
    assert run(caller.run("confirm_order", **YES)).say.startswith("Your order is placed")


def test_another_way_to_pay_is_not_refused_while_the_first_confirmation_comes_through() -> None:
    """The second is refused (its key came with another way to pay): the order is placed all the same."""

    class Crossing(SlowToConfirm):
        async def confirm_order(self, order_id: str, **asked: Any) -> OrderDetails:
            if not hasattr(self, "asked"):
                return await super().confirm_order(order_id, **asked)
            await self.catch_up()
            return await FakeStore.confirm_order(self, order_id, **asked)

    caller = confirmed(Crossing())

    async def cross() -> None:
        await caller.run("confirm_order", **YES)
        caller.says("in cash then")
        asked = await caller.run("confirm_order", payment_method="cod")
        caller.says("yes")
        done = await caller.run("confirm_order", **asked.finished.result["arguments"])
        assert done.say.startswith("Your order is placed")
        assert len(await caller.orders()) == 1

    run(cross())


@pytest.mark.parametrize("error", [StoreRejected(401, "unauthorized", "no"), StoreUnavailable("breaker_open", "no")])
def test_a_confirmation_that_was_not_taken_is_no_order(error: Exception) -> None:
    class Refusing(FakeStore):
        async def confirm_order(self, order_id: str, **asked: Any) -> OrderDetails:
            raise error

    caller = confirmed(Refusing())
    done = run(caller.run("confirm_order", **YES))
    assert done.finished.error in ("store: rejected", "store: breaker_open")
    assert run(caller.run("cancel_order_draft")).finished.success


def test_a_store_that_hangs_is_not_waited_for_longer_than_three_times_its_deadline() -> None:
    store = FakeStore()
    caller = confirmed(store)
    store.delay_s = 60
    done = run(caller.run("confirm_order", **YES))
    assert done.finished.error == "store: timeout"
    assert done.finished.duration_ms == 9600


def test_an_order_goes_on_when_the_caller_interrupts_and_is_reported_later() -> None:
    store = FakeStore()
    caller = confirmed(store)
    store.delay_s = 1

    async def interrupt() -> None:
        task = asyncio.create_task(caller.run("confirm_order", **YES))
        await asyncio.sleep(0.5)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        caller.says("hold on")
        (done,) = await caller.tools.unreported()
        assert done.say.startswith("Your order is placed")
        assert await caller.tools.unreported() == []
        assert len(await caller.orders()) == 1

    run(interrupt())

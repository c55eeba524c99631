"""Whose order it is: what is told of it, and to whom."""

import json
from typing import Any

from store_client.fake import FakeStore
from tests.fakes.virtual_time import run
from tests.unit.agent.at_the_desk import Caller
from tests.unit.dialogue.talking import earlier_order

THEIRS = earlier_order("204816", "shipped", phone="+380501112233")
OWN = earlier_order("377002", "processing")


def with_orders(caller_id: str | None = "+380671234567") -> Caller:
    store = FakeStore()
    for order in (THEIRS, OWN):
        store.add_order(order)
    return Caller(store, caller_id)


def test_a_caller_sees_the_orders_of_the_number_and_no_others() -> None:
    done = run(with_orders().run("get_order_status"))
    assert [order["order_number"] for order in done.finished.result["orders"]] == ["377002"]
    own = run(with_orders().run("get_order_status", order_id="377 002", phone="067 123 45 67"))
    assert own.finished.result["orders"][0]["items_summary"]
    assert "204816" not in json.dumps(done.finished.result)


def test_of_anothers_order_only_the_status_is_told_and_only_for_the_last_digits() -> None:
    async def ask() -> None:
        caller = with_orders()
        assert (await caller.run("get_order_status", order_id="204816")).finished.error == "not_the_callers"
        done = await caller.run("get_order_status", order_id="204816", phone="2233")
        assert done.finished.result["orders"] == [
            {"order_number": "204816", "status": "shipped", "status_label": "shipped"}
        ]

    run(ask())


def test_wrong_digits_tell_nothing_and_cannot_be_tried_for_long() -> None:
    async def guess() -> list[str | None]:
        caller = with_orders()
        guesses = [("204816", "0000"), ("999999", "2233"), ("204816", "33"), ("204816", "2233")]
        return [(await caller.run("get_order_status", order_id=o, phone=p)).finished.error for o, p in guesses]

    assert run(guess()) == ["not_found_or_not_theirs"] * 3 + ["too_many_attempts"]


def test_a_withheld_number_owns_nothing() -> None:
    async def ask() -> None:
        caller = with_orders(caller_id=None)
        several: list[dict[str, Any]] = [{}, {"order_id": "377002"}, {"phone": "+380671234567"}]
        for asked in several:
            assert (await caller.run("get_order_status", **asked)).finished.error == "not_the_callers"
        assert (await caller.run("get_order_status", order_id="377002", phone="4567")).finished.success

    run(ask())


def test_an_own_draft_is_no_order_yet() -> None:
    async def ask() -> None:
        caller = with_orders()
        await caller.prepare_order()
        done = await caller.run("get_order_status")
        assert [order["order_number"] for order in done.finished.result["orders"]] == ["377002"]

    run(ask())

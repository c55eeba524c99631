"""The caller interrupts, or hangs up, in the middle of what they have said yes to. It is done once; who stays on the
line is told it next, and who calls again hears of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from functools import partial

import pytest

from callcenter.ports import CallerSaid, ToolFinished
from callcenter.shop import CatalogueNames, Shop
from tests.integration.demo_store.running import RunningStore
from tests.scenarios.callers import callers_of
from tests.scenarios.customers import ACTIONS, Customer, customer_of, others_first, so_many_wait, until
from tests.scenarios.scenario import RULES
from tests.scenarios.store_state import Slot, StoreState


@pytest.fixture(params=[RULES, "good"])
async def customers(
    request: pytest.FixtureRequest,
    scenario_store: RunningStore,
    tire_shop: Shop,
    names: CatalogueNames | None,
    state: StoreState,
) -> AsyncIterator[list[Customer]]:
    """One of each action, who have said all but the yes."""
    await state.restore()
    async with callers_of(request.param, scenario_store, tire_shop, names) as make:
        used: list[Slot] = []
        several = [await customer_of(make(place), action, state, used) for place, action in enumerate(ACTIONS)]
        for customer in several:
            await customer.prepare(state)
        yield several


async def interrupt_all(customers: list[Customer], state: StoreState) -> None:
    """While the shop is at it, before anything is said."""
    async with others_first(state):
        agreeing = [asyncio.create_task(customer.caller.agree()) for customer in customers]
        await until(lambda: so_many_wait(len(customers), state))
        for task in agreeing:
            task.cancel()
        await asyncio.wait(agreeing)
        for customer in customers:
            customer.caller.session.heard("")
            assert not await customer.is_done(state)


async def test_who_interrupts_while_the_shop_is_at_it_is_told_next_that_it_is_done(
    customers: list[Customer], state: StoreState
) -> None:
    await interrupt_all(customers, state)
    for customer in customers:
        await customer.caller.says(customer.caller.wording.wait)
        assert customer.told == "done", customer.caller.played
        assert await customer.is_done(state)


async def test_who_says_yes_again_meanwhile_gets_it_once(customers: list[Customer], state: StoreState) -> None:
    await interrupt_all(customers, state)
    for customer in customers:
        await customer.caller.agree()
        assert customer.told == "done", customer.caller.played
        assert await customer.is_done(state)


async def test_what_was_done_and_not_heard_is_told_once_more(customers: list[Customer], state: StoreState) -> None:
    for customer in customers:
        caller = customer.caller
        async with aclosing(caller.session.respond(CallerSaid(caller.wording.yes, caller.language))) as acts:
            async for act in acts:
                if isinstance(act, ToolFinished):
                    break
        caller.session.heard("")
        await caller.says(caller.wording.wait)
        assert customer.told == "done", caller.played
        assert await customer.is_done(state)


async def test_who_hangs_up_in_the_middle_hears_of_it_in_the_next_call(
    customers: list[Customer], state: StoreState
) -> None:
    await interrupt_all(customers, state)
    for customer in customers:
        await until(partial(customer.is_done, state))
        await customer.check_told_later(state)

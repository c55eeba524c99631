"""The store fails in the middle of what the caller has said yes to: it answers 500, hangs, or its process is killed,
before it is done or after it. Nothing is done twice, and nobody is told what is not so: neither that it is done, nor
that it is not."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from typing import Any

import pytest

from callcenter.shop import CatalogueNames, Shop
from tests.integration.demo_store.running import RunningStore
from tests.scenarios.agents import PATIENCE_S
from tests.scenarios.callers import NewCaller, at_once, callers_of
from tests.scenarios.customers import ACTIONS, Customer, customer_of, others_first, so_many_wait, until
from tests.scenarios.mortal_store import MortalStore
from tests.scenarios.scenario import RULES
from tests.scenarios.store_state import Slot, StoreState

HASTY_S = 2.0
"""So long the store is waited for where it does not answer at all."""
CHANGES = (
    {"method": "POST", "path": "/api/v1/orders/*/confirm"},
    {"method": "POST", "path": "/api/v1/fitting/bookings"},
    {"method": "PATCH", "path": "/api/v1/fitting/bookings/*"},
    {"method": "DELETE", "path": "/api/v1/fitting/bookings/*"},
)
Prepare = Callable[[float], Awaitable[list[Customer]]]


@pytest.fixture(scope="module")
def mortal_store(scenario_store: RunningStore) -> Any:
    store = MortalStore(scenario_store.database_url)
    yield store
    store.close()


@pytest.fixture
async def mortal(mortal_store: MortalStore, state: StoreState) -> AsyncIterator[MortalStore]:
    """Alive, and well again afterwards."""
    await state.restore()
    await mortal_store.revive()
    yield mortal_store
    await mortal_store.revive()
    await mortal_store.fail()


@pytest.fixture
async def prepare(
    mortal: MortalStore, state: StoreState, tire_shop: Shop, names: CatalogueNames | None
) -> AsyncIterator[Prepare]:
    """Callers of the rules and of a model, of each action one, who have said all but the yes."""
    async with AsyncExitStack() as stack:

        async def ready(patience_s: float = PATIENCE_S) -> list[Customer]:
            customers: list[Customer] = []
            used: list[Slot] = []
            for number, who in enumerate((RULES, "good")):
                make: NewCaller = await stack.enter_async_context(
                    callers_of(who, mortal.running, tire_shop, names, patience_s)
                )
                for place, action in enumerate(ACTIONS):
                    customers.append(await customer_of(make(number + place), action, state, used))
            await asyncio.gather(*(customer.prepare(state) for customer in customers))
            return customers

        yield ready


async def all_agree(customers: Sequence[Customer]) -> None:
    await at_once(customer.caller for customer in customers)


async def check(customers: Sequence[Customer], state: StoreState) -> None:
    """What each was told is so."""
    for customer in customers:
        done = await customer.is_done(state)
        match customer.told:
            case "done":
                assert done, customer.caller.played
            case "not done" | "no answer":
                assert not done, customer.caller.played
            case _:
                customer.check_handed_over()


async def check_told_later(customers: Sequence[Customer], state: StoreState) -> None:
    for customer in customers:
        await customer.check_told_later(state)


def told(customers: Sequence[Customer]) -> dict[str, set[str]]:
    """By action."""
    return {action: {one.told for one in customers if one.action == action} for action in ACTIONS}


def faults(kind: str, **more: Any) -> list[dict[str, Any]]:
    return [{"kind": kind, **change, **more} for change in CHANGES]


ALL_DONE = {action: {"done"} for action in ACTIONS}
ALL_UNSURE = {action: {"unsure"} for action in ACTIONS}
NOT_DONE = {action: {"not done"} for action in ACTIONS}
ORDER_FENCED = {**ALL_UNSURE, "confirm": {"not done"}}
"""A draft can be dropped, so that no late confirmation places it; a fitting may still be booked."""


async def all_done(customers: Sequence[Customer], state: StoreState) -> bool:
    return all([await customer.is_done(state) for customer in customers])


# ---------------------------------------------------------------- it fails, and lives


async def test_what_failed_is_told_as_not_done_and_is_done_once_when_it_is_tried_again(
    prepare: Prepare, mortal: MortalStore, state: StoreState
) -> None:
    customers = await prepare(PATIENCE_S)
    await mortal.fail(*faults("error", status=500))
    await all_agree(customers)
    await check(customers, state)
    assert told(customers) == NOT_DONE
    await mortal.fail()
    await asyncio.gather(*(one.caller.until_read_back([one.caller.wording.yes]) for one in customers))
    await all_agree(customers)
    await check(customers, state)
    assert told(customers) == ALL_DONE


@pytest.mark.parametrize(("kind", "patience_s"), [("drop_after", PATIENCE_S), ("hang_after", HASTY_S)])
async def test_what_was_done_is_told_as_done_though_no_answer_came(
    prepare: Prepare, mortal: MortalStore, state: StoreState, kind: str, patience_s: float
) -> None:
    customers = await prepare(patience_s)
    await mortal.fail(*faults(kind))
    await all_agree(customers)
    await check(customers, state)
    assert told(customers) == ALL_DONE


async def test_while_the_store_hangs_nobody_is_told_what_nobody_knows(
    prepare: Prepare, mortal: MortalStore, state: StoreState
) -> None:
    customers = await prepare(HASTY_S)
    await mortal.fail(*faults("hang"))
    await all_agree(customers)
    await check(customers, state)
    assert told(customers) == ORDER_FENCED
    await mortal.fail()
    await check_told_later([customer for customer in customers if customer.told == "unsure"], state)


async def test_what_is_done_late_was_not_told_as_not_done(
    prepare: Prepare, mortal: MortalStore, state: StoreState
) -> None:
    customers = await prepare(HASTY_S)
    async with others_first(state):
        await all_agree(customers)
    assert told(customers) == ALL_UNSURE
    await until(lambda: all_done(customers, state))
    await check(customers, state)


# ---------------------------------------------------------------- it dies


async def killed_before_it_is_done(mortal: MortalStore, state: StoreState, customers: Sequence[Customer]) -> None:
    """In its transactions: they wait for others, and the store is killed."""
    async with others_first(state):
        await until(lambda: so_many_wait(len(customers), state))
        mortal.kill()


async def killed_after_it_is_done(mortal: MortalStore, state: StoreState, customers: Sequence[Customer]) -> None:
    """Before it has answered."""
    await until(lambda: all_done(customers, state))
    mortal.kill()


@pytest.mark.parametrize("done", [False, True], ids=["before it is done", "after it is done"])
async def test_a_store_that_is_killed_leaves_everybody_with_an_operator(
    prepare: Prepare, mortal: MortalStore, state: StoreState, done: bool
) -> None:
    customers = await prepare(PATIENCE_S)
    mortal.refusing = True
    if done:
        await mortal.fail(*faults("hang_after"))
    agreeing = asyncio.create_task(all_agree(customers))
    await (killed_after_it_is_done if done else killed_before_it_is_done)(mortal, state, customers)
    await agreeing
    await check(customers, state)
    assert told(customers) == ALL_UNSURE
    await mortal.revive()
    await check(customers, state)
    assert {await customer.is_done(state) for customer in customers} == {done}
    await check_told_later(customers, state)


@pytest.mark.parametrize("done", [False, True], ids=["before it is done", "after it is done"])
async def test_a_store_that_is_killed_and_comes_back_at_once_does_it_once(
    prepare: Prepare, mortal: MortalStore, state: StoreState, done: bool
) -> None:
    customers = await prepare(PATIENCE_S)
    mortal.refusing = False
    if done:
        await mortal.fail(*faults("hang_after"))
    agreeing = asyncio.create_task(all_agree(customers))
    await (killed_after_it_is_done if done else killed_before_it_is_done)(mortal, state, customers)
    await mortal.revive()
    await agreeing
    await check(customers, state)
    assert told(customers) == ALL_DONE

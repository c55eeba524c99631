"""Several callers want the last: as many get it as there are; the others are told so, and go on in the same call."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from datetime import time

import pytest

from callcenter.ports import Language
from callcenter.shop import CatalogueNames, Shop
from tests.integration.demo_store.running import RunningStore
from tests.scenarios.callers import DONE, FIRST, NOT_DONE, READ_BACK, SECOND, Caller, NewCaller, at_once, callers_of
from tests.scenarios.scenario import RULES
from tests.scenarios.store_state import Slot, StoreState

ONE_BAY = "kharkiv-saltivka"
"""Each of its free times is the last one."""
LEFT: Mapping[Language, str] = {
    "en": r"only 2 of Lassa",
    "uk": r"Залишилося Lassa.*, 2 штуки",
    "ru": r"Осталось Lassa.*, 2 штуки",
}
MOST_ON_A_DAY = 4
"""Go on after they have lost: others of these tests book on that day too."""
CLOCK = re.compile(r"\d\d:\d\d")


@pytest.fixture(params=[RULES, "good"])
async def new_caller(
    request: pytest.FixtureRequest, scenario_store: RunningStore, tire_shop: Shop, names: CatalogueNames | None
) -> AsyncIterator[NewCaller]:
    async with callers_of(request.param, scenario_store, tire_shop, names) as make:
        yield make


def split(callers: list[Caller]) -> tuple[list[Caller], list[Caller]]:
    """Who was told that it is done, and who that it is not: nobody was told both or nothing."""
    for caller in callers:
        assert caller.heard(DONE) is not caller.heard(NOT_DONE), caller.played
    return [one for one in callers if one.heard(DONE)], [one for one in callers if not one.heard(DONE)]


@pytest.mark.parametrize(("many", "in_stock", "rounds"), [(2, 4, 4), (10, 10, 2)])
async def test_the_last_tires_are_sold_once_and_the_others_are_told(
    new_caller: NewCaller, state: StoreState, many: int, in_stock: int, rounds: int
) -> None:
    lost: list[Caller] = []
    for turn in range(rounds):
        await state.restore()
        await state.set_stock(FIRST, in_stock)
        callers = [new_caller(turn + number) for number in range(many)]
        await asyncio.gather(*(caller.ready_to_order() for caller in callers))
        await at_once(callers)
        won, lost = split(callers)
        assert len(won) == in_stock // 4
        for caller in callers:
            placed = [order for order in await state.orders(caller.calls) if order["confirmed_at"] is not None]
            assert [order["items"] for order in placed] == ([{FIRST: 4}] if caller in won else [])
            assert await state.sms_to(caller.phone) == (caller in won)
        if in_stock % 4:
            assert all(caller.heard(LEFT) for caller in lost), lost[0].played
        assert (await state.taken())[FIRST] == await stock_before(state, FIRST) - in_stock % 4
    await order_the_second(lost, state)


async def order_the_second(callers: list[Caller], state: StoreState) -> None:
    """In the same call, at once again."""
    await state.set_stock(SECOND, 4 * len(callers))
    await asyncio.gather(*(caller.ready_to_order_the_second() for caller in callers))
    await at_once(callers)
    for caller in callers:
        assert caller.heard(DONE), caller.played
        placed = [order for order in await state.orders(caller.calls) if order["confirmed_at"] is not None]
        assert [order["items"] for order in placed] == [{SECOND: 4}]
        assert await state.sms_to(caller.phone) == 1


async def stock_before(state: StoreState, tire_id: str) -> int:
    """Of the seeded catalogue."""
    found: int = await state.database.fetchval(
        "SELECT sum(quantity)::int FROM scenario_stock WHERE tire_id = $1", tire_id
    )
    return found


@pytest.mark.parametrize(("many", "rounds", "weekdays"), [(2, 4, 4), (10, 2, 6)])
async def test_the_last_slot_is_booked_once_and_the_others_take_one_near_it(
    new_caller: NewCaller, state: StoreState, many: int, rounds: int, weekdays: int
) -> None:
    used: list[Slot] = []
    lost: list[Caller] = []
    for turn in range(rounds):
        await state.restore()
        slot = await state.free_slot({"station": ONE_BAY, "weekdays": weekdays, "after": "11:00"}, used)
        used.append(slot)
        callers = [new_caller(turn + number) for number in range(many)]
        await asyncio.gather(*(caller.ready_to_book(slot) for caller in callers))
        await at_once(callers)
        won, lost = split(callers)
        assert len(won) == 1
        for caller in callers:
            assert len(await state.bookings(caller.calls)) == (caller in won)
            assert await state.sms_to(caller.phone) == (caller in won)
    held = used[-1:]
    for caller in lost[:MOST_ON_A_DAY]:  # one after the other: what was named to the one may be taken by the other
        taken = await take_what_is_near(caller, used[-1])
        held.append(taken)
        assert caller.heard(DONE), caller.played
        (booking,) = await state.bookings(caller.calls)
        assert (booking["day"], booking["start"], booking["status"]) == (taken.day, taken.at, "booked"), (
            f"{caller.played}"
        )
    assert len(set(held)) == len(held)


async def take_what_is_near(caller: Caller, wanted: Slot) -> Slot:
    """The first of the times that were named last, until one is free."""
    for _ in range(12):
        named = CLOCK.findall(caller.last.text)
        assert named, caller.played
        slot = Slot(wanted.station, wanted.day, time.fromisoformat(named[0]))
        await caller.says(caller.at(caller.wording.when, slot))
        if caller.heard(READ_BACK):
            await caller.agree()
            return slot
    raise AssertionError(f"nothing could be booked:\n{caller.played}")

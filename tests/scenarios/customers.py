"""A caller who has said all but the yes, and what the shop's database says of it."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Literal

import asyncpg

from callcenter.ports import Language
from tests.scenarios.callers import DONE, FIRST, NOT_DONE, UNSURE, Caller
from tests.scenarios.store_state import Slot, StoreState

Action = Literal["confirm", "book", "move", "cancel"]
ACTIONS: tuple[Action, ...] = ("confirm", "book", "move", "cancel")
STATION = "kharkiv-saltivka"
NOTED = {"confirm": "order_confirmed", "book": "fitting_booked", "move": "fitting_moved", "cancel": "fitting_cancelled"}
APOLOGY: Mapping[Language, str] = {
    "en": r"cannot check",
    "uk": r"не можу (зараз )?перевірити",
    "ru": r"не могу (сейчас )?проверить",
}
TOLD = {"done": DONE, "not done": NOT_DONE, "unsure": UNSURE, "no answer": APOLOGY}
DOUBT: Mapping[Language, str] = {"en": "it is not known", "uk": "невідомо", "ru": "неизвестно"}
NOT_PLACED: Mapping[Language, str] = {"en": "not placed yet", "uk": "ще не оформлено", "ru": "ещё не оформлен"}

_PLACED = """
SELECT order_number FROM store.orders WHERE customer_phone = $1 AND confirmed_at IS NOT NULL AND status <> 'cancelled'
"""
_BOOKED = "SELECT id, day, start, status FROM store.fitting_bookings WHERE customer_phone = $1"
_NOTED = "SELECT count(*) FROM store.audit_log WHERE action = $1 AND call_id = ANY($2)"
_WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


@dataclass
class Customer:
    caller: Caller
    action: Action
    before: Slot | None = None
    """Of the booking that is to be moved or cancelled."""
    wanted: Slot | None = None

    async def prepare(self, state: StoreState) -> None:
        """Everything but the yes."""
        caller = self.caller
        if self.before is not None:
            await self._have_booked(state, self.before)
        match self.action:
            case "confirm":
                await caller.ready_to_order()
            case "book":
                await caller.ready_to_book(_given(self.wanted))
            case "move":
                await caller.ready_to_move(_given(self.wanted))
            case "cancel":
                await caller.ready_to_cancel()

    async def _have_booked(self, state: StoreState, slot: Slot) -> None:
        asked = {"station_id": slot.station, "date": f"{slot.day}", "time": f"{slot.at:%H:%M}"}
        asked |= {"service_type": "tire_change", "customer_phone": self.caller.phone, "call_id": "an earlier one"}
        async with state.running.http() as http:
            (await http.post("/fitting/bookings", json=asked)).raise_for_status()

    @property
    def told(self) -> str:
        """One of TOLD, by the last answer."""
        found = [name for name, words in TOLD.items() if self.caller.heard(words)]
        assert len(found) == 1, f"{found}: {self.caller.played}"
        return found[0]

    async def is_done(self, state: StoreState) -> bool:
        """Once: never twice."""
        phone, database = self.caller.phone, state.database
        async with database.transaction(isolation="repeatable_read", readonly=True):  # all of one moment
            placed = await database.fetch(_PLACED, phone)
            booked = await database.fetch(_BOOKED, phone)
            noted: int = await database.fetchval(_NOTED, NOTED[self.action], self.caller.calls)
        if self.action == "confirm":
            done = bool(placed)
        elif self.action == "cancel":
            done = [one["status"] for one in booked] == ["cancelled"]
        else:
            done = [(one["day"], one["start"]) for one in booked] == [(_given(self.wanted).day, _given(self.wanted).at)]
        assert len(placed) + len(booked) <= 1, "two of them"
        assert noted == done, f"{self.action} is noted {noted} times"
        return done

    def check_handed_over(self) -> None:
        """The operator knows what is not known, and reads nothing that may be untrue."""
        played, language = self.caller.played, self.caller.language
        assert played.ended == "transfer component_failure", played
        assert DOUBT[language] in played.summary, played.summary
        assert NOT_PLACED[language] not in played.summary, played.summary

    async def check_told_later(self, state: StoreState) -> None:
        """Calling again, they hear how it is."""
        caller, done = self.caller, await self.is_done(state)
        caller.call_again()
        if self.action == "confirm":
            text = await caller.says(caller.wording.own_orders)
            numbers: list[Any] = [row["order_number"] for row in await state.database.fetch(_PLACED, caller.phone)]
            assert len(numbers) == done
            assert all(number in re.sub(r"\D", "", text) for number in numbers), caller.played
            return
        text = await caller.says(caller.wording.own_bookings)
        kept = self.wanted if done else self.before
        there = {"book": done, "move": True, "cancel": not done}[self.action]
        assert (kept is not None and f"{kept.at:%H:%M}" in text) is there, caller.played


async def customer_of(caller: Caller, action: Action, state: StoreState, used: list[Slot]) -> Customer:
    """With times of their own."""
    customer = Customer(caller, action)
    if action in ("move", "cancel"):
        customer.before = await _new_slot(state, used)
    if action in ("book", "move"):
        customer.wanted = await _new_slot(state, used)
    return customer


@asynccontextmanager
async def others_first(state: StoreState) -> AsyncIterator[None]:
    """Whatever callers agree to waits meanwhile, in the middle of being done."""
    others = await asyncpg.connect(state.running.database_url)
    try:
        async with others.transaction():
            await others.execute("SELECT FROM store.stock WHERE tire_id = $1 FOR UPDATE", FIRST)
            await others.execute("SELECT FROM store.fitting_stations WHERE id = $1 FOR NO KEY UPDATE", STATION)
            yield
    finally:
        await others.close()


async def so_many_wait(many: int, state: StoreState) -> bool:
    waiting: int = await state.database.fetchval(_WAITING)
    return waiting == many


async def until(so: Callable[[], Awaitable[bool]]) -> None:
    while not await so():  # noqa: ASYNC110  it is the database's to know
        await asyncio.sleep(0.02)


async def _new_slot(state: StoreState, used: list[Slot]) -> Slot:
    used.append(await state.free_slot({"station": STATION, "weekdays": 3 + len(used) % 6}, used))
    return used[-1]


def _given(slot: Slot | None) -> Slot:
    assert slot is not None
    return slot

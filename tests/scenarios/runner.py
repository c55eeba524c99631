"""Holds a scenario's conversation in writing, as `callcenter chat` does, and notes what was said and done."""

import datetime as dt
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from callcenter.ports import (
    Agent,
    AgentSession,
    CallbackPromised,
    CallerSaid,
    CallInfo,
    HangupRequested,
    Language,
    Said,
    ToolFinished,
    TransferRequested,
)
from callcenter.shop import Shop
from callcenter.text_normalization import verbalize
from tests.scenarios.scenario import Scenario
from tests.scenarios.spoken import in_groups, spelled, spoken_day, spoken_hour
from tests.scenarios.store_state import Slot, StoreState, new_phone

KEYPAD = "#"


@dataclass
class Answer:
    """To one turn of the caller's."""

    caller: str
    expected: Mapping[str, Any]
    text: str = ""
    tools: list[ToolFinished] = field(default_factory=list)
    placed: int = 0
    """Orders of this number's calls that are placed, after it."""
    booked: int = 0
    """Bookings of theirs, cancelled ones too."""


@dataclass
class Played:
    phone: str
    variables: dict[str, Any]
    others: str = ""
    """StoreState.of_others, before the first word."""
    calls: list[str] = field(default_factory=list)
    """Ids."""
    answers: list[Answer] = field(default_factory=list)
    given_up: list[ToolFinished] = field(default_factory=list)
    """What was done in the shop when the caller had hung up."""
    callbacks: int = 0
    summary: str = ""
    """What the operator was told."""
    ended: str = ""
    """ "hangup", "transfer <reason>", or "" where the caller hangs up."""

    def __str__(self) -> str:
        """For whoever wants to know what went wrong."""
        return "\n".join(
            line
            for answer in self.answers
            for line in (
                f"> {answer.caller}",
                *(f"  {tool.tool_name} {dict(tool.arguments)} {tool.error or ''}" for tool in answer.tools),
                f"  {answer.text}",
            )
        )


async def play(scenario: Scenario, agent: Agent, state: StoreState, shop: Shop, *, to_the_end: bool = True) -> Played:
    """Not `to_the_end`: the call may end before the caller has said all that he has to say."""
    await state.restore()
    phone = new_phone()
    played = Played(phone, await known_to(scenario, state, phone), await state.of_others([], phone))
    caller = None if scenario.data.get("withheld") else phone
    session, down = open_call(scenario.language, agent, caller, played), False
    try:
        for turn in scenario.data["turns"]:
            expected = {"caller": turn} if isinstance(turn, str) else turn
            if "store" in expected:
                down = expected["store"] == "down"
                await state.fail(down=down)
            elif "call" in expected:
                await hang_up(session, played)
                session = open_call(scenario.language, agent, caller, played)
            else:
                if played.ended and not to_the_end:
                    break
                assert not played.ended, f"the call has ended ({played.ended}) before: {expected['caller']}"
                line = filled(expected["caller"], played.variables)
                as_heard = line != expected["caller"] and not line.startswith(KEYPAD) and not expected.get("written")
                if as_heard:  # figures too
                    line = verbalize(line, scenario.language, shop.lexicon(scenario.language))
                await take_turn(session, line, expected, scenario.language, played)
                await _look(played, state)
        await hang_up(session, played)
    finally:
        if down:
            await state.fail(down=False)
    return played


def filled(value: Any, variables: Mapping[str, Any]) -> Any:
    """With the scenario's variables in the places of {…}."""
    match value:
        case str():
            for name, known in variables.items():
                value = value.replace("{" + name + "}", str(known))
            return value
        case dict():
            return {key: filled(part, variables) for key, part in value.items()}
        case list():
            return [filled(part, variables) for part in value]
        case _:
            return value


def open_call(language: Language, agent: Agent, caller: str | None, played: Played) -> AgentSession:
    call = CallInfo(uuid4(), dt.datetime.now(dt.UTC), caller, None, language)
    played.calls.append(str(call.call_id))
    played.ended = ""
    session = agent.open(call)
    session.heard(session.greet())
    return session


async def hang_up(session: AgentSession, played: Played) -> None:
    """As a live call ends: an operator goes on with what is open, and nobody else does."""
    if not played.ended.startswith("transfer"):
        played.given_up += await session.give_up()


async def take_turn(
    session: AgentSession, line: str, expected: Mapping[str, Any], language: Language, played: Played
) -> None:
    keyed = line.startswith(KEYPAD)
    said = CallerSaid(line.removeprefix(KEYPAD), language, rejected=bool(expected.get("rejected")), keyed=keyed)
    answer = Answer(line, expected)
    played.answers.append(answer)
    async with aclosing(session.respond(said)) as acts:
        async for act in acts:
            match act:
                case Said(text):
                    answer.text += text
                case ToolFinished():
                    answer.tools.append(act)
                case CallbackPromised():
                    played.callbacks += 1
                case TransferRequested(reason, summary):
                    played.ended, played.summary = f"transfer {reason}", summary
                case HangupRequested():
                    played.ended = "hangup"
                case _:
                    pass
    session.heard(answer.text)


async def _look(played: Played, state: StoreState) -> None:
    answer, orders = played.answers[-1], await state.orders(played.calls)
    answer.placed = sum(order["confirmed_at"] is not None for order in orders)
    answer.booked = len(await state.bookings(played.calls))


async def known_to(scenario: Scenario, state: StoreState, phone: str) -> dict[str, Any]:
    """What the lines and the expectations may name: {phone}, {1.number}, {a.day}, {a.time} and so on."""
    known: dict[str, Any] = {"phone": phone, "phone.keys": phone.removeprefix("+")}
    for position, given in enumerate(scenario.data.get("orders", ()), start=1):
        order = await state.had_before(given, phone, position)
        number, last = order.number, order.phone[-4:]
        known |= {
            f"{position}.id": order.id,
            f"{position}.number": number,
            f"{position}.first": number[:3],
            f"{position}.last": in_groups(number[3:], 3, scenario.language),
            f"{position}.slowly": spelled(number, scenario.language),
            f"{position}.digits": ", ".join(number),
            f"{position}.grouped": f"{number[:3]}, {number[3:]}",
            f"{position}.keys": last,
            f"{position}.phone": in_groups(last, 2, scenario.language),
            f"{position}.wrong": in_groups(f"{(int(last[:2]) + 1) % 90 + 10}{last[2:]}", 2, scenario.language),
            f"{position}.end": number[-1],
            f"{position}.misheard": number[:-1] + str((int(number[-1]) + 3) % 10),
        }
    slots: list[Slot] = []
    for name, given in scenario.data.get("slots", {}).items():
        slot = await state.free_slot(given, slots)
        slots.append(slot)
        known |= {
            name: slot,
            f"{name}.day": spoken_day(slot.day, scenario.language),
            f"{name}.date": slot.day.isoformat(),
            f"{name}.time": f"{slot.at:%H:%M}",
            f"{name}.weekday": f"{slot.day:%A}".lower(),
            f"{name}.hour": spoken_hour(slot.at),
        }
        if given.get("booked") == "another":
            known[f"{name}.booking"] = await state.booked_before(slot)
    return known

"""What the tests of agents share: a shop, a call, and a way to talk."""

from collections.abc import Iterable
from contextlib import aclosing
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import TypeVar
from uuid import UUID

from callcenter.agent.tools import Toolbox, create_toolbox
from callcenter.dialogue import agreement
from callcenter.dialogue.engine import Rules
from callcenter.ports import AgentAct, AgentSession, CallerSaid, CallInfo, FirstToken, Language, ModelAsked, Said
from callcenter.shop import Shop
from store_client.fake import FakeStore

NOW = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
"""A Monday: the shop is open."""
CALLER = "+380671234567"
A = TypeVar("A")


@cache
def shop() -> Shop:
    return Shop.load(Path(__file__).parents[3] / "shops/tires")


@cache
def rules() -> Rules:
    return Rules(shop())


def toolbox(store: FakeStore | None = None) -> Toolbox:
    return create_toolbox(
        store or FakeStore(), shop(), partial(agreement.agrees, rules().understanding), now=lambda: NOW
    )


def cancels(said: CallerSaid) -> bool:
    return agreement.cancels(rules().understanding, said)


def call(language: Language = "en", caller_id: str | None = CALLER) -> CallInfo:
    return CallInfo(UUID(int=1), NOW, caller_id, "+380441234567", language)


def told(act: AgentAct) -> bool:
    """Not a note about the course of the work."""
    return not isinstance(act, ModelAsked | FirstToken)


async def answer(session: AgentSession, said: str | CallerSaid, *, heard: str | None = None) -> list[AgentAct]:
    """One turn, heard to its end unless told otherwise."""
    turn = CallerSaid(said) if isinstance(said, str) else said
    acts: list[AgentAct] = []
    try:
        async with aclosing(session.respond(turn)) as stream:
            async for act in stream:
                if told(act):
                    acts.append(act)  # noqa: PERF401  what came before an error was heard too
    finally:
        session.heard(words(acts) if heard is None else heard)
    return acts


async def interrupted(session: AgentSession, said: str, after: int) -> list[AgentAct]:
    """The caller takes the turn after so many acts, having heard what was said by then."""
    acts: list[AgentAct] = []
    async with aclosing(session.respond(CallerSaid(said))) as stream:
        async for act in stream:
            if told(act):
                acts.append(act)
            if len(acts) == after:
                break
    session.heard(words(acts))
    return acts


def words(acts: Iterable[AgentAct]) -> str:
    return "".join(act.text for act in acts if isinstance(act, Said))


def only(kind: type[A], acts: Iterable[AgentAct]) -> list[A]:
    return [act for act in acts if isinstance(act, kind)]

"""The chat itself: lines in, the agent's acts out. Input is read in the main thread, between the turns."""

import asyncio
import sys
from collections.abc import Iterable, Iterator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum, auto
from uuid import uuid4

import structlog

from callcenter.agent.choose import create_agent, store_names
from callcenter.chat.store import store_url
from callcenter.chat.transcript import Transcript
from callcenter.config import Settings
from callcenter.errors import AgentError
from callcenter.llm.openai_api import create_models
from callcenter.ports import (
    Agent,
    AgentSession,
    CallerSaid,
    CallInfo,
    HangupRequested,
    Language,
    Said,
    TransferRequested,
)
from callcenter.shop import Shop
from store_client.client import StoreClient

PROMPT = "> "
KEYPAD = "#"


def converse(settings: Settings, caller: str | None, say: Iterable[str] | None, transcript: Transcript) -> bool:
    """Chat until one side ends it. False when a turn could not be answered by anybody."""
    # what goes wrong is shown as part of the conversation; the log would stand in between
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger("critical"))
    shop = Shop.load(settings.shop)
    typed_here = say is None and sys.stdin.isatty()
    step = _Next.GO_ON
    with store_url(settings, transcript.note) as url, asyncio.Runner() as runner:
        chat = runner.run(_open(settings, shop, url, caller))
        try:
            transcript.greeting(chat.session.greet())
            chat.session.heard(chat.session.greet())
            for line in _lines(say, typed_here):
                transcript.caller(line, typed_here=typed_here)
                step = runner.run(_turn(chat.session, _said(line, settings.language), transcript))
                if step is not _Next.GO_ON:
                    return step is not _Next.FAILED
        finally:
            runner.run(chat.aclose(handed_over=step is _Next.HANDED_OVER))
    return True


class _Next(Enum):
    GO_ON = auto()
    END = auto()
    HANDED_OVER = auto()
    FAILED = auto()


@dataclass(frozen=True, slots=True)
class _Chat:
    agent: Agent
    store: StoreClient
    session: AgentSession

    async def aclose(self, *, handed_over: bool) -> None:
        if not handed_over:
            await self.session.give_up()
        await self.agent.aclose()
        await self.store.aclose()


async def _open(settings: Settings, shop: Shop, url: str, caller: str | None) -> _Chat:
    language = settings.language
    store = StoreClient(
        url,
        settings.store.api_key.get_secret_value(),
        timeout_s=settings.store.timeout_ms / 1000,
        language="en" if language == "en" else "uk",
    )
    agent = create_agent(settings, shop, store, create_models(settings.llm), names=await store_names(store))
    return _Chat(agent, store, agent.open(CallInfo(uuid4(), datetime.now(UTC), caller, None, language)))


def _lines(say: Iterable[str] | None, typed_here: bool) -> Iterator[str]:
    if say is not None:
        yield from say
    elif not typed_here:
        yield from (line for line in map(str.strip, sys.stdin) if line)
    else:
        import readline  # noqa: F401  gives input() its editing keys

        while True:
            try:
                line = input(PROMPT).strip()
            except EOFError:
                print()
                return
            if line:
                yield line


def _said(line: str, language: Language) -> CallerSaid:
    if line.startswith(KEYPAD):
        return CallerSaid(line.removeprefix(KEYPAD).strip(), language, keyed=True)
    return CallerSaid(line, language)


async def _turn(session: AgentSession, said: CallerSaid, transcript: Transcript) -> _Next:
    answer, step, error = "", _Next.GO_ON, None
    try:
        async with aclosing(session.respond(said)) as acts:
            async for act in acts:
                transcript.act(act)
                if isinstance(act, Said):
                    answer += act.text
                elif isinstance(act, TransferRequested):
                    step = _Next.HANDED_OVER
                elif isinstance(act, HangupRequested):
                    step = _Next.END
    except AgentError as failure:
        step, error = _Next.FAILED, failure.kind
    session.heard(answer)
    transcript.turn_ended(error)
    return step

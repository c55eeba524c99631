"""What the tests of a session share: a whole call over fakes of its ports, in virtual time."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TypeVar
from uuid import UUID

from callcenter.config import Settings
from callcenter.pipeline.session import Parts, serve_call
from callcenter.ports import (
    CallInfo,
    Expectation,
)
from callcenter.records import (
    CallEnded,
    EventRecorded,
    Record,
    TurnRecorded,
)
from callcenter.shop import Shop
from tests.fakes.parts import (
    FakeAgent,
    FakeDetector,
    FakeJournal,
    FakeLine,
    FakeRecognizer,
    FakeRegistry,
    FakeSynthesizer,
    Script,
)
from tests.fakes.virtual_time import run

CALL = CallInfo(UUID(int=7), datetime(2026, 11, 20, tzinfo=UTC), "+380671234567", "100", "en")
LONG = "This is a long answer that takes a good while to be spoken. And it has a second sentence to it."
R = TypeVar("R", bound=Record)


@dataclass
class Call:
    line: FakeLine
    recognizer: FakeRecognizer
    agent: FakeAgent
    synthesizer: FakeSynthesizer
    journal: FakeJournal = field(default_factory=FakeJournal)
    registry: FakeRegistry = field(default_factory=FakeRegistry)

    async def ask(self, text: str, speech_ms: int = 800) -> None:
        """The caller says something; returns at the end of the words."""
        self.recognizer.says.append(text)
        await self.line.speak(speech_ms)

    def records(self, kind: type[R]) -> list[R]:
        return [record for record in self.journal.records if isinstance(record, kind)]

    def turns(self) -> dict[int, TurnRecorded]:
        return {turn.turn_number: turn for turn in self.records(TurnRecorded)}

    def events(self) -> list[str]:
        return [event.kind for event in self.records(EventRecorded)]

    @property
    def end(self) -> CallEnded:
        (end,) = self.records(CallEnded)
        return end


def converse(
    caller: Callable[[Call], Awaitable[None]],
    script: Script | None = None,
    synthesizer: FakeSynthesizer | None = None,
    settings: Settings | None = None,
    expectation: Expectation | None = None,
    recognizer: FakeRecognizer | None = None,
) -> Call:
    """Serve one call to `caller`, who hangs up when done if nobody else has."""

    async def main() -> Call:
        call = Call(
            FakeLine(), recognizer or FakeRecognizer(), FakeAgent(script or {}), synthesizer or FakeSynthesizer()
        )
        if expectation is not None:
            call.agent.next_expectation = expectation
        parts = Parts(
            FakeDetector(),
            call.recognizer,
            call.synthesizer,
            call.agent,
            shop(),
            call.journal,
            call.registry,
            settings or Settings(),
        )
        session = asyncio.create_task(serve_call(parts, CALL, call.line))
        await caller(call)
        if not session.done():
            call.line.close()
        await asyncio.wait_for(session, 60)
        assert call.recognizer.open_sessions == 0
        return call

    return run(main())


@lru_cache
def shop() -> Shop:
    return Shop.load(Path("shops/tires"))


async def greeted(call: Call) -> None:
    await asyncio.sleep(1.5)

"""Fakes of the ports: what a session needs, scripted by the test and exact in virtual time."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from callcenter.audio import FRAME_MS, frame_bytes
from callcenter.errors import EngineError
from callcenter.ports import (
    Activity,
    AgentAct,
    CallerSaid,
    CallInfo,
    DigitReceived,
    Expectation,
    Language,
    LineClosed,
    LineInput,
    NextStep,
    Said,
    ToolFinished,
    Transcript,
    Voice,
)
from callcenter.records import Found, Record

LOUD = b"\x00\x20" * 160
QUIET = bytes(320)


class FakeLine:
    """A caller who speaks when the test says so. What the agent sends is kept, one entry a frame."""

    rate_hz = 8000

    def __init__(self) -> None:
        self.heard: list[tuple[float, bool]] = []
        """When each frame came, and whether it was audible."""
        self.hung_up = False
        self._inputs: asyncio.Queue[LineInput] = asyncio.Queue()
        self._playing: asyncio.Task[None] | None = None
        self._mouth_open = False
        self._mouth = asyncio.create_task(self._talk())

    async def _talk(self) -> None:
        while True:
            self._inputs.put_nowait(LOUD if self._mouth_open else QUIET)
            await asyncio.sleep(FRAME_MS / 1000)

    async def speak(self, ms: int) -> None:
        self._mouth_open = True
        await asyncio.sleep(ms / 1000)
        self._mouth_open = False

    def press(self, digit: str) -> None:
        self._inputs.put_nowait(DigitReceived(digit))

    def close(self) -> None:
        self._mouth.cancel()
        self._inputs.put_nowait(LineClosed())

    async def receive(self) -> LineInput:
        return await self._inputs.get()

    def receive_waiting(self) -> bytes:
        return b""

    def start_playing(self, next_frame: Callable[[], bytes]) -> None:
        self._playing = asyncio.create_task(self._play(next_frame))

    async def _play(self, next_frame: Callable[[], bytes]) -> None:
        while True:
            frame = next_frame()
            assert len(frame) == frame_bytes(self.rate_hz)
            self.heard.append((asyncio.get_running_loop().time(), any(frame)))
            await asyncio.sleep(FRAME_MS / 1000)

    async def hang_up(self) -> None:
        self.hung_up = True
        self._mouth.cancel()
        if self._playing is not None:
            self._playing.cancel()

    def audible_ms(self, since_s: float = 0.0) -> int:
        return FRAME_MS * sum(loud for at, loud in self.heard if at >= since_s)


class FakeVoice:
    """Every loud frame is speech."""

    window_ms = FRAME_MS

    async def feed(self, pcm: bytes, *, urgent: bool = True) -> Sequence[Activity]:
        return [Activity(0.95, -12) if any(pcm) else Activity(0.01, -96)]

    def reset(self) -> None:
        pass


class FakeDetector:
    async def start(self) -> None:
        pass

    def open(self, rate_hz: Literal[8000, 16000]) -> FakeVoice:
        return FakeVoice()

    async def aclose(self) -> None:
        pass


@dataclass
class FakeRecognizer:
    """Understands, one after the other, what the test says that the caller says ("" for noise, "?" for rejected). A
    list is one turn with pauses: what is understood in each of them, and at the end."""

    name = "fake"
    says: list[str | EngineError | list[str]] = field(default_factory=list)
    recognized: int = 0
    """Turns so far."""
    latency_ms: int = 20
    expectations: list[Expectation] = field(default_factory=list)
    open_sessions: int = 0

    async def start(self) -> None:
        pass

    def open(self, call_id: UUID, rate_hz: Literal[8000, 16000], language: Language) -> "FakeRecognitionSession":
        self.open_sessions += 1
        return FakeRecognitionSession(self)

    async def aclose(self) -> None:
        pass


@dataclass
class FakeTurn:
    """One turn of the caller's, however often it is recognized."""

    number: int | None = None
    """Which of the recognizer's `says`; settled when it is recognized for the first time."""
    tries: int = 0


@dataclass
class FakeRecognitionSession:
    recognizer: FakeRecognizer
    turn: FakeTurn = field(default_factory=FakeTurn)

    def begin(self, expectation: Expectation, *, continues: bool = False) -> "FakeUtterance":
        self.recognizer.expectations.append(expectation)
        if not continues:
            self.turn = FakeTurn()
        return FakeUtterance(self.recognizer, self.turn)

    async def aclose(self) -> None:
        self.recognizer.open_sessions -= 1


@dataclass
class FakeUtterance:
    recognizer: FakeRecognizer
    turn: FakeTurn
    audio_bytes: int = 0

    def feed(self, pcm: bytes) -> None:
        self.audio_bytes += len(pcm)

    async def finish(self) -> Transcript:
        said = self._next()
        await asyncio.sleep(self.recognizer.latency_ms / 1000)
        if isinstance(said, EngineError):
            raise said
        return Transcript(
            text="" if said == "?" else said,
            language="en",
            confidence=0.9,
            audio_ms=self.audio_bytes // 16,
            latency_ms=self.recognizer.latency_ms,
            backend="fake",
            rejected=said == "?",
        )

    def _next(self) -> str | EngineError:
        if self.turn.number is None:
            self.turn.number = self.recognizer.recognized
            self.recognizer.recognized += 1
        said = self.recognizer.says[self.turn.number]
        self.turn.tries += 1
        return said[min(self.turn.tries, len(said)) - 1] if isinstance(said, list) else said

    def cancel(self) -> None:
        pass


@dataclass
class FakeSpeech:
    text: str
    error: EngineError | None
    rate_hz: int = 8000
    cached: bool = False

    async def __aiter__(self) -> AsyncGenerator[bytes, None]:
        await asyncio.sleep(0.01)
        if self.error is not None:
            raise self.error
        yield b"\x00\x10" * (8 * MS_A_CHARACTER * len(self.text))


MS_A_CHARACTER = 60


@dataclass
class FakeSynthesizer:
    """A tone of 60 ms for each character."""

    name = "fake"
    error: EngineError | None = None
    spoken: list[str] = field(default_factory=list)

    async def start(self) -> None:
        pass

    def speak(self, text: str, voice: Voice) -> FakeSpeech:
        self.spoken.append(text)
        return FakeSpeech(text, self.error)

    async def aclose(self) -> None:
        pass


Script = dict[str, Iterable[AgentAct | EngineError | float]]


@dataclass
class FakeAgent:
    """Answers by a script: for each text of the caller the acts to do, an error to raise, or seconds to think."""

    script: Script
    name = "fake"
    said: list[CallerSaid] = field(default_factory=list)
    heard_texts: list[str] = field(default_factory=list)
    next_expectation: Expectation = field(default_factory=Expectation)
    found: Found = field(default_factory=Found)
    left_open: Sequence[ToolFinished] = ()
    """Tools that run still when the call ends."""
    left_open_s: float = 0.0
    """For so long."""
    open_order: Sequence[ToolFinished] = ()
    """What is done in the shop when it is given up."""

    async def unreported(self) -> Sequence[ToolFinished]:
        if self.left_open_s:
            await asyncio.sleep(self.left_open_s)
        return self.left_open

    def open(self, call: CallInfo) -> "FakeAgentSession":
        return FakeAgentSession(self)

    async def aclose(self) -> None:
        pass


@dataclass
class FakeAgentSession:
    agent: FakeAgent

    def greet(self) -> str:
        return "Hello."

    async def respond(self, said: CallerSaid) -> AsyncGenerator[AgentAct, None]:
        self.agent.said.append(said)
        for act in self.agent.script.get(said.text, [Said("Pardon?")]):
            if isinstance(act, float):
                await asyncio.sleep(act)
            elif isinstance(act, EngineError):
                raise act
            else:
                yield act

    def heard(self, text: str) -> None:
        self.agent.heard_texts.append(text)

    def expectation(self) -> Expectation:
        return self.agent.next_expectation

    def checkpoint(self) -> Callable[[], None]:
        said, heard = len(self.agent.said), len(self.agent.heard_texts)

        def undo() -> None:
            del self.agent.said[said:], self.agent.heard_texts[heard:]

        return undo

    def summary(self) -> str:
        return "wants tires"

    def found(self) -> Found:
        return self.agent.found

    async def unreported(self) -> Sequence[ToolFinished]:
        return await self.agent.unreported()

    async def give_up(self) -> Sequence[ToolFinished]:
        return self.agent.open_order


@dataclass
class FakeJournal:
    records: list[Record] = field(default_factory=list)

    def write(self, record: Record) -> None:
        self.records.append(record)

    async def flush(self) -> None:
        pass

    async def aclose(self) -> None:
        pass


@dataclass
class FakeRegistry:
    next: dict[UUID, NextStep] = field(default_factory=dict)
    shown: dict[UUID, str] = field(default_factory=dict)
    """What the operator's phone is to show."""
    released: list[UUID] = field(default_factory=list)

    async def admit(self, call_id: UUID, peer: str) -> CallInfo:
        raise NotImplementedError

    def decide_next(self, call_id: UUID, step: NextStep, handover: str = "") -> None:
        self.next[call_id] = step
        self.shown[call_id] = handover

    def release(self, call_id: UUID) -> None:
        self.released.append(call_id)

"""An AudioSocket server on a free port, handlers for it, and peers of all manners."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID, uuid4

from prometheus_client import REGISTRY

from callcenter.audiosocket.client import AudioSocketClient, Heard, LineEnded, connect
from callcenter.audiosocket.server import AudioSocketServer, Handle
from callcenter.config import AudioSocketSettings
from callcenter.errors import CallRefused, RefusalReason
from callcenter.ports import CallInfo, CallLine, DigitReceived, LineClosed, NextStep

SILENCE = bytes(320)
TONE = b"\x00\x20" * 160


@dataclass
class OpenRegistry:
    """Admits everybody but `refuses`."""

    refuses: RefusalReason | None = None
    next: dict[UUID, list[NextStep]] = field(default_factory=dict)
    released: list[UUID] = field(default_factory=list)

    async def admit(self, call_id: UUID, peer: str) -> CallInfo:
        if self.refuses is not None:
            raise CallRefused(self.refuses)
        return CallInfo(call_id, datetime.now(UTC), None, None, "en")

    def decide_next(self, call_id: UUID, step: NextStep, handover: str = "") -> None:
        self.next.setdefault(call_id, []).append(step)

    def release(self, call_id: UUID) -> None:
        self.released.append(call_id)


@dataclass
class Echo:
    """Plays silence from the start, and keeps all that it hears until the line closes."""

    calls: list[CallInfo] = field(default_factory=list)
    lines: list[CallLine] = field(default_factory=list)
    audio: list[bytes] = field(default_factory=list)
    digits: str = ""
    closed: int = 0
    frame: bytes | None = None

    async def __call__(self, call: CallInfo, line: CallLine) -> None:
        self.calls.append(call)
        self.lines.append(line)
        frame = self.frame or bytes(line.rate_hz // 50 * 2)
        line.start_playing(lambda: frame)
        while True:
            match await line.receive():
                case bytes(pcm):
                    self.audio.append(pcm)
                case DigitReceived(digit):
                    self.digits += digit
                case LineClosed():
                    self.closed += 1
                    return


@asynccontextmanager
async def serving(
    handle: Handle, registry: OpenRegistry | None = None, **settings: object
) -> AsyncIterator[AudioSocketServer]:
    values = AudioSocketSettings.model_validate({"port": 0, **settings})
    server = AudioSocketServer(values, registry or OpenRegistry(), handle)
    await server.start()
    try:
        yield server
    finally:
        await server.aclose()


@asynccontextmanager
async def calling(
    server: AudioSocketServer, *, rate_hz: int = 8000, sending: bool = True, call_id: UUID | None = None
) -> AsyncIterator[AudioSocketClient]:
    client = await connect("127.0.0.1", server.port, call_id or uuid4(), rate_hz, sending=sending)
    try:
        yield client
    finally:
        client.close()


async def hear(client: AudioSocketClient, frames: int, within_s: float = 5) -> list[Heard]:
    heard: list[Heard] = []
    async with asyncio.timeout(within_s):
        while len(heard) < frames:
            received = await client.receive()
            assert isinstance(received, Heard), f"ended after {len(heard)} frames"
            heard.append(received)
    return heard


async def hear_end(client: AudioSocketClient, within_s: float = 5) -> LineEnded:
    async with asyncio.timeout(within_s):
        while True:
            received = await client.receive()
            if isinstance(received, LineEnded):
                return received


async def send_raw(server: AudioSocketServer, data: bytes, within_s: float = 5) -> bytes:
    """Send bytes, then read until the server closes; what it said."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(data)
    answer = b""
    async with asyncio.timeout(within_s):
        with suppress(ConnectionResetError):
            while piece := await reader.read(4096):
                answer += piece
                if answer.endswith(b"\0\0\0") and len(answer) % 323 == 3:  # as Asterisk: it closes when told so
                    break
    writer.close()
    with suppress(ConnectionResetError, BrokenPipeError):
        await writer.wait_closed()
    return answer


def sample(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(f"callcenter_{name}", labels) or 0.0


async def until(condition: object, within_s: float = 3) -> None:
    """Wait until `condition()` is true."""
    assert callable(condition)
    deadline_s = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline_s, "it did not come about"
        await asyncio.sleep(0.005)

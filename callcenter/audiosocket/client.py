"""Asterisk's part of an AudioSocket call: for the phone in the terminal and for tests.

As unforgiving as Asterisk: what would kill a call there raises ProtocolError here.
"""

import asyncio
import socket
import struct
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import cast
from uuid import UUID

from callcenter.audio import LINE_RATE_HZ, frame_bytes
from callcenter.audiosocket.pacing import Pacer
from callcenter.audiosocket.protocol import (
    AsteriskDecoder,
    AudioArrived,
    HungUp,
    encode_audio,
    encode_digit,
    encode_uuid,
)
from callcenter.errors import ProtocolError

DIGIT_PAUSE_FRAMES = 9
"""No audio arrives during a tone, about 180 ms."""
MAX_UNSENT_FRAMES = 50
CONNECT_TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True)
class Heard:
    """A frame from the server."""

    at_s: float
    """Monotonic clock."""
    rate_hz: int
    pcm: bytes


@dataclass(frozen=True, slots=True)
class LineEnded:
    at_s: float
    by_server: bool
    """The server sent its hang-up; else the connection was lost."""


@dataclass(slots=True)
class Uttered:
    """When something that the caller says goes out. Monotonic clock; None until then."""

    started_at_s: float | None = None
    ended_at_s: float | None = None
    """When its last frame was sent."""


@dataclass(slots=True)
class SendingFigures:
    frames_sent: int = 0
    frames_stalled: int = 0
    """Not sent, since the server had not read for a second."""
    late_s: list[float] = field(default_factory=list)
    """How late each was sent: our own lateness, to be small against what is measured."""


class AudioSocketClient(asyncio.Protocol):
    """One call. A frame goes out every 20 ms from the start: what was given to `say`, else silence."""

    _transport: asyncio.Transport

    def __init__(self, rate_hz: int = LINE_RATE_HZ) -> None:
        self.rate_hz = rate_hz
        self.figures = SendingFigures()
        self._frame_bytes = frame_bytes(rate_hz)
        self._silence = encode_audio(bytes(self._frame_bytes), rate_hz)
        self._sayings: deque[tuple[bytes | None, Uttered]] = deque()
        """A frame for each 20 ms to come, None where nothing is to be sent."""
        self._decoder = AsteriskDecoder()
        self._heard: asyncio.Queue[Heard | LineEnded | ProtocolError] = asyncio.Queue()
        self._pacer = Pacer(observe_late_s=self.figures.late_s.extend)
        self._ended = False

    # ---- sending

    def say(self, pcm: bytes) -> Uttered:
        """Queue speech of any length; a last piece of a frame is filled up with silence."""
        pieces = (pcm[start : start + self._frame_bytes] for start in range(0, len(pcm), self._frame_bytes))
        return self._queue(encode_audio(piece.ljust(self._frame_bytes, b"\0"), self.rate_hz) for piece in pieces)

    def press(self, digits: str) -> Uttered:
        """Queue keys; each silences the line for the time of its tone."""
        return self._queue(frame for digit in digits for frame in (encode_digit(digit), *[None] * DIGIT_PAUSE_FRAMES))

    def _queue(self, frames: Iterable[bytes | None]) -> Uttered:
        uttered = Uttered()
        self._sayings.extend((frame, uttered) for frame in frames)
        return uttered

    @property
    def waiting_frames(self) -> int:
        return len(self._sayings)

    def start_sending(self) -> None:
        self._pacer.add(self._send_frame)

    def _send_frame(self) -> None:
        if self._transport.get_write_buffer_size() > MAX_UNSENT_FRAMES * len(self._silence):
            self.figures.frames_stalled += 1
            return
        frame: bytes | None = self._silence
        if self._sayings:
            frame, uttered = self._sayings.popleft()
            now_s = time.monotonic()
            if uttered.started_at_s is None:
                uttered.started_at_s = now_s
            if not self._sayings or self._sayings[0][1] is not uttered:
                uttered.ended_at_s = now_s
        if frame is not None:
            self.send(frame)
            self.figures.frames_sent += 1

    def send(self, data: bytes) -> None:
        """Bytes as they are, now: for tests of what no telephone sends."""
        if not self._transport.is_closing():
            self._transport.write(data)

    # ---- receiving

    async def receive(self) -> Heard | LineEnded:
        """The next frame, or the end. Raises ProtocolError for what kills a call in Asterisk."""
        heard = await self._heard.get()
        if isinstance(heard, ProtocolError):
            raise heard
        return heard

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def data_received(self, data: bytes) -> None:
        at_s = time.monotonic()
        try:
            for event in self._decoder.feed(data):
                if isinstance(event, AudioArrived):
                    self._heard.put_nowait(Heard(at_s, event.rate_hz, event.pcm))
                elif isinstance(event, HungUp):
                    self._end(by_server=True)
        except ProtocolError as error:
            self._heard.put_nowait(error)
            self._end(by_server=False)

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(by_server=False)

    def _end(self, *, by_server: bool) -> None:
        """Asterisk closes at once after a hang-up, and the dialplan goes on."""
        if not self._ended:
            self._ended = True
            self._heard.put_nowait(LineEnded(time.monotonic(), by_server))
            self.close()

    # ---- the end

    def close(self) -> None:
        """The caller hangs up: EOF, as Asterisk does it."""
        self._pacer.remove(self._send_frame)
        self._pacer.close()
        self._transport.close()

    def reset(self) -> None:
        """The caller hangs up while something of the server's is unread: ECONNRESET."""
        linger = struct.pack("ii", 1, 0)
        self._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self._pacer.remove(self._send_frame)
        self._pacer.close()
        self._transport.abort()


async def connect(
    host: str, port: int, call_id: UUID | None, rate_hz: int = LINE_RATE_HZ, *, sending: bool = True
) -> AudioSocketClient:
    """Call the server: the UUID (None: none, as an unanswered channel), then a frame every 20 ms if `sending`.

    Raises OSError when nobody answers.
    """
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(CONNECT_TIMEOUT_S):
        _, client = await loop.create_connection(lambda: AudioSocketClient(rate_hz), host, port)
    if call_id is not None:
        client.send(encode_uuid(call_id))
    if sending:
        client.start_sending()
    return client

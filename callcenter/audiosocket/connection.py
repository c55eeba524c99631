"""One connection of Asterisk: bytes in, inputs of a call out, and back a frame whenever the pacer says so."""

import asyncio
import socket
import time
from collections.abc import Callable
from typing import assert_never, cast
from uuid import UUID

import structlog

from callcenter import metrics
from callcenter.audio import LINE_RATE_HZ, Resampler, frame_bytes
from callcenter.audiosocket.faults import report_fault
from callcenter.audiosocket.inbox import Inbox
from callcenter.audiosocket.pacing import Pacer
from callcenter.audiosocket.protocol import (
    HANG_UP,
    AudioArrived,
    CallIdentified,
    Decoder,
    DigitArrived,
    Event,
    HungUp,
    encode_audio,
)
from callcenter.errors import ProtocolError
from callcenter.ports import LineInput

WIDE_RATE_HZ = 16000
"""Of lines that send anything but 8 kHz: nothing that listens to speech wants more."""
MAX_UNSENT_FRAMES = 50
HANG_UP_WAIT_S = 2.0
"""So long the peer has to close after our hang-up. Closing first, or with unread data, hangs the caller up."""
RECEIVE_BYTES = 4096
SEND_BUFFER_BYTES = 32768
"""Of the kernel: what waits there is heard late and cannot be taken back when the caller interrupts."""
FLOOD_S = 10.0
"""A peer so far ahead of real time is no telephone, and would take the time of all other calls."""

log = structlog.get_logger(__name__)


class Connection(asyncio.BufferedProtocol):
    """A `ports.CallLine`, and before that what the server needs to make a call of it.

    What arrives waits in the inbox, and one future wakes the call's one task.
    """

    _transport: asyncio.Transport

    def __init__(self, opened: Callable[["Connection"], None], pacer: Pacer, stalled_timeout_s: float) -> None:
        self.peer = ""
        """The address, without port."""
        self.call_id: UUID | None = None
        self.rate_hz = LINE_RATE_HZ
        """8000 or 16000."""
        self.broken = False
        """The line ended by a fault, not by the caller."""
        self.before_hang_up: Callable[[], None] | None = None
        """The last chance to decide where the caller goes: Asterisk asks the moment it sees our hang-up."""
        self._opened = opened
        self._pacer = pacer
        self._stalled_timeout_s = stalled_timeout_s
        self._loop = asyncio.get_running_loop()
        self._lost: asyncio.Future[None] = self._loop.create_future()
        self._wake: asyncio.Future[None] | None = None
        self._buffer = bytearray(RECEIVE_BYTES)
        self._decoder = Decoder()
        self._inbox = Inbox()
        self._resampler: Resampler | None = None
        self._rate_settled = False
        self._peer_rate_hz = LINE_RATE_HZ
        self._next_frame: Callable[[], bytes] | None = None
        self._hung_up = False
        self._watchdog: asyncio.TimerHandle | None = None
        self._opened_at_s = self._event_at_s = time.monotonic()
        self._received_bytes = 0
        self._unread_since_s: float | None = None

    # ---- the transport's side

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self.peer = (transport.get_extra_info("peername") or ("",))[0]
        if (sock := transport.get_extra_info("socket")) is not None:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        self._watchdog = self._loop.call_later(self._stalled_timeout_s, self._watch)
        self._opened(self)

    def get_buffer(self, sizehint: int) -> bytearray:
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        if self._inbox.closed:  # drained, so that our close leaves nothing unread
            return
        try:
            self._check_flood(nbytes)
            for event in self._decoder.feed(memoryview(self._buffer)[:nbytes]):
                self._take(event)
        except ProtocolError as error:
            self._fail(error.kind)

    def eof_received(self) -> bool | None:
        self._end()  # that is how Asterisk says that the caller hung up
        return None  # the transport closes itself

    def connection_lost(self, exc: Exception | None) -> None:
        self._end()  # ECONNRESET too is a caller who hung up, while something of ours was unread
        if self._watchdog is not None:
            self._watchdog.cancel()
        if not self._lost.done():
            self._lost.set_result(None)

    # ---- what arrived

    def _take(self, event: Event) -> None:
        self._event_at_s = time.monotonic()
        match event:
            case CallIdentified():
                self.call_id = event.call_id
            case AudioArrived():
                self._take_audio(event)
            case DigitArrived():
                self._inbox.put_digit(event.digit)
            case HungUp():
                self._end()
            case _:
                assert_never(event)
        self._notify()

    def _take_audio(self, event: AudioArrived) -> None:
        self._peer_rate_hz = event.rate_hz
        if not self._rate_settled:
            self._rate_settled = True
            self.rate_hz = LINE_RATE_HZ if event.rate_hz == LINE_RATE_HZ else WIDE_RATE_HZ
        pcm = event.pcm
        if event.rate_hz != self.rate_hz:
            if self._resampler is None or self._resampler.from_hz != event.rate_hz:
                self._resampler = Resampler(event.rate_hz, self.rate_hz)
            pcm = self._resampler.feed(pcm)
        if pcm and self._inbox.put_audio(pcm):
            metrics.frames_dropped_total.labels(direction="in").inc()

    def _check_flood(self, nbytes: int) -> None:
        self._received_bytes += nbytes
        real_time_s = time.monotonic() - self._opened_at_s
        second_bytes = 50 * frame_bytes(self._peer_rate_hz)
        if self._received_bytes > 1.25 * (real_time_s + FLOOD_S) * second_bytes:
            raise ProtocolError("flood", "audio far ahead of real time")

    def _watch(self) -> None:
        """A peer that sends nothing whole is gone, however open its socket."""
        if self._inbox.closed:
            return
        silent_s = time.monotonic() - self._event_at_s
        if silent_s >= self._stalled_timeout_s:
            self._fail("silent")
        else:
            self._watchdog = self._loop.call_later(self._stalled_timeout_s - silent_s, self._watch)

    def reject(self, kind: str) -> None:
        """Count and log a peer that does what no telephone does: without its content."""
        metrics.connections_rejected_total.labels(kind=kind).inc()
        log.warning("connection rejected", kind=kind, peer=self.peer, call_id=str(self.call_id))

    def _fail(self, kind: str) -> None:
        """It costs this connection alone. The call's task then hangs up in good order, and the dialplan goes on."""
        self.broken = True
        self.reject(kind)
        self._end()
        if kind == "flood":
            self._transport.abort()

    def _end(self) -> None:
        """Nothing more comes from the caller."""
        if not self._inbox.closed:
            self._inbox.close()
            self._stop_playing()
            self._notify()

    # ---- the call's task

    def _notify(self) -> None:
        if self._wake is not None and not self._wake.done():
            self._wake.set_result(None)

    async def _changed(self) -> None:
        self._wake = self._loop.create_future()
        try:
            await self._wake
        finally:
            self._wake = None

    async def identify(self) -> UUID | None:
        """The UUID; None when the peer went away without one, as the channel of an unanswered call does."""
        while self.call_id is None and not self._inbox.closed:
            await self._changed()
        return self.call_id

    async def settle_rate(self, timeout_s: float) -> None:
        """Wait until the caller's first audio has told the rate, or `timeout_s`: then it is 8 kHz.

        A peer that waits for our audio before it sends its own must get it.
        """
        try:
            async with asyncio.timeout(timeout_s):
                while not self._rate_settled and not self._inbox.closed:
                    await self._changed()
        except TimeoutError:
            self._rate_settled = True

    async def receive(self) -> LineInput:
        """One task alone may wait here."""
        while not self._inbox:
            await self._changed()
        return self._inbox.take()

    # ---- what we send

    def start_playing(self, next_frame: Callable[[], bytes]) -> None:
        if self._inbox.closed or self._hung_up:
            return
        if self._next_frame is None:
            self._pacer.add(self._send_frame)
        self._next_frame = next_frame

    def _stop_playing(self) -> None:
        if self._next_frame is not None:
            self._next_frame = None
            self._pacer.remove(self._send_frame)

    def _send_frame(self) -> None:
        if self._next_frame is None:
            return
        try:
            frame = self._encode(self._next_frame())
        except Exception as error:  # of this call alone: the pacer goes on with the others
            report_fault(error, "player", self.call_id)
            self.broken = True
            self._end()
            return
        if self._transport.get_write_buffer_size() > MAX_UNSENT_FRAMES * len(frame):
            self._drop_unread()
        elif not self._transport.is_closing():
            self._unread_since_s = None
            self._transport.write(frame)  # one write: Asterisk gives up when the payload is 5 ms after its header

    def _encode(self, pcm: bytes) -> bytes:
        if len(pcm) != frame_bytes(self.rate_hz):
            raise ValueError(f"{len(pcm)} bytes are no 20 ms at {self.rate_hz} Hz")
        return encode_audio(pcm, self.rate_hz)

    def _drop_unread(self) -> None:
        metrics.frames_dropped_total.labels(direction="out").inc()
        now_s = time.monotonic()
        if self._unread_since_s is None:
            self._unread_since_s = now_s
        elif now_s - self._unread_since_s >= self._stalled_timeout_s:
            self._fail("not_reading")

    async def hang_up(self) -> None:
        self._stop_playing()
        if not self._hung_up:
            self._hung_up = True
            if self.before_hang_up is not None:
                self.before_hang_up()
            if not self._transport.is_closing():
                self._transport.write(HANG_UP)
        try:
            await asyncio.wait([self._lost], timeout=HANG_UP_WAIT_S)
        finally:
            self._close()
        await asyncio.wait([self._lost], timeout=HANG_UP_WAIT_S)  # what we closed is gone a turn of the loop later

    def _close(self) -> None:
        if self._transport.get_write_buffer_size():  # it does not read: an orderly close would wait for it for ever
            self._transport.abort()
        else:
            self._transport.close()

    def abort(self) -> None:
        """Let go at once."""
        self._transport.abort()

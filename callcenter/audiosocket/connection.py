"""One connection of Asterisk: bytes in, inputs of a call out, and back a frame whenever the pacer says so."""

import asyncio
import os
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
    HEADER_BYTES,
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
SEND_BUFFER_BYTES = 32768
"""Of the kernel: what waits there is heard late and cannot be taken back when the caller interrupts."""
FLOOD_S = 10.0
"""A peer so far ahead of real time is no telephone, and would take the time of all other calls."""

WATCHES = 4
"""So often within the timeout a peer is looked after: it costs less than to note the time of each frame."""

log = structlog.get_logger(__name__)


class Connection(asyncio.Protocol):
    """A `ports.CallLine`, and before that what the server needs to make a call of it.

    What arrives waits in the inbox, and one future wakes the call's one task. Nearly all that ever happens here are
    one usual frame in and one frame out, fifty times a second in each call: those two ways are kept short. A plain
    Protocol, since uvloop reads into one buffer for all and calls once, where a BufferedProtocol is called twice.
    """

    __slots__ = (
        "_decoder",
        "_descriptor",
        "_flood_bytes",
        "_hung_up",
        "_inbox",
        "_keep_rate",
        "_loop",
        "_lost",
        "_next_frame",
        "_opened",
        "_opened_at_s",
        "_pacer",
        "_peer_rate_hz",
        "_rate_settled",
        "_received_bytes",
        "_resampler",
        "_silent_watches",
        "_stalled_timeout_s",
        "_taken_as_is",
        "_transport",
        "_unread_since_s",
        "_wake",
        "_watchdog",
        "_writes_at_once",
        "before_hang_up",
        "broken",
        "call_id",
        "peer",
        "rate_hz",
    )
    _transport: asyncio.Transport

    def __init__(
        self,
        opened: Callable[["Connection"], None],
        pacer: Pacer,
        stalled_timeout_s: float,
        *,
        keep_rate: bool = False,
    ) -> None:
        """keep_rate: the line has the peer's rate, whatever it is."""
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
        self._keep_rate = keep_rate
        self._loop = asyncio.get_running_loop()
        self._lost: asyncio.Future[None] = self._loop.create_future()
        self._wake: asyncio.Future[None] | None = None
        self._decoder = Decoder()
        self._inbox = Inbox()
        self._resampler: Resampler | None = None
        self._rate_settled = False
        self._peer_rate_hz = LINE_RATE_HZ
        self._taken_as_is = False
        """Usual frames go into the inbox as they come: nothing to settle, nothing to resample."""
        self._next_frame: Callable[[], bytes] | None = None
        self._hung_up = False
        self._watchdog: asyncio.TimerHandle | None = None
        self._silent_watches = 0
        self._opened_at_s = time.monotonic()
        self._received_bytes = 0
        self._flood_bytes = 0.0
        self._descriptor = -1
        self._writes_at_once = False
        """Nothing of ours waits in the transport: what we write may go straight to the kernel."""
        self._unread_since_s: float | None = None

    # ---- the transport's side

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self.peer = (transport.get_extra_info("peername") or ("",))[0]
        if (sock := transport.get_extra_info("socket")) is not None:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
            self._transport.set_write_buffer_limits(0)  # so that we are told of the first byte that has to wait
            self._descriptor = sock.fileno()
            self._writes_at_once = True
        self._watchdog = self._loop.call_later(self._stalled_timeout_s / WATCHES, self._watch)
        self._opened(self)

    def data_received(self, data: bytes) -> None:
        self._received_bytes += len(data)
        if self._taken_as_is and self._received_bytes <= self._flood_bytes and self._decoder.is_usual(data):
            self._silent_watches = 0
            self._put_audio(data[HEADER_BYTES:])
            self._notify()
        elif not self._inbox.closed:  # then it is only drained, so that our close leaves nothing unread
            self._read(data)

    def eof_received(self) -> bool | None:
        self._end()  # that is how Asterisk says that the caller hung up
        return None  # the transport closes itself

    def connection_lost(self, exc: Exception | None) -> None:
        self._end()  # ECONNRESET too is a caller who hung up, while something of ours was unread
        self._writes_at_once = False  # the descriptor's number will be another call's
        if self._watchdog is not None:
            self._watchdog.cancel()
        if not self._lost.done():
            self._lost.set_result(None)

    def pause_writing(self) -> None:
        self._writes_at_once = False

    def resume_writing(self) -> None:
        self._writes_at_once = True

    # ---- what arrived

    def _read(self, data: bytes) -> None:
        try:
            self._check_flood()
            for event in self._decoder.feed(data):
                self._take(event)
        except ProtocolError as error:
            self._fail(error.kind)

    def _take(self, event: Event) -> None:
        self._silent_watches = 0
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
        if event.rate_hz != self._peer_rate_hz:
            self._peer_rate_hz = event.rate_hz
            self._flood_bytes = 0  # to be reckoned anew
        if not self._rate_settled:
            self._rate_settled = True
            kept = self._keep_rate or event.rate_hz == LINE_RATE_HZ
            self.rate_hz = event.rate_hz if kept else WIDE_RATE_HZ
        self._taken_as_is = event.rate_hz == self.rate_hz
        pcm = event.pcm
        if not self._taken_as_is:
            if self._resampler is None or self._resampler.from_hz != event.rate_hz:
                self._resampler = Resampler(event.rate_hz, self.rate_hz)
            pcm = self._resampler.feed(pcm)
        if pcm:
            self._put_audio(pcm)

    def _put_audio(self, pcm: bytes) -> None:
        if self._inbox.put_audio(pcm):
            metrics.frames_dropped_total.labels(direction="in").inc()

    def _check_flood(self) -> None:
        if self._received_bytes > self._flood_bytes:  # of the last look at the clock
            real_time_s = time.monotonic() - self._opened_at_s
            second_bytes = 50 * frame_bytes(self._peer_rate_hz)
            self._flood_bytes = 1.25 * (real_time_s + FLOOD_S) * second_bytes
            if self._received_bytes > self._flood_bytes:
                raise ProtocolError("flood", "audio far ahead of real time")

    def _watch(self) -> None:
        """A peer that sends nothing whole is gone, however open its socket."""
        if self._inbox.closed:
            return
        self._silent_watches += 1
        if self._silent_watches > WATCHES:
            self._fail("silent")
        else:
            self._watchdog = self._loop.call_later(self._stalled_timeout_s / WATCHES, self._watch)

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
            self._taken_as_is = False
            self._stop_playing()
            self._notify()

    # ---- the call's task

    def _notify(self) -> None:
        wake = self._wake
        if wake is not None and not wake.done():
            wake.set_result(None)

    async def _changed(self) -> None:
        self._wake = wake = self._loop.create_future()
        await wake

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
        inbox = self._inbox
        while not inbox.inputs and not inbox.closed:
            self._wake = wake = self._loop.create_future()
            await wake
        return inbox.take()

    # ---- what we send

    def send(self, pcm: bytes) -> None:
        """Send audio now, of any length that a frame may have, and not when the pacer says so: for an echo."""
        if not self._inbox.closed and not self._hung_up:
            self._write_frame(encode_audio(pcm, self.rate_hz))

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
        self._write_frame(frame)

    def _encode(self, pcm: bytes) -> bytes:
        if len(pcm) != frame_bytes(self.rate_hz):
            raise ValueError(f"{len(pcm)} bytes are no 20 ms at {self.rate_hz} Hz")
        return encode_audio(pcm, self.rate_hz)

    def _write_frame(self, frame: bytes) -> None:
        if self._writes_at_once or self._transport.get_write_buffer_size() <= MAX_UNSENT_FRAMES * len(frame):
            self._unread_since_s = None
            self._write(frame)
        else:
            self._drop_unread()

    def _write(self, data: bytes) -> None:
        """One write: Asterisk gives up when the payload comes 5 ms after its header.

        Straight to the kernel while nothing waits: half the price of the transport's way through its queue. The
        descriptor is this connection's until connection_lost, after which nothing is written.
        """
        if self._writes_at_once:
            try:
                sent = os.write(self._descriptor, data)
            except BlockingIOError:
                sent = 0
            except OSError:  # the peer is gone: reading tells so too, and that ends the call
                return
            if sent == len(data):
                return
            data = data[sent:]
        if not self._transport.is_closing():
            self._transport.write(data)

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
                self._write(HANG_UP)
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

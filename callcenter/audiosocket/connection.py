"""One connection of Asterisk: bytes in, inputs of a call out, and back a frame whenever the pacer says so."""

import asyncio
import time
from collections.abc import Callable
from typing import assert_never, cast
from uuid import UUID

import structlog

from callcenter import metrics
from callcenter.audio import LINE_RATE_HZ, Resampler, frame_bytes
from callcenter.audiosocket.faults import report_fault
from callcenter.audiosocket.gathering import Gathering
from callcenter.audiosocket.inbox import Inbox
from callcenter.audiosocket.outgoing import Outgoing
from callcenter.audiosocket.pacing import Pacer
from callcenter.audiosocket.protocol import (
    HEADER_BYTES,
    AudioArrived,
    CallIdentified,
    Decoder,
    DigitArrived,
    Event,
    HungUp,
    audio_header,
)
from callcenter.errors import ProtocolError
from callcenter.ports import LineInput

WIDE_RATE_HZ = 16000
"""Of lines that send anything but 8 kHz: nothing that listens to speech wants more."""
HANG_UP_WAIT_S = 2.0
"""So long the peer has to close after our hang-up. Closing first, or with unread data, hangs the caller up."""
FLOOD_S = 10.0
"""A peer so far ahead of real time is no telephone, and would take the time of all other calls."""

USUAL_RUN = 250
"""5 s of frames, after which one is read with all care; an int of this size costs Python no memory."""
WATCHES = 4
"""So often within the timeout a peer is looked after: it costs less than to note the time of each frame."""

log = structlog.get_logger(__name__)


class Connection(asyncio.Protocol):
    """A `ports.CallLine`, and before that what the server needs to make a call of it.

    What arrives is handed to the call's one task where it waits, or waits for it in the inbox. Nearly all that ever
    happens here is one usual frame in and one frame out, fifty times a second in each call: those two ways are kept
    short. A plain Protocol, since uvloop reads into one buffer for all and calls once, a BufferedProtocol twice.
    """

    __slots__ = (
        "_decoder",
        "_flood_bytes",
        "_frame_bytes",
        "_frame_header",
        "_gathering",
        "_hung_up",
        "_inbox",
        "_keep_rate",
        "_loop",
        "_lost",
        "_next_frame",
        "_opened",
        "_opened_at_s",
        "_out",
        "_pacer",
        "_peer_rate_hz",
        "_rate_settled",
        "_ready",
        "_received_bytes",
        "_resampler",
        "_silent_watches",
        "_stalled_timeout_s",
        "_usual_bytes",
        "_usual_header",
        "_usual_run",
        "_waiting",
        "_wake",
        "_watchdog",
        "before_hang_up",
        "broken",
        "call_id",
        "peer",
        "rate_hz",
    )
    _out: Outgoing

    def __init__(
        self,
        opened: Callable[["Connection"], None],
        pacer: Pacer,
        gathering: Gathering,
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
        self._gathering = gathering
        self._loop = asyncio.get_running_loop()
        self._lost: asyncio.Future[None] = self._loop.create_future()
        self._wake: asyncio.Future[None] | None = None
        """Of the server, which waits for a UUID or a rate."""
        self._waiting: asyncio.Future[LineInput] | None = None
        """Of the call's task."""
        self._decoder = Decoder()
        self._inbox = Inbox()
        self._resampler: Resampler | None = None
        self._rate_settled = False
        self._peer_rate_hz = LINE_RATE_HZ
        self._usual_header, self._usual_bytes = b"", 0
        """Data of this length with this header is taken as it comes: nothing to decode, settle or resample."""
        self._usual_run = 0
        """So many frames since everything was last looked at."""
        self._ready = False
        """The inbox holds something, or is closed."""
        self._next_frame: Callable[[], bytes] | None = None
        self._frame_header, self._frame_bytes = b"", 0
        self._hung_up = False
        self._watchdog: asyncio.TimerHandle | None = None
        self._silent_watches = 0
        self._opened_at_s = time.monotonic()
        self._received_bytes = 0
        self._flood_bytes = 0

    # ---- the transport's side

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.peer = (transport.get_extra_info("peername") or ("",))[0]
        self._out = Outgoing(
            cast(asyncio.Transport, transport), self._stalled_timeout_s, lambda: self._fail("not_reading")
        )
        self._watchdog = self._loop.call_later(self._stalled_timeout_s / WATCHES, self._watch)
        self._opened(self)

    def data_received(self, data: bytes) -> None:
        """A usual frame touches as few objects as can be: with hundreds of calls each is a miss of the CPU's cache."""
        self._gathering.arrived()
        if len(data) == self._usual_bytes and self._usual_run < USUAL_RUN and data.startswith(self._usual_header):
            self._usual_run += 1
            self._silent_watches = 0
            if (waiting := self._waiting) is None:
                self._put_audio(data[HEADER_BYTES:])
            else:
                self._waiting = None
                try:
                    waiting.set_result(data[HEADER_BYTES:])
                except asyncio.InvalidStateError:  # given up
                    self._put_audio(data[HEADER_BYTES:])
        elif not self._inbox.closed:  # then it is only drained, so that our close leaves nothing unread
            self._read(data)

    def eof_received(self) -> bool | None:
        self._end()  # that is how Asterisk says that the caller hung up
        return None  # the transport closes itself

    def connection_lost(self, exc: Exception | None) -> None:
        self._end()  # ECONNRESET too is a caller who hung up, while something of ours was unread
        if self._watchdog is not None:
            self._watchdog.cancel()
        if not self._lost.done():
            self._lost.set_result(None)

    def pause_writing(self) -> None:
        self._out.pause()

    def resume_writing(self) -> None:
        self._out.resume()

    # ---- what arrived

    def _read(self, data: bytes) -> None:
        self._received_bytes += self._usual_run * self._usual_bytes + len(data)
        self._usual_run = self._usual_bytes = 0
        try:
            self._check_flood()
            for event in self._decoder.feed(data):
                self._take(event)
        except ProtocolError as error:
            self._fail(error.kind)
        if self._peer_rate_hz == self.rate_hz and self._rate_settled and not self._inbox.closed:
            self._usual_header, self._usual_bytes = self._decoder.usual

    def _take(self, event: Event) -> None:
        self._silent_watches = 0
        match event:
            case AudioArrived():
                self._take_audio(event)
            case CallIdentified():
                self.call_id = event.call_id
            case DigitArrived():
                self._inbox.put_digit(event.digit)
                self._ready = True
            case HungUp():
                self._end()
            case _:
                assert_never(event)
        self._notify()

    def _take_audio(self, event: AudioArrived) -> None:
        if event.rate_hz != self._peer_rate_hz:
            self._received_bytes = self._received_bytes * event.rate_hz // self._peer_rate_hz  # the same time of audio
            self._peer_rate_hz = event.rate_hz
            self._flood_bytes = 0  # to be reckoned anew
        if not self._rate_settled:
            self._rate_settled = True
            kept = self._keep_rate or event.rate_hz == LINE_RATE_HZ
            self.rate_hz = event.rate_hz if kept else WIDE_RATE_HZ
        pcm = event.pcm
        if event.rate_hz != self.rate_hz:
            if self._resampler is None or self._resampler.from_hz != event.rate_hz:
                self._resampler = Resampler(event.rate_hz, self.rate_hz)
            pcm = self._resampler.feed(pcm)
        if pcm:
            self._put_audio(pcm)

    def _put_audio(self, pcm: bytes) -> None:
        self._ready = True
        if self._inbox.put_audio(pcm):
            metrics.frames_dropped_total.labels(direction="in").inc()

    def _check_flood(self) -> None:
        if self._received_bytes > self._flood_bytes:  # of the last look at the clock
            real_time_s = time.monotonic() - self._opened_at_s
            second_bytes = 50 * frame_bytes(self._peer_rate_hz)
            self._flood_bytes = int(1.25 * (real_time_s + FLOOD_S) * second_bytes)
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
            self.abort()

    def _end(self) -> None:
        """Nothing more comes from the caller."""
        if not self._inbox.closed:
            self._inbox.close()
            self._ready, self._usual_bytes = True, 0
            self._stop_playing()
            self._out.end()
            self._notify()

    # ---- the call's task

    def _notify(self) -> None:
        """Something has come: for the server and for the call's task, of which at most one waits."""
        if self._wake is not None and not self._wake.done():
            self._wake.set_result(None)
        if self._waiting is not None and self._ready:
            if not self._waiting.done():
                self._waiting.set_result(self._take_input())
            self._waiting = None

    async def _changed(self) -> None:
        self._wake = self._loop.create_future()
        await self._wake

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

    def receive(self) -> "asyncio.Future[LineInput]":
        """One task alone may wait here. A future and no coroutine: half the price of a frame's way to its task."""
        waiting = self._loop.create_future()
        if self._ready:
            waiting.set_result(self._take_input())
        else:
            self._waiting = waiting
        return waiting

    def _take_input(self) -> LineInput:
        taken = self._inbox.take()
        self._ready = bool(self._inbox)
        return taken

    def receive_waiting(self) -> bytes:
        if not self._ready:
            return b""
        audio = self._inbox.take_audio()
        self._ready = bool(self._inbox)
        return audio

    # ---- what we send

    def send(self, pcm: bytes) -> None:
        """Send audio now, of any length that a frame may have, and not when the pacer says so: for an echo."""
        self._out.write(audio_header(self.rate_hz, len(pcm)) + pcm)

    def start_playing(self, next_frame: Callable[[], bytes]) -> None:
        if self._inbox.closed or self._hung_up:
            return
        if self._next_frame is None:
            self._frame_bytes = frame_bytes(self.rate_hz)
            self._frame_header = audio_header(self.rate_hz, self._frame_bytes)
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
            pcm = self._next_frame()
            if len(pcm) != self._frame_bytes:
                raise ValueError(f"{len(pcm)} bytes are no 20 ms at {self.rate_hz} Hz")  # noqa: TRY301  as any fault of the player
        except Exception as error:  # of this call alone: the pacer goes on with the others
            report_fault(error, "player", self.call_id)
            self.broken = True
            self._end()
            return
        self._out.write(self._frame_header + pcm)

    async def hang_up(self) -> None:
        self._stop_playing()
        if not self._hung_up:
            self._hung_up = True
            if (decide := self.before_hang_up) is not None:
                self.before_hang_up = None
                decide()
            self._out.hang_up()
        try:
            await asyncio.wait([self._lost], timeout=HANG_UP_WAIT_S)
        finally:
            self._out.close()
        await asyncio.wait([self._lost], timeout=HANG_UP_WAIT_S)  # what we closed is gone a turn of the loop later

    def abort(self) -> None:
        """Let go at once."""
        self._out.abort()

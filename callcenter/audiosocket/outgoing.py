"""What goes out on one connection: each frame in one write, straight to the kernel while nothing waits before it."""

import asyncio
import os
import socket
import time
from collections.abc import Callable

from callcenter import metrics
from callcenter.audiosocket.protocol import HANG_UP

MAX_UNSENT_FRAMES = 50
SEND_BUFFER_BYTES = 32768
"""Of the kernel: what waits there is heard late and cannot be taken back when the caller interrupts."""


def _nobody() -> None:
    """Is told nothing."""


class Outgoing:
    __slots__ = (
        "_at_once",
        "_descriptor",
        "_over",
        "_stalled",
        "_stalled_timeout_s",
        "_transport",
        "_unread_since_s",
    )

    def __init__(self, transport: asyncio.Transport, stalled_timeout_s: float, stalled: Callable[[], None]) -> None:
        """stalled: told that the peer has not read for `stalled_timeout_s`."""
        self._transport = transport
        self._stalled_timeout_s = stalled_timeout_s
        self._stalled = stalled
        self._unread_since_s: float | None = None
        self._over = False
        self._descriptor = -1
        self._at_once = False
        """Not over, and nothing waits in the transport: the kernel may be written to."""
        if (sock := transport.get_extra_info("socket")) is not None:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
            transport.set_write_buffer_limits(0)  # so that we are told of the first byte that has to wait
            self._descriptor = sock.fileno()
            self._at_once = True

    def write(self, frame: bytes) -> None:
        """In one piece: Asterisk gives up when the payload comes 5 ms after its header. Dropped, and counted, when a
        second of audio is unread; thrown away once all is over.

        The transport's own queue costs more than everything else that we do for a frame. The descriptor is the
        connection's until connection_lost; by then it is over, and nothing goes to what is another call's by now.
        """
        if not self._at_once:
            self._write_later(frame)
            return
        try:
            sent = os.write(self._descriptor, frame)
        except BlockingIOError:
            sent = 0
        except OSError:  # the peer is gone: reading tells so too, and that ends the call
            return
        if sent != len(frame):
            self._transport.write(frame[sent:])

    def _write_later(self, frame: bytes) -> None:
        if self._over:
            return
        if self._transport.get_write_buffer_size() > MAX_UNSENT_FRAMES * len(frame):
            self._drop()
        elif not self._transport.is_closing():
            self._unread_since_s = None
            self._transport.write(frame)

    def _drop(self) -> None:
        metrics.frames_dropped_total.labels(direction="out").inc()
        now_s = time.monotonic()
        if self._unread_since_s is None:
            self._unread_since_s = now_s
        elif now_s - self._unread_since_s >= self._stalled_timeout_s:
            self._stalled()

    def pause(self) -> None:
        """What was written last waits in the transport."""
        self._at_once = False

    def resume(self) -> None:
        self._at_once = not self._over
        self._unread_since_s = None

    def end(self) -> None:
        """No more audio."""
        self._over, self._at_once = True, False
        self._stalled = _nobody  # no cycle of references: an ended call is freed at once, not by the garbage collector

    def hang_up(self) -> None:
        """The last that we send, behind all that waits."""
        self.end()
        if not self._transport.is_closing():
            self._transport.write(HANG_UP)

    def close(self) -> None:
        if self._transport.get_write_buffer_size():  # it does not read: an orderly close would wait for it for ever
            self._transport.abort()
        else:
            self._transport.close()

    def abort(self) -> None:
        """Let go at once."""
        self._transport.abort()

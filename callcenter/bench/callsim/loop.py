"""The sockets and the clock of all callers: one thread, one epoll. It always ends."""

import heapq
import random
import selectors
import socket
import struct
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from callcenter.bench.callsim.caller import Caller, Stage
from callcenter.bench.callsim.figures import Marks, figures
from callcenter.bench.callsim.plan import FRAME_BYTES, FRAME_MS, Plan
from callcenter.bench.processes import usage

AUDIO, HANG_UP = 0x10, 0x00
UNREAD_FRAMES = 50
"""A server that has not read for a second loses the caller's audio."""
now = time.monotonic


@dataclass(eq=False)
class Line:
    caller: Caller
    call_id: uuid.UUID
    sock: socket.socket | None = None
    lost: str = ""
    stalled: int = 0
    _out: bytearray = field(default_factory=bytearray)
    _in: bytearray = field(default_factory=bytearray)

    @property
    def through(self) -> bool:
        return bool(self.lost) or self.caller.stage is Stage.DONE

    def connect(self, host: str, port: int) -> socket.socket:
        self.sock = sock = socket.create_connection((host, port), timeout=5)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setblocking(False)
        self._out += b"\x01\x00\x10" + self.call_id.bytes
        self._flush()
        return sock

    def tick(self, now_s: float) -> None:
        frame = self.caller.next_frame(now_s)
        if len(self._out) > UNREAD_FRAMES * (FRAME_BYTES + 3):
            self.stalled += 1
        else:
            self._out += struct.pack(">BH", AUDIO, FRAME_BYTES) + frame
        self._flush()

    def _flush(self) -> None:
        if self.sock is None or not self._out:
            return
        try:
            del self._out[: self.sock.send(self._out)]
        except BlockingIOError:
            return
        except OSError as error:
            self._lose(f"send: {error.strerror}")

    def read(self) -> None:
        if self.sock is None:
            return
        try:
            data = self.sock.recv(65536)
        except BlockingIOError:
            return
        except OSError as error:
            self._lose(f"receive: {error.strerror}")
            return
        if not data:
            self._lose("closed by the server")
            return
        self._take(now(), data)

    def _take(self, at_s: float, data: bytes) -> None:
        self._in += data
        start = 0
        while len(self._in) - start >= 3:
            kind, length = self._in[start], self._in[start + 1] << 8 | self._in[start + 2]
            if len(self._in) - start < 3 + length:
                break
            if kind == AUDIO and length:
                self.caller.hear(at_s, bytes(self._in[start + 3 : start + 3 + length]))
            elif kind == HANG_UP:
                self._lose("hung up by the server")
            start += 3 + length
        del self._in[:start]

    def _lose(self, why: str) -> None:
        if not self.through:
            self.lost = why
        self.close()

    def close(self) -> None:
        if self.sock is not None:
            self.sock.close()
            self.sock = None


def simulate(plan: Plan) -> dict[str, Any]:
    """Make all calls, and tell what was heard."""
    return _Simulation(plan).run()


class _Simulation:
    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._selector = selectors.DefaultSelector()
        self._start_s = now() + 0.2
        self._idle_s = self._start_s + plan.ramp_s + plan.settle_s
        self._talk_s = self._idle_s + plan.idle_s
        ids = random.Random(plan.seed)  # noqa: S311  # names of calls, no secrets
        self._lines = [
            Line(
                Caller(number, plan, self._talk_s + plan.spread_s * number / plan.calls),
                uuid.UUID(int=ids.getrandbits(128)),
            )
            for number in range(plan.calls)
        ]
        self._late_s: list[float] = []

    def run(self) -> dict[str, Any]:
        plan = self._plan
        before = idle = talk = usage(*plan.pids)
        heap = [(self._start_s + plan.ramp_s * n / plan.calls, n) for n in range(plan.calls)]
        heapq.heapify(heap)
        until_s = self._talk_s + plan.spread_s + plan.turns * (plan.timeout_s + 15) + 20
        marked_idle = marked_talk = False
        while not all(line.through for line in self._lines) and now() < until_s:
            if not marked_idle and now() >= self._idle_s:
                idle, marked_idle = usage(*plan.pids), True
            if not marked_talk and now() >= self._talk_s:
                talk, marked_talk = usage(*plan.pids), True
            if not heap:
                break
            self._read(max(0.0, heap[0][0] - now()))
            while heap and heap[0][0] <= now():
                due_s, number = heapq.heappop(heap)
                if self._tick(self._lines[number], due_s):
                    heapq.heappush(heap, (due_s + FRAME_MS / 1000, number))
        marks = Marks(before, idle, talk, usage(*plan.pids))
        for line in self._lines:
            line.close()
        lost = [line.lost or "not through in time" for line in self._lines if line.lost or not line.through]
        found = figures(plan, [line.caller for line in self._lines], marks, self._late_s, lost)
        return found | {"lost_because": sorted(set(lost)), "stalled": sum(line.stalled for line in self._lines)}

    def _read(self, wait_s: float) -> None:
        for key, _ in self._selector.select(wait_s):
            key.data.read()
            self._let_go(key.data, key.fileobj)

    def _let_go(self, line: Line, sock: Any) -> None:
        """Of a socket that has been closed: another may get its number."""
        if line.sock is None:
            self._selector.unregister(sock)

    def _tick(self, line: Line, due_s: float) -> bool:
        """Whether the line goes on."""
        if line.lost or (line.sock is None and line.through):
            return False
        if line.sock is None:
            try:
                sock = line.connect(self._plan.host, self._plan.port)
            except OSError as error:
                line.lost = f"connect: {error.strerror or error}"
                return False
            self._selector.register(sock, selectors.EVENT_READ, line)
            return True
        at_s = now()
        self._late_s.append(at_s - due_s)
        sock = line.sock
        line.tick(at_s)
        self._let_go(line, sock)
        return not line.lost

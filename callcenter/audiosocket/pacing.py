"""When each line's next frame is due, and one timer for all lines.

Asterisk has no buffer and no pacing for what we send: a frame becomes an RTP packet at once. So each line is served
every 20 ms on absolute deadlines. Lines are spread over four phases of 5 ms, so that 200 of them never wake together.
"""

import asyncio
import ctypes
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from callcenter import metrics
from callcenter.audio import FRAME_MS

MS_NS = 1_000_000
FRAME_NS = FRAME_MS * MS_NS
PHASES = 4
TICK_NS = FRAME_NS // PHASES
FEW_LINES = 16
"""So many are all served in one phase: a wake-up costs as much as serving several."""
MAX_LATE_NS = 60 * MS_NS
"""Up to here a line catches up, frame by frame; beyond it what was missed is skipped, never sent in a burst."""


@dataclass(frozen=True, slots=True)
class Due:
    """What a phase owes to each of its lines now."""

    deadlines_ns: tuple[int, ...] = ()
    """One frame is to be sent for each."""
    skipped_ns: tuple[int, ...] = ()
    """Deadlines that passed too long ago: no frame for these."""


class Phase:
    """The deadlines of a quarter of the lines: every 20 ms from the first, for ever. Pure."""

    __slots__ = ("next_ns",)

    def __init__(self, first_ns: int) -> None:
        self.next_ns = first_ns

    def take(self, now_ns: int) -> Due:
        """The deadlines that have come by `now_ns`; they are then done with."""
        late_ns = now_ns - self.next_ns
        if late_ns < 0:
            return Due()
        first_ns = self.next_ns
        missed = late_ns // FRAME_NS
        self.next_ns += (missed + 1) * FRAME_NS
        deadlines = tuple(range(first_ns, self.next_ns, FRAME_NS))
        if late_ns > MAX_LATE_NS:
            return Due(deadlines[-1:], deadlines[:-1])
        return Due(deadlines)


class Timer(Protocol):
    """Calls back at regular intervals while it runs."""

    def start(self, first_ns: int, interval_ns: int) -> None: ...

    def stop(self) -> None: ...

    def close(self) -> None: ...


class _Timespec(ctypes.Structure):
    _fields_ = (("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long))


class _TimerSettings(ctypes.Structure):
    _fields_ = (("interval", _Timespec), ("first", _Timespec))


class TimerFd:
    """Linux's timer in the kernel: 0.1 ms late where the event loop's own timers, of whole ms, are 1 ms.

    Through ctypes, since Python has os.timerfd_create only from 3.13 on.
    """

    def __init__(self, tick: Callable[[], None]) -> None:
        """Raises OSError where there is none."""
        if sys.platform != "linux":
            raise OSError("timerfd is Linux's")
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._fd: int = self._libc.timerfd_create(time.CLOCK_MONOTONIC, os.O_NONBLOCK | os.O_CLOEXEC)
        if self._fd < 0:
            raise OSError(ctypes.get_errno(), "timerfd_create")
        self._tick = tick
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._fd, self._expired)

    def _expired(self) -> None:
        try:
            os.read(self._fd, 8)
        except BlockingIOError:  # set anew after it had expired
            return
        self._tick()

    def start(self, first_ns: int, interval_ns: int) -> None:
        self._set(interval_ns, first_ns)

    def stop(self) -> None:
        self._set(0, 0)

    def _set(self, interval_ns: int, first_ns: int) -> None:
        if self._fd < 0:  # closed before the last of its lines
            return
        settings = _TimerSettings(_Timespec(0, interval_ns), _Timespec(*divmod(first_ns, 1_000_000_000)))
        absolute = 1  # TFD_TIMER_ABSTIME
        if self._libc.timerfd_settime(self._fd, absolute, ctypes.byref(settings), None) < 0:
            raise OSError(ctypes.get_errno(), "timerfd_settime")

    def close(self) -> None:
        if self._fd >= 0:
            self._loop.remove_reader(self._fd)
            os.close(self._fd)
            self._fd = -1


class LoopTimer:
    """The event loop's own timer, where there is no timerfd."""

    def __init__(self, tick: Callable[[], None]) -> None:
        self._tick = tick
        self._loop = asyncio.get_running_loop()
        self._handle: asyncio.TimerHandle | None = None
        self._next_ns = self._interval_ns = 0

    def start(self, first_ns: int, interval_ns: int) -> None:
        self.stop()
        # whole milliseconds of the loop's clock may come early, and then only the next tick serves the phase
        self._next_ns, self._interval_ns = first_ns, min(interval_ns, TICK_NS)
        self._arm()

    def _arm(self) -> None:
        wait_ns = max(0, self._next_ns - time.monotonic_ns())
        self._handle = self._loop.call_later(wait_ns / 1e9, self._expired)

    def _expired(self) -> None:
        missed = (time.monotonic_ns() - self._next_ns) // self._interval_ns
        self._next_ns += self._interval_ns * (max(0, missed) + 1)
        self._arm()
        self._tick()

    def stop(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def close(self) -> None:
        self.stop()


def _make_timer(tick: Callable[[], None]) -> Timer:
    try:
        return TimerFd(tick)
    except OSError:
        return LoopTimer(tick)


SendFrame = Callable[[], None]


class Pacer:
    """Calls each line's `send` every 20 ms. It runs only while there are lines. Belongs to the running event loop."""

    def __init__(
        self,
        make_timer: Callable[[Callable[[], None]], Timer] = _make_timer,
        observe_late_s: Callable[[Sequence[float]], None] = metrics.frame_lateness.observe_all,
    ) -> None:
        """observe_late_s: told how late each frame of a phase was, all at once."""
        self._observe_late_s = observe_late_s
        self._timer = make_timer(self._tick)
        self._phases = [Phase(0) for _ in range(PHASES)]
        self._lines: list[dict[SendFrame, None]] = [{} for _ in range(PHASES)]
        self._removals = 0
        self._spread = False
        """Over all phases, and not all lines in the first."""

    def add(self, send: SendFrame) -> None:
        """The first call of `send` comes within 20 ms. It must not raise, and return at once."""
        if any(self._lines):
            self._tick()  # so that no phase is overdue: a new line owes nothing for the time before it came
        if not any(self._lines):  # or the last of them has just ended by that
            now_ns = time.monotonic_ns()
            self._phases = [Phase(now_ns + n * TICK_NS) for n in range(PHASES)]
            self._timer.start(now_ns, FRAME_NS)
            self._spread = False
        if not self._spread and len(self._lines[0]) >= FEW_LINES:
            self._spread = True
            self._timer.start(min(phase.next_ns for phase in self._phases), TICK_NS)
        phases = range(PHASES) if self._spread else (0,)
        emptiest = min(phases, key=lambda n: (len(self._lines[n]), self._phases[n].next_ns))
        self._lines[emptiest][send] = None

    def remove(self, send: SendFrame) -> None:
        """Idempotent; also from within `send`."""
        self._removals += 1
        for lines in self._lines:
            lines.pop(send, None)
        if not any(self._lines):
            self._timer.stop()

    def close(self) -> None:
        self._timer.close()

    def _tick(self) -> None:
        now_ns = time.monotonic_ns()
        for phase, lines in zip(self._phases, self._lines, strict=True):
            due = phase.take(now_ns)
            if lines and (due.deadlines_ns or due.skipped_ns):
                self._serve(due, lines)

    def _serve(self, due: Due, lines: dict[SendFrame, None]) -> None:
        now_ns, removals = time.monotonic_ns, self._removals
        late_s = [(now_ns() - deadline_ns) / 1e9 for deadline_ns in due.skipped_ns for _ in lines]
        for deadline_ns in due.deadlines_ns:
            for send in tuple(lines):
                if removals != self._removals and send not in lines:  # by another line's frame
                    continue
                send()
                late_s.append((now_ns() - deadline_ns) / 1e9)
        self._observe_late_s(late_s)

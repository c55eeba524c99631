"""The parent of several media workers: starts them, starts one that died again, and ends with them.

It is forked from before anything heavy is imported, has one thread, no event loop and no metrics of its own, and waits
for signals. A worker is told by the kernel to end when the parent has died, however it died: nobody is left behind.
"""

import ctypes
import math
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from callcenter.media.board import Board, Cell, WorkerState

BACKOFF_S = (0.05, 0.2, 1.0, 5.0)
HEALTHY_S = 30.0
"""A worker that lived for so long did not die of its start: the next one is started without delay."""
ENDING_S = 20.0
"""What a worker may need beyond the calls' grace period: to hand over, flush the journal, end its own children."""
STARTING_POLL_S = 0.05
IDLE_S = 60.0
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD)
_PR_SET_PDEATHSIG = 1

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Seat:
    """Of one worker, whichever process that is at the moment."""

    pid: int | None = None
    began_s: float = 0.0
    failures: int = 0
    due_s: float | None = None
    """When the next process is to be started; None while one lives, or none is wanted."""


class Supervisor:
    def __init__(
        self, board: Board, grace_s: float, *, on_stop: Callable[[], None], on_end: Callable[[int], None]
    ) -> None:
        """grace_s: for calls in progress at the end. on_stop: called when no worker will be started any more. on_end:
        called with the process id of each worker that has ended."""
        self._board, self._grace_s, self._on_stop, self._on_end = board, grace_s, on_stop, on_end
        self._seats = [_Seat() for _ in range(board.workers)]
        self._kill_at_s: float | None = None
        """Also says that we are ending."""

    def run(self) -> int | None:
        """In a worker: its number, at once. In the parent: None, when SIGTERM or SIGINT has come and all have ended.

        The first worker starts alone: what is wrong with the settings is complained of once, and ends the program
        with that worker's code (SystemExit); what can be cached is cached once.
        """
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        self._seats[0].due_s = 0.0
        others_wait = True
        while True:
            for number, seat in enumerate(self._seats):
                if seat.due_s is not None and seat.due_s <= time.monotonic() and self._start(number, seat):
                    return number
            self._wait(STARTING_POLL_S if others_wait else self._patience_s())
            self._reap(first_start=others_wait)
            if others_wait and self._board.get(0, Cell.STATE) != WorkerState.ABSENT:
                others_wait = False
                self._start_others()
            if self._kill_at_s is not None and all(seat.pid is None for seat in self._seats):
                return None

    def _start_others(self) -> None:
        if self._kill_at_s is None:
            for seat in self._seats[1:]:
                seat.due_s = 0.0

    def _start(self, number: int, seat: _Seat) -> bool:
        """Whether we are the child."""
        sys.stdout.flush()
        sys.stderr.flush()
        parent = os.getpid()
        seat.due_s, seat.began_s = None, time.monotonic()
        seat.pid = os.fork()
        if seat.pid:
            log.info("media_worker_started", worker=number, pid=seat.pid)
            return False
        _die_with(parent)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        return True

    def _patience_s(self) -> float:
        """Until something is due."""
        due = [seat.due_s for seat in self._seats if seat.due_s is not None]
        if self._kill_at_s is not None:
            due.append(self._kill_at_s)
        now_s = time.monotonic()
        return max(0.0, min([*due, now_s + IDLE_S]) - now_s)

    def _wait(self, timeout_s: float) -> None:
        came = signal.sigtimedwait(SIGNALS, timeout_s)
        if came is not None and came.si_signo in (signal.SIGTERM, signal.SIGINT) and self._kill_at_s is None:
            self._stop()
        if self._kill_at_s is not None and time.monotonic() >= self._kill_at_s:
            log.error("media_workers_killed", why="they did not end in time")
            self._signal(signal.SIGKILL)
            self._kill_at_s = math.inf

    def _stop(self) -> None:
        self._kill_at_s = time.monotonic() + self._grace_s + ENDING_S
        for seat in self._seats:
            seat.due_s = None
        self._on_stop()
        self._signal(signal.SIGTERM)

    def _signal(self, signum: signal.Signals) -> None:
        for seat in self._seats:
            if seat.pid is not None:  # not reaped yet, so the number is nobody else's
                os.kill(seat.pid, signum)

    def _reap(self, *, first_start: bool) -> None:
        for number, seat in enumerate(self._seats):
            if seat.pid is None:
                continue
            pid, status = os.waitpid(seat.pid, os.WNOHANG)
            if not pid:
                continue
            seat.pid = None
            code = os.waitstatus_to_exitcode(status)
            self._on_end(pid)
            if self._kill_at_s is not None:
                log.info("media_worker_ended", worker=number, code=code)
                continue
            if first_start:
                sys.exit(code if code > 0 else 1)
            self._board.wipe(number)
            self._schedule(number, seat, code)

    def _schedule(self, number: int, seat: _Seat, code: int) -> None:
        lived_s = time.monotonic() - seat.began_s
        seat.failures = 0 if lived_s > HEALTHY_S else seat.failures + 1
        wait_s = BACKOFF_S[min(seat.failures, len(BACKOFF_S)) - 1] if seat.failures else 0.0
        seat.due_s = time.monotonic() + wait_s
        log.error(
            "media_worker_died",
            worker=number,
            reason=_how_it_ended(code),
            lived_s=round(lived_s, 1),
            restart_in_s=wait_s,
        )


def _how_it_ended(code: int) -> str:
    return f"code {code}" if code >= 0 else signal.Signals(-code).name


def _die_with(parent: int) -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before we asked
        os._exit(0)

"""Places for calls: so many over all workers, and none while this worker is too busy or on its way out."""

from callcenter import metrics
from callcenter.errors import CallRefused, RefusalReason
from callcenter.media.board import Board, Cell, WorkerState


class Slots:
    def __init__(self, most: int, board: Board | None = None, worker: int = 0) -> None:
        """most: calls at once, over all workers of `board`; without one this process is alone. None is free before
        open()."""
        self._most, self._worker = most, worker
        self._board = board or Board()
        self._overload: RefusalReason | None = None
        self._closed: RefusalReason | None = RefusalReason.DRAINING

    def open(self) -> None:
        """This worker listens."""
        self._closed = None
        self._tell()

    def close(self) -> None:
        """This worker listens no more; its calls may go on."""
        self._closed = RefusalReason.DRAINING
        self._tell()

    def set_overload(self, reason: RefusalReason | None) -> None:
        """This worker takes no call, for that reason, until it is set to None."""
        if reason is self._overload:
            return
        for was, now in ((self._overload, 0), (reason, 1)):
            if was is not None:
                metrics.admission_closed.labels(reason=was.value).set(now)
        self._overload = reason
        self._tell()

    @property
    def active(self) -> int:
        """Calls of this worker."""
        return self._board.get(self._worker, Cell.ACTIVE)

    @property
    def free(self) -> int:
        """Calls that would still be admitted, by whichever worker."""
        return max(0, self._most - self._board.active) if self._board.is_open else 0

    @property
    def refusal(self) -> RefusalReason | None:
        """Why no worker would take one more call now; None when one would."""
        if not self._board.is_open:
            return self._closed or self._overload or RefusalReason.DRAINING
        return RefusalReason.FULL if self._board.active >= self._most else None

    def take(self) -> None:
        """For one call on this worker. Raises CallRefused."""
        if reason := self._closed or self._overload:
            raise CallRefused(reason)
        self._count(+1)
        # counted first, then looked: of two workers that take the last one at once not both are admitted
        if self._board.active > self._most:
            self._count(-1)
            raise CallRefused(RefusalReason.FULL)

    def give_back(self) -> None:
        self._count(-1)

    def show(self) -> None:
        """Bring the metrics up to date with what other workers have done."""
        metrics.free_slots.set(self.free)
        metrics.workers_missing.set(self._board.workers - self._board.present)
        metrics.worker_deaths.set(sum(self._board.all(Cell.DEATHS)))

    def _count(self, change: int) -> None:
        self._board.set(self._worker, Cell.ACTIVE, self.active + change)
        metrics.active_calls.set(self.active)
        metrics.free_slots.set(self.free)

    def _tell(self) -> None:
        state = WorkerState.OPEN
        if self._closed is not None:
            state = WorkerState.DRAINING
        elif self._overload is not None:
            state = WorkerState.OVERLOADED
        self._board.set(self._worker, Cell.STATE, state)
        metrics.free_slots.set(self.free)

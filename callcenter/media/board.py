"""What the workers of one media server tell each other, in memory that they share.

One row a worker, written by that worker alone, and wiped by the parent when it has died. No locks: a row's cells are
single words, and whoever adds rows up may be one change behind.
"""

import mmap
from collections.abc import Sequence
from enum import IntEnum


class Cell(IntEnum):
    ACTIVE = 0
    """Calls that this worker serves."""
    STATE = 1
    """A `WorkerState`."""
    DEATHS = 2
    """How often this worker's process has ended without being told to; written by the parent."""


class WorkerState(IntEnum):
    ABSENT = 0
    """It is starting, or has died."""
    OPEN = 1
    """It takes calls."""
    OVERLOADED = 2
    DRAINING = 3


_CELLS = len(Cell)
_WORD = 4


class Board:
    """To be made before the workers are forked; a process alone has one of its own."""

    def __init__(self, workers: int = 1) -> None:
        self.workers = workers
        self._words = memoryview(mmap.mmap(-1, workers * _CELLS * _WORD)).cast("i")

    def get(self, worker: int, cell: Cell) -> int:
        return self._words[worker * _CELLS + cell]

    def set(self, worker: int, cell: Cell, value: int) -> None:
        self._words[worker * _CELLS + cell] = value

    def all(self, cell: Cell) -> Sequence[int]:
        return [self.get(worker, cell) for worker in range(self.workers)]

    def wipe(self, worker: int) -> None:
        """It has died, and its calls with it."""
        self.set(worker, Cell.ACTIVE, 0)
        self.set(worker, Cell.STATE, WorkerState.ABSENT)
        self.set(worker, Cell.DEATHS, self.get(worker, Cell.DEATHS) + 1)

    @property
    def active(self) -> int:
        """Calls that are served, over all workers."""
        return sum(self.all(Cell.ACTIVE))

    @property
    def present(self) -> int:
        """Workers that listen or finish their calls."""
        return sum(state != WorkerState.ABSENT for state in self.all(Cell.STATE))

    @property
    def is_open(self) -> bool:
        """Whether some worker takes calls."""
        return WorkerState.OPEN in self.all(Cell.STATE)

from collections.abc import Callable

import pytest

from callcenter.errors import CallRefused, RefusalReason
from callcenter.media.board import Board, Cell
from callcenter.media.slots import Slots


def refusal(take: Callable[[], None]) -> RefusalReason | None:
    try:
        take()
    except CallRefused as refused:
        return refused.reason
    return None


def opened(most: int, board: Board, worker: int) -> Slots:
    slots = Slots(most, board, worker)
    slots.open()
    return slots


def test_so_many_are_taken_and_given_back() -> None:
    slots = opened(2, Board(), 0)
    assert [refusal(slots.take) for _ in range(3)] == [None, None, RefusalReason.FULL]
    assert (slots.active, slots.free, slots.refusal) == (2, 0, RefusalReason.FULL)
    slots.give_back()
    assert (slots.active, slots.free, slots.refusal) == (1, 1, None)
    assert refusal(slots.take) is None


def test_nothing_is_free_before_the_server_listens_and_after() -> None:
    slots = Slots(2)
    assert slots.free == 0
    assert refusal(slots.take) is RefusalReason.DRAINING
    slots.open()
    slots.take()
    slots.close()
    assert (slots.free, slots.refusal, refusal(slots.take)) == (0, *[RefusalReason.DRAINING] * 2)
    assert slots.active == 1


def test_workers_share_the_places() -> None:
    board = Board(2)
    one, other = opened(3, board, 0), opened(3, board, 1)
    for slots in (one, other, other):
        slots.take()
    assert (one.active, other.active) == (1, 2)
    assert (one.free, other.free) == (0, 0)
    assert refusal(one.take) is refusal(other.take) is RefusalReason.FULL
    assert (one.active, other.active) == (1, 2)
    other.give_back()
    assert refusal(one.take) is None


def test_an_overloaded_worker_refuses_and_the_other_one_does_not() -> None:
    board = Board(2)
    busy, idle = opened(3, board, 0), opened(3, board, 1)
    busy.set_overload(RefusalReason.LOOP_LATE)
    assert refusal(busy.take) is RefusalReason.LOOP_LATE
    assert refusal(idle.take) is None
    assert busy.refusal is idle.refusal is None, "a call may land at the other"
    idle.set_overload(RefusalReason.RECOGNIZER_BUSY)
    reason: RefusalReason | None = busy.refusal
    assert (reason, busy.free) == (RefusalReason.LOOP_LATE, 0)
    busy.set_overload(None)
    assert (busy.refusal, idle.refusal, refusal(busy.take)) == (None, None, None)


def test_an_overload_that_passes_does_not_open_what_is_draining() -> None:
    slots = opened(3, Board(), 0)
    slots.set_overload(RefusalReason.LOOP_LATE)
    slots.close()
    slots.set_overload(None)
    assert refusal(slots.take) is RefusalReason.DRAINING
    assert slots.free == 0


def test_a_dead_workers_calls_are_not_counted_any_more() -> None:
    board = Board(2)
    dead, living = opened(2, board, 0), opened(2, board, 1)
    dead.take()
    dead.take()
    assert living.free == 0
    board.wipe(0)
    assert living.free == 2
    assert board.present == 1
    assert board.all(Cell.DEATHS) == [1, 0]


@pytest.mark.parametrize("workers", [1, 5])
def test_a_board_begins_empty(workers: int) -> None:
    board = Board(workers)
    assert (board.active, board.present, board.is_open) == (0, 0, False)

import asyncio
import time

import pytest

from callcenter.audiosocket.gathering import ENOUGH, NAP_S, RESTING_NAP_S, Gathering


@pytest.fixture
def naps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    return slept


async def _arrive(frames: Gathering, count: int) -> None:
    for _ in range(count):
        frames.arrived()
    await asyncio.sleep(0)


async def test_few_frames_make_it_wait_for_more_once_and_many_do_not(naps: list[float]) -> None:
    frames = Gathering(lambda: 0)
    frames.awake = 1
    await _arrive(frames, 3)
    assert naps == [NAP_S]
    await _arrive(frames, ENOUGH)
    assert naps == [NAP_S]


@pytest.mark.parametrize(("due_in_s", "expected_s"), [(0.003, 0.003), (0.019, RESTING_NAP_S)])
async def test_it_naps_longer_while_all_calls_rest_but_not_past_the_next_tick(
    naps: list[float], due_in_s: float, expected_s: float
) -> None:
    frames = Gathering(lambda: time.monotonic_ns() + round(due_in_s * 1e9))
    await _arrive(frames, 1)
    assert naps == pytest.approx([expected_s], abs=0.0005)


async def test_a_tick_that_is_due_is_not_napped_over(naps: list[float]) -> None:
    frames = Gathering(lambda: time.monotonic_ns() - 1)
    await _arrive(frames, 1)
    assert naps == []

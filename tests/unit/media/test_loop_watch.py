import asyncio
import threading

import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from callcenter import metrics
from callcenter.config import MediaSettings
from callcenter.media.loop_watch import FEWEST, LateWatch, LoopWatch


class Clock:
    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


def watch(clock: Clock) -> LateWatch:
    return LateWatch(metrics.loop_lag, 20.0, "event_loop_late", "have fewer calls", clock)


def feed(watched: LateWatch, late_ms: float, times: int = FEWEST) -> None:
    for _ in range(times):
        watched.feed(late_ms / 1000)


def test_what_is_late_is_warned_of_with_what_to_do_and_not_all_the_time(clock: Clock) -> None:
    watched = watch(clock)
    feed(watched, 30)
    with capture_logs() as logs:
        for _ in range(90):
            watched.look()
            clock.now_s += 1
    assert [(line["event"], line["p99_ms"], line["do"]) for line in logs] == [
        ("event_loop_late", 30.0, "have fewer calls")
    ] * 2


def test_nothing_is_said_of_a_loop_in_time_nor_before_there_is_much_to_go_by(clock: Clock) -> None:
    young, good = watch(clock), watch(clock)
    feed(young, 500, FEWEST - 1)
    feed(good, 2, 200)
    with capture_logs() as logs:
        young.look()
        good.look()
    assert logs == []


def count(name: str) -> float:
    return REGISTRY.get_sample_value(f"callcenter_{name}_seconds_count") or 0.0


async def test_both_are_measured_until_cancelled() -> None:
    before = count("loop_lag"), count("gil_wait")
    measuring = asyncio.create_task(LoopWatch(MediaSettings()).run())
    async with asyncio.timeout(10):
        while count("loop_lag") < before[0] + 3 or count("gil_wait") < before[1] + 3:  # noqa: ASYNC110  a thread counts
            await asyncio.sleep(0.01)
    measuring.cancel()
    await asyncio.wait([measuring])
    async with asyncio.timeout(10):
        while any(thread.name == "gil watch" for thread in threading.enumerate()):  # noqa: ASYNC110  a thread ends
            await asyncio.sleep(0.01)

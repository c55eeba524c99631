"""The pacer on a real clock."""

import asyncio
import time
from collections.abc import Callable
from statistics import median
from uuid import uuid4

import pytest

from callcenter.audiosocket import pacing
from callcenter.audiosocket.connection import Connection
from callcenter.audiosocket.gathering import Gathering
from callcenter.audiosocket.pacing import LoopTimer, Pacer, TimerFd
from callcenter.audiosocket.protocol import encode_uuid
from tests.integration.audiosocket.bench import Echo, calling, hear, sample, serving

TIMERS = [TimerFd, LoopTimer]


@pytest.mark.parametrize("timer", TIMERS)
async def test_lines_are_served_every_20_ms_on_absolute_deadlines(timer: Callable[..., pacing.Timer]) -> None:
    late_s: list[float] = []
    pacer = Pacer(timer, late_s.extend)
    times: list[list[float]] = [[] for _ in range(40)]

    def line(n: int) -> Callable[[], None]:
        return lambda: times[n].append(time.monotonic())

    for n in range(40):
        pacer.add(line(n))
    begun_s = time.monotonic()
    await asyncio.sleep(0.6)
    pacer.close()
    for calls in times:
        assert calls[0] - begun_s < 0.03
        assert (calls[-1] - calls[0]) / (len(calls) - 1) == pytest.approx(0.02, abs=0.0005)
    apart_ms = [median(b - a for a, b in zip(times[0], calls, strict=False)) * 1000 for calls in times]
    phases = [round(ms / 5) % 4 for ms in apart_ms]
    assert set(phases[: pacing.FEW_LINES]) == {0}, "a few are cheaper together"
    assert set(phases[pacing.FEW_LINES :]) == {1, 2, 3}, "many are spread, so that they never wake together"
    assert sorted(late_s)[len(late_s) // 2] < 0.003


@pytest.mark.parametrize("timer", TIMERS)
async def test_after_a_stall_of_the_loop_frames_are_skipped_not_sent_in_a_burst(
    timer: Callable[..., pacing.Timer],
) -> None:
    late_s: list[float] = []
    times: list[float] = []
    pacer = Pacer(timer, late_s.extend)
    pacer.add(lambda: times.append(time.monotonic()))
    await asyncio.sleep(0.1)
    before = len(times)
    time.sleep(0.3)  # noqa: ASYNC251
    await asyncio.sleep(0.1)
    pacer.close()
    assert len(times) - before <= 7
    assert max(late_s) > 0.2  # the histogram shows the stall


@pytest.mark.parametrize("timer", TIMERS)
async def test_the_timer_rests_while_there_are_no_lines(timer: Callable[..., pacing.Timer]) -> None:
    ticks = 0

    def make(tick: Callable[[], None]) -> pacing.Timer:
        def counted() -> None:
            nonlocal ticks
            ticks += 1
            tick()

        return timer(counted)

    def nothing() -> None:
        pass

    pacer = Pacer(make, lambda _: None)
    await asyncio.sleep(0.05)
    assert ticks == 0
    pacer.add(nothing)
    await asyncio.sleep(0.05)
    pacer.remove(nothing)
    pacer.remove(nothing)
    await asyncio.sleep(0.01)
    stopped = ticks
    assert stopped >= 2
    await asyncio.sleep(0.05)
    assert ticks == stopped
    pacer.add(nothing)
    await asyncio.sleep(0.05)
    assert ticks > stopped
    pacer.close()


async def test_a_line_may_leave_from_within_its_own_frame_and_take_others_along() -> None:
    pacer = Pacer(observe_late_s=lambda _: None)
    calls: list[int] = []
    all_there = False

    def leave(n: int) -> None:
        if all_there:
            calls.append(n)
            for line in lines:
                pacer.remove(line)

    lines = [lambda n=n: leave(n) for n in range(12)]
    for line in lines:
        pacer.add(line)
    all_there = True
    await asyncio.sleep(0.06)
    pacer.close()
    assert len(calls) == 1


async def test_a_line_that_ends_as_another_comes_does_not_stop_the_timer_for_it() -> None:
    pacer = Pacer(observe_late_s=lambda _: None)
    came: list[float] = []

    def last() -> None:
        if len(came) == 1:
            pacer.remove(last)
        came.append(0.0)

    pacer.add(last)
    await asyncio.sleep(0.01)
    time.sleep(0.03)  # noqa: ASYNC251  its deadline passes before the timer is served
    served: list[float] = []
    pacer.add(lambda: served.append(time.monotonic()))
    await asyncio.sleep(0.1)
    pacer.close()
    assert len(served) >= 3


class WriteLog(asyncio.Transport):
    """A transport that keeps each write by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[bytes] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.writes.append(bytes(data))

    def get_write_buffer_size(self) -> int:
        return 0

    def is_closing(self) -> bool:
        return False

    def abort(self) -> None:
        pass


async def test_a_frame_is_one_write_of_header_and_payload() -> None:
    transport, pacer = WriteLog(), Pacer(observe_late_s=lambda _: None)
    line = Connection(lambda _: None, pacer, Gathering(), 10)
    line.connection_made(transport)
    data = encode_uuid(uuid4())
    line.data_received(data)
    frames = iter(bytes([n]) * 320 for n in range(1, 250))
    line.start_playing(lambda: next(frames))
    await asyncio.sleep(0.15)
    line.connection_lost(None)
    pacer.close()
    assert 6 <= len(transport.writes) <= 9
    assert transport.writes == [b"\x10\x01\x40" + bytes([n]) * 320 for n in range(1, len(transport.writes) + 1)]


async def test_every_frame_is_read_whole_by_a_peer_that_reads_at_once() -> None:
    """Over a real socket: no segment ends within a frame, since Asterisk gives up after 5 ms."""
    async with serving(Echo()) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(encode_uuid(uuid4()))
        for _ in range(25):
            assert len(await reader.read(65536)) % 323 == 0
        writer.close()


async def test_lateness_is_measured() -> None:
    before = sample("frame_lateness_seconds_count")
    async with serving(Echo()) as server, calling(server) as client:
        await hear(client, 10)
    assert sample("frame_lateness_seconds_count") >= before + 10

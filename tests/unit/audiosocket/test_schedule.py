from hypothesis import given
from hypothesis import strategies as st

from callcenter.audiosocket.pacing import FRAME_NS, MAX_LATE_NS, MS_NS, Due, Phase


def ms(*times: int) -> tuple[int, ...]:
    return tuple(time * MS_NS for time in times)


def test_nothing_is_due_before_its_time() -> None:
    assert Phase(100 * MS_NS).take(99 * MS_NS) == Due()


def test_a_frame_is_due_every_20_ms_from_the_first() -> None:
    phase = Phase(0)
    assert [phase.take(now * MS_NS).deadlines_ns for now in (0, 5, 19, 20, 41, 60)] == [
        ms(0), (), (), ms(20), ms(40), ms(60),
    ]  # fmt: skip


def test_lateness_does_not_move_the_deadlines_that_follow() -> None:
    phase = Phase(0)
    phase.take(13 * MS_NS)
    assert phase.next_ns == 20 * MS_NS


def test_up_to_60_ms_late_the_missed_frames_are_sent() -> None:
    assert Phase(0).take(60 * MS_NS) == Due(ms(0, 20, 40, 60))


def test_more_than_60_ms_late_is_skipped_and_one_frame_is_sent() -> None:
    assert Phase(0).take(61 * MS_NS) == Due(ms(60), ms(0, 20, 40))
    assert Phase(0).take(1003 * MS_NS).deadlines_ns == ms(1000)


@given(st.lists(st.integers(0, 300 * MS_NS), max_size=60))
def test_every_deadline_is_kept_or_skipped_once_and_never_in_a_burst(waits_ns: list[int]) -> None:
    phase, now_ns, seen = Phase(0), 0, []
    for wait_ns in waits_ns:
        now_ns += wait_ns
        due = phase.take(now_ns)
        assert len(due.deadlines_ns) <= MAX_LATE_NS // FRAME_NS + 1
        assert all(0 <= now_ns - deadline <= MAX_LATE_NS for deadline in due.deadlines_ns)
        assert not due.skipped_ns or len(due.deadlines_ns) == 1
        seen += [*due.skipped_ns, *due.deadlines_ns]
    assert seen == list(range(0, len(seen) * FRAME_NS, FRAME_NS))
    assert phase.next_ns > now_ns or not waits_ns

"""What a simulated caller hears, told the time."""

import pytest

from callcenter.bench.callsim.caller import SILENCE, Caller, Stage
from callcenter.bench.callsim.ear import Ear
from callcenter.bench.callsim.figures import percentile
from callcenter.bench.callsim.plan import Plan

LOUD = b"\x00\x20" * 160
WORDS = b"\x00\x10" * 160 * 10
PLAN = Plan("127.0.0.1", 9092, (WORDS,), calls=1, turns=2, interrupted=frozenset({1}))


def test_a_frame_that_comes_early_is_heard_after_the_ones_before_it() -> None:
    ear = Ear(PLAN)
    sounds = [ear.hear(1.0, LOUD) for _ in range(3)]
    assert [sound and round(sound.began_s, 3) for sound in sounds] == [1.0, 1.02, 1.04]
    assert ear.ahead_s == pytest.approx(0.04)
    assert ear.gaps_ms == []


def test_a_gap_is_what_the_phone_had_nothing_to_play_for() -> None:
    ear = Ear(PLAN)
    for at_s in (1.0, 1.02, 1.07):
        ear.hear(at_s, LOUD)
    assert ear.gaps_ms == pytest.approx([30.0])


def test_silence_between_two_spurts_is_no_gap() -> None:
    ear = Ear(PLAN)
    ear.hear(1.0, LOUD)
    assert ear.hear(1.02, bytes(320)) is None
    sound = ear.hear(1.5, LOUD)
    assert sound is not None
    assert sound.new_spurt
    assert ear.gaps_ms == []


def test_an_answer_counts_from_the_last_sample_that_was_sent() -> None:
    caller, now_s = Caller(0, PLAN, talks_at_s=0.0), 0.0
    spoken = 0
    while caller.stage in (Stage.IDLE, Stage.SPEAKING):
        spoken += caller.next_frame(now_s) != SILENCE
        now_s += 0.02
    assert spoken == 10
    for _ in range(20):
        assert caller.next_frame(now_s) == SILENCE
        caller.hear(now_s, bytes(320))
        now_s += 0.02
    caller.hear(now_s, LOUD)
    turn = caller.turns[0]
    assert turn.answered_s is not None
    assert turn.ended_s is not None
    assert turn.answered_s - turn.ended_s == pytest.approx(0.42)


def test_an_interruption_ends_when_the_old_answer_is_heard_no_more_and_is_answered_by_a_new_spurt() -> None:
    caller, now_s = Caller(0, PLAN, talks_at_s=0.0), 0.0

    def pass_time(frames: int, heard: bytes) -> None:
        nonlocal now_s
        for _ in range(frames):
            caller.next_frame(now_s)
            caller.hear(now_s, heard)
            now_s += 0.02

    pass_time(10, bytes(320))
    pass_time(52, LOUD)  # the answer, until it is talked into after a second
    assert caller.stage is Stage.SPEAKING
    pass_time(5, LOUD)
    pass_time(25, bytes(320))
    pass_time(1, LOUD)
    first, second = caller.turns
    assert first.was_interrupted
    assert second.interrupts
    assert second.quiet_s is not None
    assert second.began_s is not None
    assert 0.08 <= second.quiet_s - second.began_s <= 0.16
    assert second.answered_s == pytest.approx(now_s - 0.02)


def test_a_server_that_talks_over_the_caller_is_found_out() -> None:
    caller = Caller(0, PLAN, talks_at_s=0.0)
    caller.next_frame(0.0)
    caller.hear(0.01, LOUD)
    assert caller.turns[0].early


def test_percentiles_are_interpolated() -> None:
    assert percentile([1, 2, 3, 4], 50) == 2.5
    assert percentile([], 50) is None

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.config import TurnSettings, VadSettings
from callcenter.pipeline.turn_taking import Confirmed, Discarded, Ended, Paused, Resumed, Signal, Started, TurnDetector
from callcenter.ports import Activity


def signals(detector: TurnDetector, pattern: str, ms: int = 20) -> list[Signal]:
    """Feed a picture of voice activity, one character a window: `#` speech, `~` fading, `.` silence, `_` silence that
    the voice detector still takes for speech, `+` a soft sound of the voice."""
    windows = {
        "#": Activity(0.9, -20),
        "~": Activity(0.37, -20),
        ".": Activity(0.05, -60),
        "_": Activity(0.8, -60),
        "+": Activity(0.8, -40),
    }
    return [signal for mark in pattern for signal in detector.feed(windows[mark], ms)]


SILENCES = {
    "pause_ms": 160,
    "complete_silence_ms": 300,
    "silence_ms": 500,
    "incomplete_silence_ms": 1400,
    "dictation_silence_ms": 1200,
    "barge_in_ms": 160,
}


def detector(**settings: object) -> TurnDetector:
    return TurnDetector(TurnSettings.model_validate(SILENCES | settings), VadSettings())


def test_a_turn_starts_is_confirmed_and_ends_after_the_silence() -> None:
    assert signals(detector(), "." * 5 + "#" * 20 + "." * 25) == [
        Started(100),
        Confirmed(160),
        Paused(400, 160),
        Ended(400, 500),
    ]


def test_a_pause_shorter_than_the_silence_is_part_of_the_turn() -> None:
    assert signals(detector(), "#" * 10 + "." * 20 + "#" * 10 + "." * 25)[-1] == Ended(400, 500)


def test_each_pause_is_told_once_and_so_is_going_on() -> None:
    found = signals(detector(), "#" * 10 + "." * 15 + "#" * 5 + "." * 10 + "#")
    assert found[2:] == [Paused(200, 160), Resumed(300), Paused(300, 160), Resumed(200)]


def test_single_windows_of_noise_start_nothing() -> None:
    assert signals(detector(), "#..#..##..") == []


def test_a_click_is_discarded_quickly() -> None:
    assert signals(detector(), "####" + "." * 10) == [Started(0), Discarded(80)]


def test_a_voice_held_for_a_short_noise_goes_on_soon() -> None:
    assert signals(detector(barge_in_ms=80), "####" + "." * 10) == [Started(0), Confirmed(80), Discarded(80)]


def test_fading_speech_is_still_speech_but_begins_none() -> None:
    assert signals(detector(), "~" * 50) == []
    assert signals(detector(), "#" * 10 + "~" * 10 + "." * 25)[-1] == Ended(400, 500)


def test_dictation_waits_longer() -> None:
    dictating = detector()
    dictating.dictation = True
    assert signals(dictating, "#" * 10 + "." * 59)[-1] == Paused(200, 160)
    assert signals(dictating, ".") == [Ended(200, 1200, "dictation")]


def test_endless_speech_is_cut() -> None:
    assert signals(detector(max_utterance_ms=1000), "#" * 50)[-1] == Ended(1000, 0, "length")


def test_silence_counts_from_the_last_sound_of_the_voice_not_from_where_its_detector_falls() -> None:
    assert signals(detector(), "." * 20 + "#" * 20 + "_" * 9 + "." * 16)[-2:] == [Paused(400, 160), Ended(400, 500)]


def test_a_soft_ending_is_part_of_the_voice() -> None:
    assert signals(detector(), "." * 20 + "#" * 20 + "+" * 5 + "." * 25)[-1] == Ended(500, 500)


def test_the_end_waits_until_the_voice_detector_agrees() -> None:
    turns = detector()
    assert signals(turns, "." * 20 + "#" * 20 + "_" * 30)[-1] == Paused(400, 160)
    assert signals(turns, ".") == [Ended(400, 620)]


def test_others_in_the_room_do_not_keep_a_turn_open_for_ever() -> None:
    assert signals(detector(), "." * 20 + "#" * 20 + "_" * 45)[-1] == Ended(400, 900)


def test_a_line_without_any_noise_is_no_reason_to_miss_soft_speech() -> None:
    soft = Activity(0.9, -55)
    turns = detector()
    silence = [turns.feed(Activity(0.01, -96), 20) for _ in range(20)]
    assert not any(silence)
    assert [signal for _ in range(10) for signal in turns.feed(soft, 20)] == [Started(400), Confirmed(160)]


@pytest.mark.parametrize(("words", "ends_after_ms"), [(1.0, 300), (0.75, 400), (0.5, 500), (0.25, 960), (0.0, 1400)])
def test_the_more_complete_the_words_the_shorter_the_wait(words: float, ends_after_ms: int) -> None:
    turns = detector()
    signals(turns, "#" * 20 + "." * 8)
    turns.judge(words=words)
    reason = "silence" if words == 0.5 else "words"
    assert signals(turns, "." * 80)[0] == Ended(400, ends_after_ms, reason)


def test_votes_are_of_one_pause_only() -> None:
    turns = detector()
    signals(turns, "#" * 20 + "." * 10)
    turns.judge(words=0.0)
    assert signals(turns, "#" * 20 + "." * 25)[-1] == Ended(800, 500)


def test_the_voice_is_believed_when_it_goes_on_and_the_words_say_nothing() -> None:
    for words, voice, ended in (
        (None, 0.01, Ended(400, 1400, "voice")),
        (None, 0.99, Ended(400, 500)),
        (1.0, 0.01, Ended(400, 300, "words")),
    ):
        turns = detector()
        signals(turns, "#" * 20 + "." * 8)
        turns.judge(words=words, voice=voice)
        assert signals(turns, "." * 80)[0] == ended


@pytest.mark.parametrize(
    ("smart_turn", "words", "asked_after_ms"),
    [("auto", None, 320), ("auto", 0.5, 320), ("auto", 0.8, None), ("on", 0.8, 160), ("off", None, None)],
)
def test_the_voice_is_asked_where_the_words_say_nothing(
    smart_turn: str, words: float | None, asked_after_ms: int | None
) -> None:
    turns = detector(smart_turn=smart_turn)
    signals(turns, "#" * 20)
    wanted = None
    for silence_ms in range(20, 400, 20):
        signals(turns, ".")
        if silence_ms == 160:
            turns.judge(words=words)
        if wanted is None and turns.wants_voice:
            wanted = silence_ms
    assert wanted == asked_after_ms
    turns.judge(voice=0.9)
    assert not turns.wants_voice


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(-96, 0), st.integers(1, 64)), max_size=400))
def test_signals_always_come_in_order(windows: list[tuple[float, float, int]]) -> None:
    turns = detector(barge_in_ms=80)
    found = [type(signal) for p, level, ms in windows for signal in turns.feed(Activity(p, level), ms)]
    following: dict[type[Signal], set[type[Signal]]] = {
        Started: {Confirmed, Paused, Discarded, Ended},
        Confirmed: {Paused, Discarded, Ended},
        Paused: {Resumed, Ended},
        Resumed: {Confirmed, Paused, Ended},
        Discarded: {Started},
        Ended: {Started},
    }
    assert all(second in following[first] for first, second in itertools.pairwise(found))
    assert not found or found[0] is Started

import itertools

from hypothesis import given
from hypothesis import strategies as st

from callcenter.config import TurnSettings, VadSettings
from callcenter.pipeline.turn_taking import Confirmed, Discarded, Ended, Paused, Resumed, Signal, Started, TurnDetector
from callcenter.ports import Activity


def signals(detector: TurnDetector, pattern: str, ms: int = 20) -> list[Signal]:
    """Feed a picture of voice activity, one character a window: `#` speech, `~` fading, `.` silence."""
    levels = {"#": 0.9, "~": 0.4, ".": 0.05}
    return [signal for mark in pattern for signal in detector.feed(Activity(levels[mark], -20), ms)]


def detector(**settings: int) -> TurnDetector:
    return TurnDetector(TurnSettings.model_validate(settings), VadSettings())


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


@given(st.lists(st.tuples(st.floats(0, 1), st.integers(1, 64)), max_size=400))
def test_signals_always_come_in_order(windows: list[tuple[float, int]]) -> None:
    turns = detector()
    found = [type(signal) for probability, ms in windows for signal in turns.feed(Activity(probability, -20), ms)]
    following: dict[type[Signal], set[type[Signal]]] = {
        Started: {Confirmed, Paused, Discarded, Ended},
        Confirmed: {Paused, Ended},
        Paused: {Resumed, Ended},
        Resumed: {Confirmed, Paused, Ended},
        Discarded: {Started},
        Ended: {Started},
    }
    assert all(second in following[first] for first, second in itertools.pairwise(found))
    assert not found or found[0] is Started

from callcenter.stt.whisper_model import WHOLE_S, window_frames
from callcenter.stt.whisper_window import Comparison, Verdict


def verdict(*different: float, words: int = 100) -> Verdict:
    """What windows of 2, 5, 10, ... s make of the words."""
    windows_s = (2, 5, 10, 15, 20)
    pairs = zip(windows_s, different, strict=False)
    return Verdict(20, words, tuple(Comparison(window_s, share, 0.0, 3.0) for window_s, share in pairs))


def test_the_shortest_windows_that_change_nothing_are_taken() -> None:
    assert verdict(0.9, 0.3, 0.01, 0.0, 0.0).window_s == 10
    assert verdict(0.0, 0.0, 0.0, 0.0, 0.0).window_s == 2


def test_short_windows_that_do_well_by_chance_are_not_trusted() -> None:
    assert verdict(0.0, 0.0, 0.3, 0.0, 0.0).window_s == 15


def test_padding_stays_where_all_change_something_or_nothing_was_heard() -> None:
    assert verdict(0.9, 0.3, 0.2, 0.1, 0.03).window_s == WHOLE_S
    assert verdict(0.0, 0.0, words=10).window_s == WHOLE_S
    assert Verdict(0, 0, ()).window_s == WHOLE_S


def test_a_surer_padded_model_keeps_its_padding() -> None:
    lost = Comparison(10, 0.0, 0.5, 3.0)
    assert Verdict(20, 100, (lost,)).window_s == WHOLE_S


def test_a_window_holds_the_speech_and_a_little_silence() -> None:
    assert window_frames(130, 2) == 200
    assert window_frames(160, 2) == 300
    assert window_frames(160, 10) == 1000
    assert window_frames(2990, 2) == 3000
    assert window_frames(160, WHOLE_S) == 3000

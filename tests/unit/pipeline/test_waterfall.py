"""Where the time of an answer goes, told the times."""

import pytest

from callcenter.pipeline.waterfall import Waterfall
from callcenter.records import Stage


def test_stages_are_told_in_order_and_in_ms_from_the_end_of_speech() -> None:
    waterfall = Waterfall(10.0)
    waterfall.reach(Stage.FIRST_AUDIO, 10.6)
    waterfall.reach(Stage.TRANSCRIPT, 10.2)
    waterfall.reach(Stage.ENDPOINT, 10.35)
    waterfall.reach(Stage.ENDPOINT, 11.0)
    assert list(waterfall.timeline_ms().items()) == [("endpoint", 350), ("transcript", 200), ("first_audio", 600)]


def test_a_guess_from_before_the_last_sound_does_not_count_backwards() -> None:
    waterfall = Waterfall(10.0)
    waterfall.reach(Stage.TRANSCRIPT, 9.9)
    assert waterfall.timeline_ms() == {"transcript": 0}


def test_our_own_share_is_what_was_no_wait_for_others() -> None:
    waterfall = Waterfall(10.0)
    waterfall.wait(10.31, 10.50)  # the model, begun in the silence
    waterfall.wait(10.0, 10.35)  # the end of the turn
    waterfall.wait(10.51, 10.53)  # the voice
    waterfall.wait(10.9, 11.5)  # the voice, of a later sentence
    assert waterfall.own_share_s() is None
    waterfall.reach(Stage.FIRST_AUDIO, 10.54)
    assert waterfall.own_share_s() == pytest.approx(0.02)


def test_without_a_wait_all_of_it_is_ours() -> None:
    waterfall = Waterfall(10.0)
    waterfall.reach(Stage.FIRST_AUDIO, 10.1)
    assert waterfall.own_share_s() == pytest.approx(0.1)

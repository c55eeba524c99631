"""What a Whisper wrote, and whether it was said."""

import pytest

from callcenter.stt.plausibility import Segment, judge


def test_a_clear_sentence_is_believed() -> None:
    verdict = judge([Segment(" Де моє замовлення?", -0.2), Segment(" Дякую.", -0.4)])
    assert (verdict.text, verdict.rejected) == ("Де моє замовлення? Дякую.", False)
    assert verdict.confidence == pytest.approx(0.74, abs=0.01)


@pytest.mark.parametrize(
    "segment",
    [
        Segment("", -0.1),
        Segment(" ...", -0.1),
        Segment("Дякую за перегляд!", -0.1),
        Segment("Субтитры сделал DimaTorzok", -0.1),
        Segment("Thanks for watching!", -0.1),
        Segment("so so so so so so so so", -0.1, compression_ratio=3.1),
        Segment("perhaps something", -1.4),
        Segment("in a silent room", -0.3, no_speech=0.8),
    ],
)
def test_what_whisper_makes_up_is_rejected(segment: Segment) -> None:
    verdict = judge([segment])
    assert (verdict.text, verdict.confidence, verdict.rejected) == ("", 0.0, True)


def test_only_the_unbelievable_part_is_dropped() -> None:
    verdict = judge([Segment("Мені потрібні шини.", -0.3), Segment("Дякую за перегляд!", -0.2)])
    assert (verdict.text, verdict.rejected) == ("Мені потрібні шини.", False)


def test_nothing_at_all_is_rejected() -> None:
    assert judge([]).rejected

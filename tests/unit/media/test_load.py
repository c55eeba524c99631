import pytest

from callcenter.config import AdmissionSettings
from callcenter.errors import RefusalReason
from callcenter.media.load import Load, Overload, Smoothed

SETTINGS = AdmissionSettings(
    loop_lag_ms=20,
    loop_lag_resume_ms=10,
    recognizer_waiting=16,
    recognizer_waiting_resume=8,
    recognizer_wait_ms=1500,
    recognizer_wait_resume_ms=500,
)
CALM = Load(loop_lag_ms=1, recognizer_waiting=0, recognizer_wait_ms=0)


@pytest.mark.parametrize(
    ("too_much", "reason"),
    [
        (Load(25, 0, 0), RefusalReason.LOOP_LATE),
        (Load(1, 17, 0), RefusalReason.RECOGNIZER_BUSY),
        (Load(1, 0, 1600), RefusalReason.RECOGNIZER_BUSY),
    ],
)
def test_each_figure_alone_closes(too_much: Load, reason: RefusalReason) -> None:
    overload = Overload(SETTINGS)
    assert overload.feed(CALM) is None
    assert overload.feed(too_much) is reason
    assert overload.feed(CALM) is None


@pytest.mark.parametrize("between", [Load(15, 0, 0), Load(1, 12, 0), Load(1, 0, 800)])
def test_between_the_two_figures_it_stays_as_it_was(between: Load) -> None:
    overload = Overload(SETTINGS)
    assert overload.feed(between) is None
    overload.feed(Load(25, 17, 1600))
    assert overload.feed(between) is not None
    overload.feed(CALM)
    assert overload.feed(between) is None


def test_a_hiccup_of_the_machine_is_no_overload_and_a_busy_loop_is() -> None:
    lag = Smoothed()
    lag.feed(400)
    assert lag.value < SETTINGS.loop_lag_ms
    for _ in range(100):
        lag.feed(30)
    assert lag.value > SETTINGS.loop_lag_ms


def test_it_cannot_be_told_to_open_above_where_it_closes() -> None:
    with pytest.raises(ValueError, match="recognizer_waiting_resume must not be above recognizer_waiting"):
        AdmissionSettings(recognizer_waiting=4)

import numpy as np
import pytest

from callcenter.phone.hearing import Ear, trim

LOUD, QUIET = b"\x00\x20" * 160, bytes(320)


def hear(ear: Ear, begin_s: float, frames: str, step_s: float = 0.02) -> float:
    """Frames every 20 ms, "x" audible and "." silent; returns when the next would come."""
    for n, frame in enumerate(frames):
        ear.hear(begin_s + n * step_s, 8000, LOUD if frame == "x" else QUIET)
    return begin_s + len(frames) * step_s


def test_speech_is_heard_from_its_first_audible_sample() -> None:
    ear = Ear()
    hear(ear, 10.0, "...")
    ear.hear(10.06, 8000, bytes(160) + LOUD[:160])  # audible from its middle on
    hear(ear, 10.08, "xx....")
    (spurt,) = ear.spurts
    assert spurt.started_s == pytest.approx(10.07)
    assert spurt.ended_s == pytest.approx(10.12)
    assert ear.silent_s(10.62) == pytest.approx(0.5)


def test_short_pauses_belong_to_the_speech_and_long_ones_part_it() -> None:
    ear = Ear()
    hear(ear, 0.0, "xx" + "." * 10 + "xx" + "." * 20 + "x")
    assert [round(spurt.started_s, 3) for spurt in ear.spurts] == [0.0, 0.68]


def test_nothing_has_been_heard_yet() -> None:
    ear = Ear()
    hear(ear, 0.0, "...")
    assert ear.silent_s(1.0) == float("inf")
    assert ear.recording() == bytes(960)


def test_audio_ahead_of_real_time_is_heard_in_its_turn() -> None:
    ear = Ear()
    hear(ear, 0.0, "x" * 50, step_s=0.0)
    assert ear.spurts[0].ended_s == pytest.approx(1.0)
    assert ear.spurts[0].gaps_ms == []


def test_a_starved_phone_is_a_gap_within_speech_only() -> None:
    ear = Ear()
    hear(ear, 0.0, "xxx")
    hear(ear, 0.1, "xx...")
    hear(ear, 0.5, "...")
    assert ear.spurts[0].gaps_ms == [pytest.approx(40)]
    assert ear.late_frames() == 2


def test_the_recording_is_what_was_heard_when_it_was_heard() -> None:
    ear = Ear()
    hear(ear, 5.0, "x")
    hear(ear, 5.04, "x")
    assert ear.recording() == LOUD + QUIET + LOUD


def test_jitter_is_the_distance_from_20_ms() -> None:
    ear = Ear()
    for at_s in (0, 0.020, 0.045, 0.060):
        ear.hear(at_s, 8000, QUIET)
    assert ear.jitter_ms() == pytest.approx([0, 5, 5])


def test_silence_around_speech_is_cut_off() -> None:
    speech = (np.sin(np.arange(1600) / 5) * 9000).astype("<i2").tobytes()
    cut = trim(bytes(3200) + speech + bytes(6400))
    assert len(cut) == pytest.approx(3200, abs=8)
    assert trim(bytes(320)) == b""
    assert trim(b"") == b""

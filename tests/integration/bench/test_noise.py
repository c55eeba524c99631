"""The noise bench in a short form: that it counts what it says, never how much."""

import numpy as np
import pytest

from callcenter.bench.noise import Annoyance, caller_side, count, measure, read_noises
from callcenter.ports import Activity


def test_a_held_voice_and_an_interruption_are_told_apart() -> None:
    silence, voice = [Activity(0.01, -60)] * 40, Activity(0.9, -20)
    assert count([*silence, voice, *silence]) == Annoyance(held=0, interrupted=0)
    assert count([*silence, *[voice] * 10, *silence]) == Annoyance(held=1, interrupted=0)
    assert count([*silence, *[voice] * 40, *silence]) == Annoyance(held=1, interrupted=1)


def test_noise_lies_on_the_line_at_the_level_of_a_telephone() -> None:
    noises = dict(read_noises())
    assert set(noises) == {"car_horn", "dog_bark", "engine_idling", "people_talking", "ringing_phone"}
    line = np.frombuffer(caller_side(noises["people_talking"], np.random.default_rng(0), 0.5), "<i2").astype(float)
    assert line.size == 30 * 8000
    assert -35 < 20 * np.log10(np.sqrt(np.mean(line**2)) / 32768) < -20


async def test_a_run_reports_every_noise_and_true_interruptions() -> None:
    figures = (await measure(minutes=0.1, share=0.05)).figures
    for name in ("car_horn", "people_talking", "all_but_people"):
        assert any(key.startswith(f"{name}.held") for key in figures)
    assert figures["true.missed"] == 0
    assert figures["true.noticed_p50_ms"] == pytest.approx(150, abs=120)

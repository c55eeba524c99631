"""`callcenter replay turns` on recorded calls."""

import json
import wave
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from callcenter.commands.replay import replay_app
from callcenter.config import TurnSettings
from callcenter.replay.recordings import ReplayError, read_left, read_recordings
from callcenter.replay.turns import parse_settings

SPEECH = Path(__file__).parents[2] / "data" / "speech" / "living_room_light_en.wav"


def write(path: Path, *channels: np.ndarray, rate_hz: int = 16000) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setparams((len(channels), 2, rate_hz, 0, "NONE", ""))
        file.writeframes(np.stack(channels, axis=1).astype("<i2").tobytes())
    return path


def call(pauses_s: tuple[float, ...]) -> np.ndarray:
    """The same sentence again and again, with these pauses behind it."""
    samples, rate_hz = read_left(SPEECH)
    sentence = samples[rate_hz * 18 // 100 : rate_hz * 148 // 100]
    noise = np.random.default_rng(0)
    parts = [np.zeros(rate_hz)]
    for pause_s in pauses_s:
        parts += [sentence.astype(float), np.zeros(round(pause_s * rate_hz))]
    line = np.concatenate(parts)
    return line + noise.normal(0, 20, line.size)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A stereo call whose agent (right) never stops; the caller says three sentences, two of them close together."""
    caller = call((0.7, 3.0, 3.0))
    write(tmp_path / "call.wav", caller, np.full(caller.size, 3000.0))
    (tmp_path / "call.json").write_text(json.dumps({"ended_ms": [2900, 5000, 9300]}))
    return tmp_path


def test_a_shorter_silence_answers_sooner_and_cuts_off_more(folder: Path) -> None:
    options = ["turns", str(folder), "--set", "silence_ms=400,smart_turn=off", "--set", "silence_ms=900", "--json"]
    result = CliRunner().invoke(replay_app, options)
    assert result.exit_code == 0, result.output
    live, _, short, long = json.loads(result.output)
    assert live["settings"] == "as decided live"
    assert (live["turns"], live["cut_off"]) == (3, 1)
    assert (short["turns"], short["cut_off"]) == (3, 1)
    assert (long["turns"], long["cut_off"]) == (2, 0)
    assert short["delay_p50_ms"] < long["delay_p50_ms"]


def test_prints_a_table_for_several_settings(folder: Path) -> None:
    output = CliRunner().invoke(replay_app, ["turns", str(folder / "call.wav")]).output
    assert "yours" in output
    assert "silence_ms=700" in output


def test_of_two_channels_the_left_one_is_the_caller(tmp_path: Path) -> None:
    path = write(tmp_path / "two.wav", np.full(8000, 5.0), np.full(8000, 9.0), rate_hz=8000)
    (recording,) = read_recordings([path])
    assert set(np.frombuffer(recording.pcm, "<i2")) == {5}
    assert recording.rate_hz == 8000
    assert recording.ended_ms is None


def test_what_cannot_be_replayed_is_named(tmp_path: Path) -> None:
    with pytest.raises(ReplayError, match="holds no WAV files"):
        list(read_recordings([tmp_path]))
    (tmp_path / "broken.wav").write_bytes(b"RIFF")
    with pytest.raises(ReplayError, match=r"broken\.wav: cannot be read"):
        list(read_recordings([tmp_path]))
    path = write(tmp_path / "good.wav", np.zeros(800))
    path.with_suffix(".json").write_text("[]")
    with pytest.raises(ReplayError, match=r"good\.json"):
        list(read_recordings([path]))


@pytest.mark.parametrize("text", ["silence_ms=soon", "patience=3", "silence_ms"])
def test_wrong_settings_are_named(text: str) -> None:
    with pytest.raises(ReplayError, match=text.partition("=")[0]):
        parse_settings(text, TurnSettings())


def test_other_settings_keep_the_rest() -> None:
    changed = parse_settings("silence_ms=450, smart_turn=off", TurnSettings(pause_ms=90))
    assert (changed.silence_ms, changed.smart_turn, changed.pause_ms) == (450, "off", 90)

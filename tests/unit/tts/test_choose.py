from pathlib import Path
from typing import Any

import pytest

from callcenter.config import Settings
from callcenter.errors import ConfigurationError
from callcenter.tts.choose import backends, choose_synthesizer


def settings(tmp_path: Path, language: str = "uk", **tts: Any) -> Settings:
    return Settings(state_dir=tmp_path, language=language, tts=tts)


def voice_file(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "models" / "piper"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.onnx").write_bytes(b"")


def active(settings: Settings) -> list[str]:
    return [status.name for status in backends(settings) if status.active]


def test_espeak_speaks_when_nothing_else_is_set_up(tmp_path: Path) -> None:
    synthesizer, why = choose_synthesizer(settings(tmp_path))
    assert synthesizer.name == "espeak"
    assert why == "nothing better is set up"


def test_piper_speaks_when_it_has_a_voice_for_the_language(tmp_path: Path) -> None:
    voice_file(tmp_path, "en_US-lessac-medium")
    assert active(settings(tmp_path)) == ["espeak"]
    voice_file(tmp_path, "uk_UA-ukrainian_tts-medium")
    synthesizer, why = choose_synthesizer(settings(tmp_path))
    assert synthesizer.name == "piper"
    assert "uk" in why
    assert active(settings(tmp_path)) == ["piper"]


def test_a_voice_is_named_or_pointed_at(tmp_path: Path) -> None:
    voice_file(tmp_path, "my-voice")
    path = tmp_path / "models" / "piper" / "my-voice.onnx"
    for name in ("my-voice", "my-voice.onnx", str(path)):
        assert active(settings(tmp_path, voices={"uk": name})) == ["piper"]
    assert active(settings(tmp_path, voices={"uk": "other"})) == ["espeak"]


def test_a_server_speaks_only_when_it_was_set_up_for_speech(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALLCENTER_LLM__BASE_URL", "http://127.0.0.1:1/v1")
    assert active(settings(tmp_path)) == ["espeak"]
    assert active(settings(tmp_path, backend="openai")) == ["openai"]
    assert active(settings(tmp_path, base_url="http://127.0.0.1:2/v1")) == ["openai"]
    synthesizer, _ = choose_synthesizer(settings(tmp_path, base_url="http://127.0.0.1:2/v1"))
    assert synthesizer.name == "openai"


def test_asking_for_what_is_not_there_names_the_key_and_the_way(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"tts\.backend: piper .*no Piper voice for uk; put NAME.onnx"):
        choose_synthesizer(settings(tmp_path, backend="piper"))
    with pytest.raises(ConfigurationError, match=r"tts\.backend: openai .*no server is configured"):
        choose_synthesizer(settings(tmp_path, backend="openai"))


def test_doctor_sees_every_backend_with_a_reason(tmp_path: Path) -> None:
    statuses = backends(settings(tmp_path))
    assert [status.name for status in statuses] == ["openai", "piper", "espeak"]
    assert all(status.component == "tts" and status.why for status in statuses)
    assert [status.available for status in statuses] == [False, False, True]
    assert all(status.how_to_get for status in statuses)

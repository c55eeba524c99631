"""Which recognizer is taken, and what doctor tells of all of them."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from callcenter.backends import BackendStatus
from callcenter.config import LlmSettings, Settings, SttSettings
from callcenter.errors import ConfigurationError
from callcenter.ports import Language
from callcenter.stt.choose import backends, choose_recognizer
from callcenter.stt.models import NEEDED_FILES, find_whisper, whisper_folder
from tests.fakes.grammars import GRAMMARS


def settings(
    state_dir: Path, stt: SttSettings | None = None, language: Language = "en", llm: LlmSettings | None = None
) -> Settings:
    return Settings(
        state_dir=state_dir, language=language, stt=stt or SttSettings(model="tiny"), llm=llm or LlmSettings()
    )


def fake_model(folder: Path) -> Path:
    folder.mkdir(parents=True)
    for name in NEEDED_FILES:
        (folder / name).touch()
    return folder


def status_of(name: str, given: Settings) -> BackendStatus:
    (status,) = [status for status in backends(given) if status.name == name]
    return status


@pytest.fixture(autouse=True)
def _no_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))  # not the machine's own


def test_out_of_the_box_it_is_pocketsphinx(tmp_path: Path) -> None:
    recognizer, why = choose_recognizer(settings(tmp_path), GRAMMARS)
    assert recognizer.name == "pocketsphinx"
    assert "English" in why
    status = status_of("pocketsphinx", settings(tmp_path))
    assert (status.available, status.active) == (True, True)
    assert "callcenter models download tiny" in status.how_to_get
    assert "stt.base_url" in status.how_to_get


def test_whisper_is_taken_when_its_model_is_there(tmp_path: Path) -> None:
    fake_model(whisper_folder(settings(tmp_path), "tiny"))
    recognizer, why = choose_recognizer(settings(tmp_path, language="uk"), GRAMMARS)
    assert recognizer.name == "whisper"
    assert "tiny" in why
    assert status_of("whisper", settings(tmp_path)).active
    assert status_of("pocketsphinx", settings(tmp_path)).why == "a better one is there"


async def test_a_server_of_its_own_goes_first(tmp_path: Path) -> None:
    fake_model(whisper_folder(settings(tmp_path), "tiny"))
    recognizer, why = choose_recognizer(settings(tmp_path, SttSettings(base_url="http://127.0.0.1:1/v1")), GRAMMARS)
    assert recognizer.name == "openai"
    assert "stt.base_url" in why
    await recognizer.aclose()


def test_the_language_models_server_is_not_taken_unasked(tmp_path: Path) -> None:
    llm = LlmSettings(base_url="http://127.0.0.1:1/v1", api_key=SecretStr("k"))
    given = settings(tmp_path, llm=llm)
    assert choose_recognizer(given, GRAMMARS)[0].name == "pocketsphinx"
    status = status_of("openai", given)
    assert (status.available, status.active) == (True, False)
    assert "money" in status.why


@pytest.mark.parametrize(
    ("stt", "language", "told"),
    [
        (SttSettings(backend="whisper", model="tiny"), "en", "callcenter models download tiny"),
        (SttSettings(backend="whisper", model="/nowhere"), "en", "/nowhere"),
        (SttSettings(backend="openai"), "en", r"stt\.base_url"),
        (SttSettings(backend="pocketsphinx"), "uk", "English only"),
        (SttSettings(model="tiny"), "ru", "English only.*callcenter models download tiny"),
    ],
)
def test_what_cannot_be_had_is_said_with_the_way_to_get_it(
    tmp_path: Path, stt: SttSettings, language: Language, told: str
) -> None:
    with pytest.raises(ConfigurationError, match=told):
        choose_recognizer(settings(tmp_path, stt, language), GRAMMARS)


def test_a_model_is_found_by_folder_by_name_and_in_the_hubs_cache(tmp_path: Path) -> None:
    given = settings(tmp_path)
    assert find_whisper(given, "base") is None
    cached = fake_model(tmp_path / "hub" / "models--Systran--faster-whisper-base" / "snapshots" / "abc")
    assert find_whisper(given, "base") == cached
    whisper_folder(given, "base").mkdir(parents=True)
    (whisper_folder(given, "base") / "model.bin").touch()  # the download was interrupted
    assert find_whisper(given, "base") == cached
    whisper_folder(given, "base").joinpath("tokenizer.json").touch()
    ours = whisper_folder(given, "base")
    assert find_whisper(given, "base") == ours
    assert find_whisper(given, str(cached)) == cached

from pathlib import Path

import pytest

from demo_store.settings import EmbeddingSettings, Settings, SettingsError

URL = "postgresql://localhost/shop"
MODEL = {
    "DATABASE_URL": URL,
    "DEMO_STORE_EMBEDDINGS_URL": "http://127.0.0.1:8000/v1",
    "DEMO_STORE_EMBEDDINGS_MODEL": "embed-small",
    "DEMO_STORE_EMBEDDINGS_DIMENSIONS": "128",
}


def test_its_own_database_goes_before_the_common_one() -> None:
    assert (
        Settings.from_environment({"STORE_DATABASE_URL": URL, "DATABASE_URL": "postgresql://x/y"}).database_url == URL
    )
    assert Settings.from_environment({"DATABASE_URL": URL}).database_url == URL


def test_the_key_is_demo_and_the_test_bench_is_off_unless_set() -> None:
    settings = Settings.from_environment({"DATABASE_URL": URL})
    assert (settings.api_key, settings.admin_key) == ("demo", None)


def test_it_listens_where_the_call_centre_looks_for_it() -> None:
    shared = {"CALLCENTER_STORE__HOST": "0.0.0.0", "CALLCENTER_STORE__PORT": "9999", "CALLCENTER_STORE__API_KEY": "k"}  # noqa: S104 - only read
    settings = Settings.from_environment({"DATABASE_URL": URL, **shared})
    assert (settings.host, settings.port, settings.api_key) == ("0.0.0.0", 9999, "k")  # noqa: S104 - only compared


def test_the_shops_articles_are_found_unless_another_folder_is_named() -> None:
    assert (Settings.from_environment({"DATABASE_URL": URL}).knowledge / "faq").is_dir()
    named = Settings.from_environment({"DATABASE_URL": URL, "DEMO_STORE_KNOWLEDGE": "/srv/articles"})
    assert named.knowledge == Path("/srv/articles")


def test_vectors_are_made_by_the_n_grams_unless_a_server_is_named() -> None:
    assert Settings.from_environment({"DATABASE_URL": URL}).embeddings is None
    named = {"KEY": "secret", "BATCH": "8", "TIMEOUT_S": "0.5", "COSINES": "0.7,0.9"}
    more = {f"DEMO_STORE_EMBEDDINGS_{name}": value for name, value in named.items()}
    settings = Settings.from_environment({**MODEL, **more})
    assert settings.embeddings == EmbeddingSettings(
        "http://127.0.0.1:8000/v1", "embed-small", 128, "secret", 8, 0.5, (0.7, 0.9)
    )
    assert "secret" not in repr(settings)


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({}, "STORE_DATABASE_URL"),
        ({"DATABASE_URL": "mysql://x"}, "STORE_DATABASE_URL"),
        ({"DATABASE_URL": URL, "CALLCENTER_STORE__PORT": "http"}, "CALLCENTER_STORE__PORT"),
        ({"DATABASE_URL": URL, "CALLCENTER_STORE__PORT": "70000"}, "CALLCENTER_STORE__PORT"),
        ({**MODEL, "DEMO_STORE_EMBEDDINGS_URL": "127.0.0.1:8000"}, "DEMO_STORE_EMBEDDINGS_URL"),
        ({**MODEL, "DEMO_STORE_EMBEDDINGS_MODEL": ""}, "DEMO_STORE_EMBEDDINGS_MODEL"),
        ({**MODEL, "DEMO_STORE_EMBEDDINGS_DIMENSIONS": ""}, "DEMO_STORE_EMBEDDINGS_DIMENSIONS"),
        ({**MODEL, "DEMO_STORE_EMBEDDINGS_DIMENSIONS": "9" * 5000}, "DEMO_STORE_EMBEDDINGS_DIMENSIONS"),
        ({**MODEL, "DEMO_STORE_EMBEDDINGS_BATCH": "0"}, "DEMO_STORE_EMBEDDINGS_BATCH"),
        ({**MODEL, "DEMO_STORE_EMBEDDINGS_TIMEOUT_S": "nan"}, "DEMO_STORE_EMBEDDINGS_TIMEOUT_S"),
        ({**MODEL, "DEMO_STORE_EMBEDDINGS_COSINES": "0.5"}, "DEMO_STORE_EMBEDDINGS_COSINES"),
        ({**MODEL, "DEMO_STORE_EMBEDDINGS_COSINES": "0.5,0.2"}, "DEMO_STORE_EMBEDDINGS_COSINES"),
    ],
)
def test_a_wrong_setting_is_named(wrong: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        Settings.from_environment(wrong)

from pathlib import Path

import pytest

from demo_store.settings import Settings, SettingsError

URL = "postgresql://localhost/shop"


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


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({}, "STORE_DATABASE_URL"),
        ({"DATABASE_URL": "mysql://x"}, "STORE_DATABASE_URL"),
        ({"DATABASE_URL": URL, "CALLCENTER_STORE__PORT": "http"}, "CALLCENTER_STORE__PORT"),
        ({"DATABASE_URL": URL, "CALLCENTER_STORE__PORT": "70000"}, "CALLCENTER_STORE__PORT"),
    ],
)
def test_a_wrong_setting_is_named(wrong: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        Settings.from_environment(wrong)

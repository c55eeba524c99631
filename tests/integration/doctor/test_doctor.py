"""callcenter doctor, over real servers."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from callcenter.backends import BackendStatus
from callcenter.config import Settings, load_settings
from callcenter.doctor import machine, servers
from callcenter.doctor.examination import judge_engine
from callcenter.doctor.finding import Health
from callcenter.embedded.redis import free_port
from callcenter.journal import migrate

ROOT = Path(__file__).parents[3]
COMPONENTS = [
    *("python", "libraries", "disk", "ports", "asterisk", "media server", "voice activity", "recognizer"),
    *("agent", "voice", "store", "postgresql", "redis", "web"),
]


def settings_with(monkeypatch: pytest.MonkeyPatch, **env: str) -> Settings:
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    return load_settings()


def doctor(folder: Path, *arguments: str, **env: str) -> "subprocess.CompletedProcess[str]":
    ports = {f"CALLCENTER_{section}__PORT": "0" for section in ("AUDIOSOCKET", "HTTP", "WEB", "STORE")}
    return subprocess.run(
        [sys.executable, "-m", "callcenter.cli", "doctor", *arguments],
        cwd=ROOT,
        env=os.environ | ports | {"CALLCENTER_STATE_DIR": str(folder), "COLUMNS": "300"} | env,
        capture_output=True,
        text=True,
        check=False,
    )


def components(said: str) -> dict[str, dict[str, Any]]:
    return {component["component"]: component for component in json.loads(said)["components"]}


@pytest.fixture(scope="module")
def store_url(make_database: Any) -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-m", "demo_store", "serve", "--setup", "--port", str(port)]
    env = os.environ | {"STORE_DATABASE_URL": make_database(), "STORE_API_KEY": "right"}
    with subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL) as process:
        for _ in range(300):
            try:
                if httpx.get(f"http://127.0.0.1:{port}/readyz").status_code == 200:
                    break
            except httpx.TransportError:
                time.sleep(0.05)
        yield f"http://127.0.0.1:{port}/api/v1"
        process.terminate()


def test_a_machine_where_nothing_was_started_is_fine(tmp_path: Path) -> None:
    done = doctor(tmp_path, "--json")
    assert done.returncode == 0, done.stdout
    found = components(done.stdout)
    assert list(found) == COMPONENTS
    assert found["postgresql"]["health"] == "off"
    assert all(found[name]["why"] for name in COMPONENTS)


def test_each_engine_says_which_backend_is_active_and_how_to_get_a_better_one(tmp_path: Path) -> None:
    found = components(doctor(tmp_path, "--json").stdout)
    assert found["recognizer"]["active"] == "pocketsphinx"
    assert {choice["name"] for choice in found["recognizer"]["choices"]} >= {"pocketsphinx", "whisper", "openai"}
    assert {choice["name"] for choice in found["voice"]["choices"]} >= {"espeak", "piper", "openai"}
    for name in ("recognizer", "voice", "agent"):
        assert any(choice["how_to_get"] for choice in found[name]["choices"])


def test_it_can_be_read_by_people(tmp_path: Path) -> None:
    said = doctor(tmp_path).stdout
    assert [name for name in COMPONENTS if name not in said] == []


def test_a_needed_server_that_is_away_is_code_1(tmp_path: Path) -> None:
    nowhere = f"postgresql://u:hush@127.0.0.1:{free_port()}/x"
    done = doctor(tmp_path, "--json", DATABASE_URL=nowhere)
    assert done.returncode == 1
    found = components(done.stdout)["postgresql"]
    assert found["health"] == "broken"
    assert "DATABASE_URL" in found["to_do"]
    assert "hush" not in done.stdout


async def test_postgresql_without_tables_is_told_the_command(
    monkeypatch: pytest.MonkeyPatch, postgres_url: str
) -> None:
    finding = await servers.postgresql(settings_with(monkeypatch, DATABASE_URL=postgres_url))
    assert finding.health is Health.BROKEN
    assert finding.to_do == "callcenter db upgrade"


def test_postgresql_with_tables_is_fine(tmp_path: Path, postgres_url: str) -> None:
    migrate.upgrade(postgres_url)
    found = components(doctor(tmp_path, "--json", DATABASE_URL=postgres_url).stdout)["postgresql"]
    assert found["health"] == "ok"
    assert found["active"].startswith("PostgreSQL 18")


async def test_redis(monkeypatch: pytest.MonkeyPatch, redis_url: str) -> None:
    found = await servers.redis(settings_with(monkeypatch, REDIS_URL=redis_url))
    assert (found.health, found.active[:9]) == (Health.OK, "Redis 6.2")
    assert redis_url.split("@")[0].split(":")[-1] not in found.active  # the password
    away = await servers.redis(settings_with(monkeypatch, REDIS_URL=f"redis://127.0.0.1:{free_port()}"))
    assert away.health is Health.BROKEN


async def test_a_store_that_answers(monkeypatch: pytest.MonkeyPatch, store_url: str) -> None:
    settings = settings_with(monkeypatch, STORE_API_URL=store_url, STORE_API_KEY="right")
    found = await servers.store(settings, is_running=False)
    assert found.health is Health.OK
    assert found.why.endswith("tires")


async def test_a_store_that_does_not_know_us(monkeypatch: pytest.MonkeyPatch, store_url: str) -> None:
    settings = settings_with(monkeypatch, STORE_API_URL=store_url, STORE_API_KEY="wrong")
    found = await servers.store(settings, is_running=False)
    assert (found.health, found.to_do) == (Health.BROKEN, "mend STORE_API_KEY")


def test_a_port_taken_by_another_program_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        found = machine.ports(settings_with(monkeypatch, CALLCENTER_WEB__PORT=port), frozenset())
        assert found.health is Health.BROKEN
        assert "CALLCENTER_WEB__PORT" in found.why
        assert machine.ports(load_settings(), frozenset({"web"})).health is Health.OK


@pytest.mark.parametrize("said_to_be_active", [True, False])
def test_a_backend_that_was_asked_for_and_is_not_there_is_broken(said_to_be_active: bool) -> None:
    asked = BackendStatus("stt", "whisper", False, said_to_be_active, why="no model", how_to_get="models download")
    there = BackendStatus("stt", "pocketsphinx", available=True, active=False, why="in the wheel", how_to_get="")
    finding = judge_engine("recognizer", "whisper", [asked, there])
    assert (finding.health, finding.why, finding.to_do) == (Health.BROKEN, "whisper: no model", "models download")


def test_a_backend_that_can_be_bettered_is_limited() -> None:
    used = BackendStatus(
        "stt", "pocketsphinx", available=True, active=True, why="English only", how_to_get="get whisper"
    )
    assert judge_engine("recognizer", "auto", [used]).health is Health.LIMITED

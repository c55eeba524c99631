"""docker-compose.yml says nothing that the program does not know. (No Docker engine is needed to find that out.)"""

import json
import re
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import typer
import yaml
from typer.main import get_command

from analytics.api.guard import check_exposure
from analytics.worker import MODES
from callcenter.cli import COMMANDS, build
from callcenter.config import WebSettings, load_settings
from callcenter.errors import ConfigurationError
from tests.unit.packaging.compose import ROOT, interpolated, load, our_services, services
from tests.unit.packaging.exported import exported
from tests.unit.packaging.test_env_example import listed

REQUIRED = {"asterisk", "media", "web", "worker", "beat", "postgres", "redis", "proxy"} | {
    "prometheus",
    "alertmanager",
    "grafana",
}
SCHEMA = files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json"
PORT_OF = {"media": {"9092", "9093"}, "web": {"8080"}, "demo-store": {"8090"}}


def run_module(*words: str) -> str:
    return subprocess.run([sys.executable, "-m", *words], cwd=ROOT, capture_output=True, text=True, check=True).stdout


def test_it_fits_the_compose_schema() -> None:
    jsonschema.validate(load(), json.loads(SCHEMA.read_text(encoding="utf-8")))


def test_the_schema_would_notice_a_slip() -> None:
    slip = load()
    slip["services"]["media"]["comand"] = ["serve"]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(slip, json.loads(SCHEMA.read_text(encoding="utf-8")))


def test_every_part_is_there() -> None:
    assert set(services()) >= REQUIRED
    assert services()["postgres"]["image"].startswith("pgvector/")


@pytest.mark.parametrize("name", sorted(our_services()))
def test_every_command_exists(name: str) -> None:
    service = our_services()[name]
    if entrypoint := service.get("entrypoint"):
        assert entrypoint[:2] == ["python", "-m"]
        help_text = run_module(entrypoint[2], service["command"][0], "--help")
        assert [word for word in service["command"] if word.startswith("--") and word not in help_text] == []
        return
    called, *arguments = service["command"]
    assert called in COMMANDS
    command = get_command(build(called))
    context = typer.Context(command)
    real = command.get_command(context, called)  # type: ignore[attr-defined]  # a group has it
    known = MODES if called == "worker" else real.list_commands(context) if arguments else ()
    assert [argument for argument in arguments if argument not in known] == []


@pytest.mark.parametrize("name", sorted(our_services()))
def test_every_variable_of_ours_is_a_setting(name: str) -> None:
    assert set(our_services()[name].get("environment", {})) <= set(listed())


@pytest.mark.parametrize("name", sorted(our_services()))
def test_the_settings_of_each_service_are_right(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for variable in listed():
        monkeypatch.delenv(variable, raising=False)
    for variable, value in our_services()[name].get("environment", {}).items():
        monkeypatch.setenv(variable, re.sub(r"\$\{([A-Z_]+)(:-([^}]*))?[^}]*\}", r"\3", value))
    settings = load_settings()
    assert settings.database_url is not None
    assert settings.redis_url is not None


def test_what_compose_puts_in_is_explained() -> None:
    assert set(interpolated()) <= set(listed())


def test_secrets_have_no_default() -> None:
    secret = [name for name in interpolated() if "PASSWORD" in name or "TOKEN" in name]
    assert secret
    assert all(interpolated()[name].startswith(":?") for name in secret)


def test_ports_are_those_of_the_program() -> None:
    text = yaml.safe_dump(load()) + "".join(file.read_text() for file in (ROOT / "docker").rglob("*") if file.is_file())
    for host, ports in PORT_OF.items():
        assert set(re.findall(rf"\b{host}:(\d+)", text)) <= ports, host
    exposed = re.search(r"^EXPOSE (.*)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert exposed is not None
    assert set(exposed[1].split()) == set.union(*PORT_OF.values())


def test_mounted_files_exist() -> None:
    for service in services().values():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("."):
                assert (ROOT / source).exists(), source
            else:
                assert source in load()["volumes"]


def test_the_grace_period_is_longer_than_the_drain() -> None:
    grace = services()["media"]["stop_grace_period"]
    assert int(grace.removesuffix("s")) > load_settings().call.drain_s


def test_the_web_interface_may_be_seen_from_outside() -> None:
    """It refuses to listen to other machines without a token."""
    environment = services()["web"]["environment"]
    check_exposure(WebSettings(host=environment["CALLCENTER_WEB__HOST"], token=environment["CALLCENTER_WEB__TOKEN"]))
    with pytest.raises(ConfigurationError):
        check_exposure(WebSettings(host=environment["CALLCENTER_WEB__HOST"]))


def test_prometheus_asks_services_that_exist() -> None:
    config: dict[str, Any] = yaml.safe_load((ROOT / "docker/prometheus.yml").read_text())
    targets = [t for job in config["scrape_configs"] for s in job["static_configs"] for t in s["targets"]]
    assert {target.split(":")[0] for target in targets} <= set(services())


def test_alerts_ask_for_metrics_that_exist() -> None:
    text = (ROOT / "docker/alerts.yml").read_text()
    asked = set(re.findall(r"\bcallcenter_\w+", text))
    assert asked
    assert asked <= exported().keys()


def test_the_receiver_of_alerts_exists() -> None:
    config = yaml.safe_load((ROOT / "docker/alertmanager.yml").read_text())
    assert config["route"]["receiver"] in {receiver["name"] for receiver in config["receivers"]}

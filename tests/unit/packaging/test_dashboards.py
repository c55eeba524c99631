"""Grafana is given dashboards that show what the program exports. (No Grafana is needed to find that out.)"""

import json
import re
from itertools import combinations
from typing import Any

import pytest
import yaml

from tests.unit.packaging.compose import ROOT, services
from tests.unit.packaging.exported import exported

GRAFANA = ROOT / "docker/grafana"
FILES = sorted((GRAFANA / "dashboards").glob("*.json"))
NAMES = [file.name for file in FILES]


def panels(file: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((GRAFANA / "dashboards" / file).read_text(encoding="utf-8"))["panels"]
    return found


def asked_labels(expression: str, legend: str) -> set[str]:
    grouped = {name.strip() for names in re.findall(r"\bby \(([^)]*)\)", expression) for name in names.split(",")}
    matched = {name for inner in re.findall(r"\{([^}]*)\}", expression) for name in re.findall(r"(\w+)[=!]", inner)}
    return grouped | matched | set(re.findall(r"\{\{(\w+)\}\}", legend))


@pytest.mark.parametrize("file", NAMES)
def test_panels_ask_for_metrics_and_labels_that_exist(file: str) -> None:
    known = exported()
    for panel in panels(file):
        assert panel["targets"], panel["title"]
        for target in panel["targets"]:
            asked = set(re.findall(r"\bcallcenter_\w+", target["expr"]))
            assert asked, panel["title"]
            assert asked <= known.keys(), panel["title"]
            labels = {label for name in asked for label in known[name]}
            assert asked_labels(target["expr"], target["legendFormat"]) <= labels, panel["title"]


def test_a_slip_in_a_query_would_be_noticed() -> None:
    assert "callcenter_turn_stages_seconds_bucket" not in exported()
    slip = asked_labels(
        'sum by (le, stag) (rate(callcenter_turn_stage_seconds_bucket{stage="heard"}[1m]))', "{{stage}}"
    )
    assert slip - exported()["callcenter_turn_stage_seconds_bucket"] == {"stag"}


@pytest.mark.parametrize("file", NAMES)
def test_panels_lie_side_by_side_and_are_told_apart(file: str) -> None:
    found = panels(file)
    assert len({panel["id"] for panel in found}) == len({panel["title"] for panel in found}) == len(found)
    for one, other in combinations([panel["gridPos"] for panel in found], 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        below = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert beside or below


def test_grafana_finds_the_dashboards_and_they_find_prometheus() -> None:
    mounts = dict(volume.split(":")[:2] for volume in services()["grafana"]["volumes"])
    (provider,) = yaml.safe_load((GRAFANA / "dashboards.yml").read_text(encoding="utf-8"))["providers"]
    assert mounts["./docker/grafana/dashboards"] == provider["options"]["path"]
    assert mounts["./docker/grafana/dashboards.yml"].startswith("/etc/grafana/provisioning/dashboards/")
    (source,) = yaml.safe_load((GRAFANA / "datasource.yml").read_text(encoding="utf-8"))["datasources"]
    assert NAMES
    for file in NAMES:
        for panel in panels(file):
            assert {one["datasource"]["uid"] for one in (panel, *panel["targets"])} == {source["uid"]}

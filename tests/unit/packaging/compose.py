"""docker-compose.yml as data."""

import re
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[3]
FILE = ROOT / "docker-compose.yml"


def load() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return loaded


def services() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = load()["services"]
    return found


def our_services() -> dict[str, dict[str, Any]]:
    """Those that run the program of this project."""
    return {name: service for name, service in services().items() if service.get("image") == "callcenter:latest"}


def interpolated() -> dict[str, str]:
    """Variables that compose puts in, and what follows their name: ":-default", ":?message" or nothing."""
    text = re.sub(r"^\s*#.*$", "", FILE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(re.findall(r"(?<!\$)\$\{([A-Z_]+)(:[-?][^}]*)?\}", text))

""".env.example lists every setting, with its default."""

import re
import shlex
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from pydantic import BaseModel

from callcenter.config import SHORT_NAMES, Settings, load_settings

FILE = Path(__file__).parents[3] / ".env.example"
COMPOSE_ALONE = {"POSTGRES_PASSWORD", "REDIS_PASSWORD", "GRAFANA_PASSWORD", "SITE_DOMAIN"}
NOT_IN_SETTINGS = {"CALLCENTER_CONFIG", *COMPOSE_ALONE}


def listed() -> dict[str, str]:
    """Name and value of each setting; a value in quotes without them."""
    pairs = re.findall(r"^#?([A-Z_]+)=(.*)$", FILE.read_text(encoding="utf-8"), re.MULTILINE)
    return {name: shlex.split(value)[0] for name, value in pairs}


def keys(model: type[BaseModel], above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from keys(field.annotation, (*above, name))
        else:
            yield (*above, name)


def environment_name(key: tuple[str, ...]) -> str:
    short: dict[tuple[str, ...], str] = {key: name for name, key in SHORT_NAMES.items()}
    short |= {("database_url",): "DATABASE_URL", ("redis_url",): "REDIS_URL"}
    return short.get(key) or "CALLCENTER_" + "__".join(key).upper()


def value_of(settings: BaseModel, key: tuple[str, ...]) -> object:
    value: object = settings
    for part in key:
        value = getattr(value, part)
    return value


def test_every_setting_is_there_and_nothing_else() -> None:
    assert set(listed()) == {environment_name(key) for key in keys(Settings)} | NOT_IN_SETTINGS


def test_each_has_a_comment_of_one_line() -> None:
    lines = FILE.read_text(encoding="utf-8").splitlines()
    for before, line in pairwise(lines):
        if re.match(r"#?[A-Z_]+=", line):
            assert re.match(r"# \S.*\.$", before), line


def test_each_shows_its_default(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in listed():
        monkeypatch.delenv(name, raising=False)
    default = load_settings()
    for name, value in listed().items():
        if name not in NOT_IN_SETTINGS:
            monkeypatch.setenv(name, value)
    read = load_settings()
    for key in keys(Settings):
        if value_of(default, key) not in (None, ()):  # what has no default shows an example
            assert value_of(read, key) == value_of(default, key), environment_name(key)

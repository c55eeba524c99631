"""The command line as a user meets it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.main import get_command

from callcenter.cli import COMMANDS, build

ROOT = Path(__file__).parents[3]
HEAVY = "pydantic numpy onnxruntime sqlalchemy fastapi celery openai asyncpg aiohttp httpx redis"


def callcenter(*arguments: str, cwd: Path = ROOT, **env: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "callcenter.cli", *arguments],
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": str(ROOT), "COLUMNS": "200"} | env,
        capture_output=True,
        text=True,
        check=False,
    )


def test_help_shows_every_command() -> None:
    said = callcenter("--help").stdout
    assert [name for name in COMMANDS if f" {name} " not in said] == []


def test_help_loads_nothing_heavy() -> None:
    program = f"import sys, callcenter.cli as c; c.build(None); print([m for m in {HEAVY.split()} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_is_there_and_explains_itself(name: str) -> None:
    group = get_command(build(name))
    command = group.get_command(typer.Context(group), name)  # type: ignore[attr-defined]  # a group has it
    assert command.help
    assert callcenter(name, "--help").returncode == 0


@pytest.mark.parametrize("name", ["run", "serve", "web", "worker", "doctor"])
def test_a_wrong_setting_is_one_line_and_code_2(name: str) -> None:
    done = callcenter(name, CALLCENTER_WEB__PORT="many")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "web.port" in done.stderr
    assert done.stdout == ""


def test_a_broken_file_is_one_line_and_code_2(tmp_path: Path) -> None:
    (tmp_path / "callcenter.yaml").write_text("audiosocket: [\n")
    done = callcenter("serve", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "callcenter.yaml, line" in done.stderr


def test_an_unknown_command_is_code_2() -> None:
    assert callcenter("serv").returncode == 2


def test_version() -> None:
    assert callcenter("--version").stdout.startswith("callcenter ")


def test_numpy_computes_in_one_thread_unless_told_otherwise() -> None:
    count = """
import os, callcenter.cli
try: callcenter.cli.main()
except SystemExit: pass
import numpy
print(len(os.listdir("/proc/self/task")))
"""
    command = [sys.executable, "-c", count, "--version"]
    environment = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "1"

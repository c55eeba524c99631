"""What make does on machines that lack something, and what the locks promise."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
TOOLS = ("sh", "make", "touch", "sed")


def make(folder: Path, *goals: str, python: dict[str, str] | None = None) -> "subprocess.CompletedProcess[str]":
    """Run make in a folder of its own, with no program in reach but `python`: names and shell scripts."""
    programs = folder / "programs"
    programs.mkdir()
    for tool in TOOLS:
        found = shutil.which(tool)
        assert found is not None
        (programs / tool).symlink_to(found)
    for name, script in (python or {}).items():
        (programs / name).write_text(f"#!/bin/sh\n{script}\n")
        (programs / name).chmod(0o755)
    for file in ("Makefile", "pyproject.toml", "requirements.lock", "requirements-dev.lock"):
        shutil.copy(ROOT / file, folder)
    return subprocess.run(
        ["make", *goals], cwd=folder, env={"PATH": str(programs)}, capture_output=True, text=True, check=False
    )


def test_no_python_is_one_line_with_the_package(tmp_path: Path) -> None:
    done = make(tmp_path, "run")
    assert done.returncode == 2
    assert "apt-get install python3 python3-venv" in done.stderr.splitlines()[0]


def test_a_python_without_venv_is_one_line_with_its_package(tmp_path: Path) -> None:
    without = 'case "$*" in *ensurepip*) exit 1;; *print*) echo python3.11-venv;; esac'
    done = make(tmp_path, "run", python={"python3": without})
    assert done.returncode == 2
    assert "apt-get install python3.11-venv" in done.stderr.splitlines()[0]


def test_a_python_that_is_too_old_or_only_a_shim_is_passed_over(tmp_path: Path) -> None:
    good = 'case "$*" in *-m*) echo made with "$0" >&2; exit 1;; esac'
    done = make(tmp_path, "run", python={"python3.12": "exit 127", "python3.11": good, "python3": "exit 1"})
    assert "python3.11" in done.stderr


def test_what_is_set_up_is_not_set_up_again(tmp_path: Path) -> None:
    make(tmp_path, "--version")  # only to have the folder
    (tmp_path / ".venv/bin").mkdir(parents=True)
    for file in ("bin/python", "run.stamp", "dev.stamp"):
        (tmp_path / ".venv" / file).touch()
    done = subprocess.run(["make", "setup", "setup-dev"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "Installing" not in done.stdout


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[\[<>=!~; ]", requirement)[0].lower().replace("_", "-") for requirement in requirements}


@pytest.mark.parametrize(
    ("lock", "extras"),
    [("requirements.lock", ["embedded"]), ("requirements-dev.lock", ["embedded", "whisper", "piper", "dev"])],
)
def test_a_lock_pins_all_that_is_declared(lock: str, extras: list[str]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = names(project["dependencies"])
    for extra in extras:
        declared |= names(project["optional-dependencies"][extra])
    text = (ROOT / lock).read_text()
    pinned = {name.lower() for name in re.findall(r"^([A-Za-z0-9._-]+)==", text, re.MULTILINE)}
    assert declared - pinned == set()
    assert "://" not in text  # no address of a registry
    assert text.count("==") <= text.count("--hash=sha256:")


def test_both_locks_agree() -> None:
    run, dev = (
        set(re.findall(r"^(\S+==\S+.*?) \\$", (ROOT / lock).read_text(), re.MULTILINE))
        for lock in ("requirements.lock", "requirements-dev.lock")
    )
    assert run - dev == set()

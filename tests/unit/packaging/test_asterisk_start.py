"""docker/asterisk/start.sh, with a stand-in for Asterisk."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The project's own configuration, with the provider's values filled in."""
    folder = tmp_path / "config"
    shutil.copytree(ROOT / "asterisk", folder)
    pjsip = folder / "pjsip.conf"
    lines = [line for line in pjsip.read_text().splitlines() if not line.startswith(";")]
    pjsip.write_text("\n".join(lines).replace("<", "").replace(">", ""))
    return folder


def start(config: Path, target: Path, **env: str) -> "subprocess.CompletedProcess[str]":
    programs = target.parent / "programs"
    programs.mkdir()
    target.mkdir()
    asterisk = programs / "asterisk"
    asterisk.write_text('#!/bin/sh\necho "asterisk $*"\n')
    asterisk.chmod(0o755)
    return subprocess.run(
        ["sh", str(ROOT / "docker/asterisk/start.sh"), str(config), str(target)],
        env={"PATH": f"{programs}:{os.environ['PATH']}", **env},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_agents_addresses_are_set(config: Path, tmp_path: Path) -> None:
    done = start(config, tmp_path / "etc", AGENT_AUDIO="media:9092", AGENT_HTTP="http://media:9093")
    assert done.stdout.startswith("asterisk -f")
    extensions = (tmp_path / "etc/extensions.conf").read_text()
    assert "\nAGENT_AUDIO=media:9092\n" in extensions
    assert "\nAGENT_HTTP=http://media:9093\n" in extensions
    assert "127.0.0.1" not in extensions
    assert (tmp_path / "etc/queues.conf").exists()


def test_a_trunk_that_was_not_filled_in_is_named(tmp_path: Path) -> None:
    done = start(ROOT / "asterisk", tmp_path / "etc", AGENT_AUDIO="media:9092", AGENT_HTTP="http://media:9093")
    assert done.returncode == 2
    assert "asterisk/pjsip.conf: replace" in done.stderr


def test_a_missing_address_is_named(config: Path, tmp_path: Path) -> None:
    done = start(config, tmp_path / "etc")
    assert done.returncode == 2
    assert "AGENT_AUDIO" in done.stderr

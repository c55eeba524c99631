"""The supervisor, over real processes."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import psutil
import pytest

from callcenter.embedded.redis import free_port

DRIVER = Path(__file__).with_name("supervise.py")
ROOT = Path(__file__).parents[3]


def described(name: str, manner: str = "plain", needs: tuple[str, ...] = (), stage: int = 0) -> dict[str, object]:
    return {"name": name, "port": free_port(), "manner": manner, "needs": list(needs), "stage": stage}


class Run:
    """A supervisor at work in a process of its own."""

    def __init__(self, folder: Path, process: subprocess.Popen[str]) -> None:
        self.folder = folder
        self.process = process
        self.said = ""

    def wait_for(self, pattern: str) -> str:
        """Read what it prints until a line has `pattern`."""
        for line in self._output():
            self.said += line
            if re.search(pattern, line):
                return line
        raise AssertionError(f"it never said {pattern!r}; it said:\n{self.said}")

    def end(self, signum: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(signum)
        self.said += self._output().read()
        return self.process.wait(20)

    def tree(self) -> list[psutil.Process]:
        me = psutil.Process(self.process.pid)
        return [me, *me.children(recursive=True)]

    def story(self) -> list[str]:
        file = self.folder / "story.txt"
        return file.read_text().splitlines() if file.exists() else []

    def _output(self) -> IO[str]:
        assert self.process.stdout is not None
        return self.process.stdout


@contextmanager
def running(folder: Path, *components: dict[str, object]) -> Iterator[Run]:
    process = subprocess.Popen(
        [sys.executable, str(DRIVER), str(folder), json.dumps(components)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    run = Run(folder, process)
    assert process.stdout is not None
    with process.stdout:
        try:
            yield run
        finally:
            process.kill()
            process.wait()


def pid_of(component: dict[str, object]) -> int:
    with urllib.request.urlopen(f"http://127.0.0.1:{component['port']}/readyz", timeout=5) as answer:
        return int(answer.read())


def wait_until_gone(processes: list[psutil.Process], timeout_s: float = 10) -> None:
    _, alive = psutil.wait_procs(processes, timeout=timeout_s)
    assert [p for p in alive if p.status() != psutil.STATUS_ZOMBIE] == []


def test_all_is_ready_then_all_is_gone(tmp_path: Path) -> None:
    one, two = described("Alpha"), described("Beta", needs=("Alpha",))
    with running(tmp_path, one, two) as run:
        run.wait_for("Ready.* in")
        run.wait_for("Now call it")
        assert pid_of(one) != pid_of(two)
        tree = run.tree()
        assert len(tree) == 3
        assert run.end() == 0
        wait_until_gone(tree, 0.1)
        assert re.search(r"Alpha .*s +port \d+\n.*Beta", run.said)


def test_what_another_needs_is_ready_before_it_starts(tmp_path: Path) -> None:
    with running(tmp_path, described("Beta", needs=("Alpha",)), described("Alpha")) as run:
        run.wait_for("Ready.* in")
        assert [line.split()[0] for line in run.story()] == ["Alpha", "Beta"]
        run.end()


def test_stages_end_one_after_the_other(tmp_path: Path) -> None:
    with running(tmp_path, described("Database", "polite", stage=2), described("Server", "polite")) as run:
        run.wait_for("Ready.* in")
        assert run.end(signal.SIGINT) == 0
        assert run.story()[-2:] == ["Server ended", "Database ended"]


def test_one_that_dies_is_started_again(tmp_path: Path) -> None:
    alpha = described("Alpha")
    with running(tmp_path, alpha, described("Beta")) as run:
        run.wait_for("Ready.* in")
        killed = pid_of(alpha)
        began = time.monotonic()
        os.kill(killed, signal.SIGKILL)
        assert "SIGKILL" in run.wait_for("Alpha ended by")
        run.wait_for("Alpha is back")
        assert time.monotonic() - began < 5
        assert pid_of(alpha) != killed
        assert run.end() == 0


def test_one_that_does_not_come_back_is_tried_again_and_again(tmp_path: Path) -> None:
    alpha = described("Alpha", "once")
    with running(tmp_path, alpha) as run:
        run.wait_for("Ready.* in")
        os.kill(pid_of(alpha), signal.SIGKILL)
        run.wait_for("Alpha ended by SIGKILL.* in 0.2 s")
        run.wait_for("it works once only.* in 0.4 s")
        run.wait_for("it works once only.* in 0.8 s")
        assert run.end() == 0


def test_nobody_survives_the_supervisors_sudden_death(tmp_path: Path) -> None:
    with running(tmp_path, described("Alpha"), described("Beta", "polite")) as run:
        run.wait_for("Ready.* in")
        tree = run.tree()
        run.process.kill()
        wait_until_gone(tree)


def test_one_that_will_not_end_is_killed(tmp_path: Path) -> None:
    with running(tmp_path, described("Mule", "stubborn"), described("Alpha")) as run:
        run.wait_for("Ready.* in")
        tree = run.tree()
        assert run.end() == 0
        wait_until_gone(tree, 0.1)


def test_what_a_component_leaves_behind_is_killed(tmp_path: Path) -> None:
    with running(tmp_path, described("Parent", "parent")) as run:
        run.wait_for("Ready.* in")
        tree = run.tree()
        assert len(tree) == 3
        assert run.end() == 0
        wait_until_gone(tree, 0.5)


def test_a_failed_start_shows_the_end_of_the_log_and_ends_all(tmp_path: Path) -> None:
    with running(tmp_path, described("Alpha"), described("Bad", "broken")) as run:
        run.wait_for("Bad did not start. The end of .*bad.log")
        run.wait_for("Bad │ something quite wrong")
        run.wait_for(r"Bad did not start \(ended with code 3\): ValueError: no such thing \(log: .*bad.log\)")
        assert run.process.wait(10) == 1


def test_a_misconfigured_component_is_one_line(tmp_path: Path) -> None:
    with running(tmp_path, described("Alpha"), described("Bad", "misconfigured")) as run:
        run.wait_for("^audiosocket.port: 99 is silly$")
        assert run.process.wait(10) == 2
        assert "│" not in run.said


@pytest.mark.parametrize("delay_s", [0.0, 0.15, 0.3])
def test_it_may_be_ended_while_it_starts(tmp_path: Path, delay_s: float) -> None:
    with running(tmp_path, described("Alpha"), described("Beta", needs=("Alpha",))) as run:
        while not run.story() and not psutil.Process(run.process.pid).children():
            time.sleep(0.01)
        time.sleep(delay_s)
        tree = run.tree()
        assert run.end() == 0
        wait_until_gone(tree, 0.5)

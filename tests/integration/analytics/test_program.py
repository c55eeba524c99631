"""`callcenter web` as a process: what it logs, and how it ends."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest

PROJECT = Path(__file__).parents[3]


def environment(**settings: str) -> Mapping[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CALLCENTER_", "DATABASE_"))}
    return {**kept, "CALLCENTER_LOG_FORMAT": "json", **settings}


def test_the_web_program_logs_routes_without_queries_and_ends_at_sigterm(
    journal_url: str, free_port: int, tmp_path: Path
) -> None:
    env = environment(DATABASE_URL=journal_url, CALLCENTER_WEB__PORT=str(free_port))
    command = [sys.executable, "-m", "callcenter.cli", "web"]
    with (tmp_path / "log").open("wb") as log, subprocess.Popen(command, cwd=PROJECT, env=env, stderr=log) as process:
        url = f"http://127.0.0.1:{free_port}"
        deadline = time.monotonic() + 30
        while True:
            try:
                assert httpx.get(f"{url}/healthz").status_code == 200
                break
            except httpx.TransportError:
                assert time.monotonic() < deadline
                time.sleep(0.1)
        answer = httpx.get(f"{url}/api/v1/analytics/calls", params={"caller": "+380671234567"})
        assert answer.json() == {"data": [], "next_cursor": None}
        assert "server" not in answer.headers
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) in (0, -signal.SIGTERM)
    written = (tmp_path / "log").read_text()
    assert "380671234567" not in written
    lines = [json.loads(line) for line in written.splitlines()]
    assert [line["status"] for line in lines if line.get("route") == "/api/v1/analytics/calls"] == [200]
    assert {line["process"] for line in lines} == {"web"}


@pytest.mark.parametrize(
    ("settings", "named"),
    [({}, "DATABASE_URL"), ({"DATABASE_URL": "postgresql://x/y", "CALLCENTER_WEB__HOST": "192.0.2.1"}, "web.token")],
)
def test_what_is_missing_is_one_line_and_code_2(settings: dict[str, str], named: str) -> None:
    command = [sys.executable, "-m", "callcenter.cli", "web"]
    done = subprocess.run(
        command, cwd=PROJECT, env=environment(**settings), capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 2
    assert named in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr

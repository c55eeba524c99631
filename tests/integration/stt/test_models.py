"""`callcenter models` as a user calls it, with the hub's own client against a hub on this machine."""

import hashlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

pytest.importorskip("huggingface_hub", reason="the whisper extra is not installed")

FILES = {"model.bin": b"weights" * 1000, "tokenizer.json": b"{}", "config.json": b"{}", "README.md": b"not wanted"}


class _Hub(BaseHTTPRequestHandler):
    """As much of the Hugging Face hub as fetching a repository takes."""

    protocol_version = "HTTP/1.1"
    commit = "a" * 40

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self.wfile.write(self._answer())

    def _answer(self) -> bytes:
        path = self.path.partition("?")[0]
        name = path.rpartition("/")[2]
        if "/tree/" in path:
            found = json.dumps(
                [{"type": "file", "oid": "1", "size": len(data), "path": name} for name, data in FILES.items()]
            ).encode()
        elif "/revision/" in path:
            siblings = [{"rfilename": name} for name in FILES]
            found = json.dumps({"id": "Systran/faster-whisper-tiny", "sha": self.commit, "siblings": siblings}).encode()
        else:
            found = FILES.get(name, b"")
        self.send_response(200 if found else 404)
        self.send_header("Content-Length", str(len(found)))
        self.send_header("ETag", hashlib.sha1(found, usedforsecurity=False).hexdigest())
        self.send_header("X-Repo-Commit", self.commit)
        self.end_headers()
        return found

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def hub() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Hub) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def models(*arguments: str, endpoint: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {
        "HF_ENDPOINT": endpoint,
        "HF_HOME": str(folder / "hf"),
        "HF_HUB_DISABLE_XET": "1",
        "CALLCENTER_STATE_DIR": str(folder / "state"),
        "COLUMNS": "200",
    }
    command = [sys.executable, "-m", "callcenter.cli", "models", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=100, check=False)


def test_a_model_is_downloaded_with_progress_and_then_listed(hub: str, tmp_path: Path) -> None:
    assert str(tmp_path) not in models("list", endpoint=hub, folder=tmp_path).stdout
    done = models("download", "tiny", endpoint=hub, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    folder = tmp_path / "state" / "models" / "whisper" / "tiny"
    assert (folder / "model.bin").read_bytes() == FILES["model.bin"]
    assert not (folder / "README.md").exists()
    assert "Fetching" in done.stderr
    listed = models("list", endpoint=hub, folder=tmp_path).stdout
    (line,) = [line for line in listed.splitlines() if " tiny " in line]
    assert "whisper/tiny" in line


@pytest.mark.parametrize("name", ["tiny", "uk_UA-lada-x_low"])
def test_without_a_network_there_is_one_clear_line(name: str, free_port: int, tmp_path: Path) -> None:
    if name.startswith("uk"):
        pytest.importorskip("piper", reason="the piper extra is not installed")
    environment = f"http://127.0.0.1:{free_port}"
    done = models("download", name, endpoint=environment, folder=tmp_path)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith("callcenter:")]
    assert len(lines) == 1
    assert name in lines[0]
    assert "internet" in lines[0]


def test_an_unknown_name_is_a_mistake_of_the_user(tmp_path: Path) -> None:
    done = models("download", "gigantic", endpoint="http://127.0.0.1:9", folder=tmp_path)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "callcenter models list" in done.stderr

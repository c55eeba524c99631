"""A demo store in a process that a test kills, as an operating system does it: without a word."""

import asyncio
import socket
import subprocess
import sys
from typing import Any

import httpx

from tests.integration.demo_store.conftest import environment
from tests.integration.demo_store.running import RunningStore

START_S = 30.0


class MortalStore:
    """Over a database that is set up already. Its socket is opened here and handed down: it lives on when the store is
    killed, so that whoever calls then waits for the next one; or it dies too, and they are refused."""

    def __init__(self, database_url: str) -> None:
        self._socket = self._listen(0)
        self._port: int = self._socket.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None
        self.refusing = False
        """When it is killed, its socket dies too."""
        self.running = RunningStore(f"http://127.0.0.1:{self._port}", database_url)

    async def revive(self) -> None:
        """Where it is dead: anew, on the same port and database."""
        if self._process is not None and self._process.poll() is None:
            return
        if self._socket.fileno() < 0:
            self._socket = self._listen(self._port)
        number = self._socket.fileno()
        self._process = subprocess.Popen(  # noqa: ASYNC220  it is not waited for, and killed from outside
            [
                *(sys.executable, "-m", "uvicorn", "--factory", "demo_store.app:create_app"),
                *("--fd", str(number), "--log-level", "critical", "--no-access-log"),
            ],
            env=environment(self.running.database_url),
            pass_fds=(number,),
            stdout=subprocess.DEVNULL,
        )
        async with asyncio.timeout(START_S), httpx.AsyncClient(timeout=START_S) as http:
            (await http.get(f"{self.running.url}/healthz")).raise_for_status()

    def kill(self) -> None:
        assert self._process is not None
        if self.refusing:
            self._socket.close()
        self._process.kill()
        self._process.wait(10)

    def close(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait(10)
        self._socket.close()

    async def fail(self, *faults: dict[str, Any]) -> None:
        """From now on; none: everything is well again."""
        async with self.running.admin() as http:
            (await http.delete("/faults")).raise_for_status()
            for fault in faults:
                (await http.post("/faults", json=fault)).raise_for_status()

    @staticmethod
    def _listen(port: int) -> socket.socket:
        listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", port))
        listening.listen()
        return listening

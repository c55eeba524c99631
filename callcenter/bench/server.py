"""A media server of the bench's own: `callcenter serve ...` in a process, on free ports and in a folder of its own."""

import asyncio
import os
import signal
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

from callcenter.bench.processes import with_children
from callcenter.errors import CallCenterError

START_S = 60.0
END_S = 15.0


class BenchError(CallCenterError):
    """A bench cannot be made here; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Server:
    port: int
    """Of AudioSocket."""
    http_port: int
    """Of the media server's own HTTP; 0 where it has none (`--app echo`)."""
    pid: int
    folder: Path

    def pids(self) -> list[int]:
        """It and its workers."""
        return with_children(self.pid)

    async def metrics(self) -> str:
        """As Prometheus gets them."""
        async with httpx.AsyncClient(timeout=5, trust_env=False) as client:
            return (await client.get(f"http://127.0.0.1:{self.http_port}/metrics")).text


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@asynccontextmanager
async def running_server(
    options: Sequence[str] = (), environment: Mapping[str, str] | None = None, *, http: bool = True
) -> AsyncIterator[Server]:
    """`callcenter serve OPTIONS`, ready for calls; ended afterwards. Raises BenchError with what it complained of.

    Nothing of the user's own settings is used: what is measured are the shipped ones and `environment`.
    """
    with tempfile.TemporaryDirectory(prefix="callcenter-bench-") as name:
        folder, port, http_port = Path(name), free_port(), free_port() if http else 0
        log = (folder / "server.log").open("wb")
        env = clean_environment(folder) | {"CALLCENTER_HTTP__PORT": str(http_port)}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "callcenter.cli", "serve", "--listen", f"127.0.0.1:{port}", *options),
            env=env | dict(environment or {}),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        try:
            await _until_ready(process, port, http_port, folder / "server.log")
            yield Server(port, http_port, process.pid, folder)
        finally:
            await end(process)
            log.close()


def clean_environment(folder: Path) -> dict[str, str]:
    """Of this process, without the user's settings of ours, and with this state folder."""
    ours = ("CALLCENTER_", "OPENAI_", "DATABASE_", "REDIS_", "STORE_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return kept | {"CALLCENTER_STATE_DIR": str(folder), "CALLCENTER_LOG_FORMAT": "json"}


async def _until_ready(process: asyncio.subprocess.Process, port: int, http_port: int, log: Path) -> None:
    try:
        async with asyncio.timeout(START_S):
            while not (await listens(port) and (not http_port or await listens(http_port))):
                if process.returncode is not None:
                    raise BenchError(f"the server ended while it was starting: {last_line(log)}")
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise BenchError(f"the server was not ready after {START_S:g} s: {last_line(log)}") from None


async def listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    return True


def last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()
    return lines[-1] if lines else "it said nothing"


async def end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
    try:
        await asyncio.wait_for(process.wait(), END_S)
    except TimeoutError:
        process.kill()
        await process.wait()

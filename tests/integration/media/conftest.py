"""`callcenter serve` with several workers, as real processes."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import psutil
import pytest

from callcenter.audiosocket.client import AudioSocketClient, Heard, LineEnded, connect
from callcenter.embedded.redis import free_port

ROOT = Path(__file__).parents[3]
SHORT_DRAIN = {"CALLCENTER_CALL__DRAIN_S": "3"}


@dataclass(slots=True)
class Server:
    process: asyncio.subprocess.Process
    log: Path
    audio_port: int
    http: str
    clients: list[AudioSocketClient] = field(default_factory=list)

    def workers(self) -> list[psutil.Process]:
        """By the order in which they were started."""
        return sorted(psutil.Process(self.process.pid).children(), key=lambda worker: worker.create_time())

    def said(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]

    def events(self, name: str) -> list[dict[str, Any]]:
        return [line for line in self.said() if line["event"] == name]

    async def until(self, condition: Callable[[], bool], within_s: float = 30) -> None:
        try:
            async with asyncio.timeout(within_s):
                while not condition():  # noqa: ASYNC110  other processes bring it about
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise AssertionError(f"it did not come about; the log:\n{self.log.read_text()}") from None

    async def get(self, path: str) -> httpx.Response:
        """From whichever worker: each request is a connection of its own."""
        async with httpx.AsyncClient(trust_env=False) as client:
            return await client.get(f"{self.http}{path}")

    async def post(self, path: str, **fields: str) -> str:
        async with httpx.AsyncClient(trust_env=False) as client:
            return (await client.post(f"{self.http}/telephony/{path}", data=fields)).text

    async def call(self, call_id: UUID | None = None) -> AudioSocketClient:
        client = await connect("127.0.0.1", self.audio_port, call_id or uuid4())
        self.clients.append(client)
        return client

    async def calls_on_each_worker(self, at_least: int = 1) -> dict[int, list[AudioSocketClient]]:
        """Call until every worker has so many calls; by the workers' process ids."""
        calls: dict[int, list[AudioSocketClient]] = {worker.pid: [] for worker in self.workers()}
        for _ in range(60):
            if min(map(len, calls.values())) >= at_least:
                return calls
            client = await self.call()
            await hear(client)
            calls[self._worker_of(client)].append(client)
        raise AssertionError(f"the connections are not shared out: {calls}")

    def _worker_of(self, client: AudioSocketClient) -> int:
        _, port = client._transport.get_extra_info("sockname")  # its own end
        for worker in self.workers():
            if any(each.raddr[1:] == (port,) for each in worker.net_connections("tcp")):
                return worker.pid
        raise AssertionError("no worker has this call")

    async def end(self, signum: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(signum)
        return await asyncio.wait_for(self.process.wait(), 30)


async def hear(client: AudioSocketClient) -> None:
    """A frame, which says that the call was taken."""
    async with asyncio.timeout(10):
        assert isinstance(await client.receive(), Heard)


async def hear_end(client: AudioSocketClient) -> LineEnded:
    async with asyncio.timeout(10):
        while True:
            if isinstance(received := await client.receive(), LineEnded):
                return received


StartServer = Callable[..., Awaitable[Server]]


@pytest.fixture
async def start_server(tmp_path: Path, redis_url: str) -> AsyncIterator[StartServer]:
    """Starts one with the environment variables given (two workers, unless they say otherwise), ready for calls."""
    started: list[Server] = []

    async def start(*, options: tuple[str, ...] = ("--fake-models",), **settings: str) -> Server:
        audio_port, http_port = free_port(), free_port()
        log = tmp_path / f"server{len(started)}.log"
        env = {k: v for k, v in os.environ.items() if not k.startswith(("CALLCENTER_", "OPENAI_", "DATABASE_"))} | {
            "PYTHONPATH": str(ROOT),
            "REDIS_URL": redis_url,
            "CALLCENTER_STATE_DIR": str(tmp_path / "state"),
            "CALLCENTER_HTTP__PORT": str(http_port),
            "CALLCENTER_LOG_FORMAT": "json",
            "CALLCENTER_MEDIA__WORKERS": "2",
            # of a busy machine that runs tests
            "CALLCENTER_ADMISSION__LOOP_LAG_MS": "1000",
            **settings,
        }
        with log.open("wb") as output:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "callcenter.cli", "serve", "--listen", f"127.0.0.1:{audio_port}", *options),
                cwd=ROOT,
                env=env,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        server = Server(process, log, audio_port, f"http://127.0.0.1:{http_port}")
        started.append(server)
        workers = int(env["CALLCENTER_MEDIA__WORKERS"])
        await server.until(
            lambda: process.returncode is not None or len(server.events("media_server_ready")) == workers, 60
        )
        return server

    yield start
    for server in started:
        for client in server.clients:
            client.close()
        with suppress(ProcessLookupError):
            server.process.kill()
        await server.process.wait()

"""The whole product as a user runs it: `callcenter run` in a folder of its own, on ports of its own."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil

PROJECT = Path(__file__).parents[2]
SECTIONS = ("AUDIOSOCKET", "HTTP", "WEB", "STORE")
READY_S = 90
STARTS = 3


@dataclass(slots=True)
class System:
    folder: Path
    process: asyncio.subprocess.Process
    env: Mapping[str, str]
    """What `callcenter run` told its parts: ports and the addresses of the embedded servers."""

    @property
    def audio_port(self) -> int:
        return int(self.env["CALLCENTER_AUDIOSOCKET__PORT"])

    @property
    def audio(self) -> str:
        return f"127.0.0.1:{self.audio_port}"

    @property
    def http(self) -> str:
        return f"http://127.0.0.1:{self.env['CALLCENTER_HTTP__PORT']}"

    @property
    def web(self) -> str:
        return f"http://127.0.0.1:{self.env['CALLCENTER_WEB__PORT']}"

    @property
    def store(self) -> str:
        return self.env["STORE_API_URL"]

    def pids(self, *words: str) -> list[int]:
        """The processes of ours whose command line holds all of these words."""
        children = psutil.Process(self.process.pid).children(recursive=True)
        return [child.pid for child in children if all(word in " ".join(child.cmdline()) for word in words)]

    def kill(self, *words: str) -> None:
        (pid,) = self.pids(*words)
        os.kill(pid, signal.SIGKILL)

    async def calls(self) -> list[dict[str, Any]]:
        async with httpx.AsyncClient() as client:
            answer = await client.get(f"{self.web}/api/v1/analytics/calls")
            answer.raise_for_status()
            calls: list[dict[str, Any]] = answer.json()["data"]
            return calls

    async def call(self, call_id: str) -> dict[str, Any]:
        async with httpx.AsyncClient() as client:
            answer = await client.get(f"{self.web}/api/v1/analytics/calls/{call_id}")
            answer.raise_for_status()
            call: dict[str, Any] = answer.json()["data"]
            return call

    async def ended_call(self, caller: str, within_s: float = 30) -> dict[str, Any]:
        """The journal of the last call from this number, once it has ended."""
        async with asyncio.timeout(within_s):
            while True:
                for call in await self.calls():
                    if call["caller_id"] == caller and call["ended_at"] is not None:
                        return _shown(await self.call(call["id"]))
                await asyncio.sleep(0.2)

    async def answered_call(self, caller: str, within_s: float = 30) -> dict[str, Any]:
        """The same, once the dialplan has told that an operator answered."""
        async with asyncio.timeout(within_s):
            while True:
                call = await self.ended_call(caller, within_s)
                if call["operator_answered"]:
                    return call
                await asyncio.sleep(0.2)

    async def ended_call_by_id(self, call_id: str, within_s: float = 30) -> dict[str, Any]:
        async with asyncio.timeout(within_s):
            while True:
                call = await self.call(call_id)
                if call["ended_at"] is not None:
                    return call
                await asyncio.sleep(0.2)

    def check_alive(self) -> None:
        """Raises NotStarted, with the last words of a `callcenter run` that has ended."""
        if self.process.returncode is not None:
            raise NotStarted(f"ended: {(self.folder / 'run.txt').read_text()[-3000:]}")

    async def wait_ready(self, url: str, within_s: float = 30) -> None:
        async with asyncio.timeout(within_s), httpx.AsyncClient() as client:
            while True:
                try:
                    if (await client.get(url)).status_code == httpx.codes.OK:
                        return
                except httpx.TransportError:  # not listening yet: that is what we wait for
                    self.check_alive()
                await asyncio.sleep(0.1)

    async def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return await asyncio.wait_for(self.process.wait(), 60)


def _shown(call: dict[str, Any]) -> dict[str, Any]:
    """Print the call: pytest shows it when the test fails."""
    for turn in call["turns"]:
        cut = " (interrupted)" if turn["interrupted"] else ""
        print(
            f"{turn['turn_number']:3} {turn['speaker']:9}{turn['response_latency_ms'] or '':>6} {turn['content']}{cut}"
        )
    print([event["kind"] for event in call["events"]], [tool["tool_name"] for tool in call["tool_calls"]])
    return call


class NotStarted(Exception):
    """`callcenter run` ended; says its last words."""


async def start(folder: Path, **settings: str) -> System:
    """Start everything; returns when it is ready. `settings` are environment variables.

    Ports are free when they are chosen, and now and then taken by somebody's connection before a server listens: then
    others are chosen.
    """
    for _ in range(STARTS - 1):
        try:
            return await _start(folder, settings)
        except NotStarted as error:
            if "port" not in str(error):
                raise
            print(f"started again: {error}")
    return await _start(folder, settings)


async def _start(folder: Path, settings: Mapping[str, str]) -> System:
    state = folder / "state"
    env = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("CALLCENTER_", "OPENAI_"))},
        "CALLCENTER_STATE_DIR": str(state),
        "CALLCENTER_SHOP": str(PROJECT / "shops/tires"),
        **{f"CALLCENTER_{section}__PORT": "0" for section in SECTIONS},
        "CALLCENTER_MEDIA__WORKERS": "1",
        "CALLCENTER_ADMISSION__LOOP_LAG_MS": "1000",  # tests may have to share the machine
        **settings,
    }
    (state / "run.json").unlink(missing_ok=True)  # of a run in this folder that was killed
    with (folder / "run.txt").open("wb") as console:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "callcenter.cli", "run"),
            cwd=PROJECT,
            env=env,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=console,
            stderr=asyncio.subprocess.STDOUT,
        )
    system = System(folder, process, {})
    try:
        await _wait_until_ready(system, state)
    except TimeoutError as error:
        if process.returncode is None:
            process.kill()
        raise NotStarted(f"not ready: {(folder / 'run.txt').read_text()[-3000:]}") from error
    return system


async def _wait_until_ready(system: System, state: Path) -> None:
    async with asyncio.timeout(READY_S):
        while not (state / "run.json").exists():
            system.check_alive()
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.05)
        system.env = json.loads((state / "run.json").read_text())
        await system.wait_ready(f"{system.http}/readyz", READY_S)
        await system.wait_ready(f"{system.web}/readyz", READY_S)

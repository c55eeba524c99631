"""Runs components: starts them side by side, restarts one that dies, ends all in good order.

Every child leads a process group of its own (Ctrl-C reaches us alone; what it leaves behind can be killed) and is told
to end by the kernel when we end without having said so (see process.ended_with_us): that is why children are started
from the main thread.
"""

import asyncio
import os
import signal
import time
from asyncio.subprocess import Process
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from callcenter.embedded.component import Component, Started
from callcenter.embedded.process import EmbeddedError, ended_with_us, last_words
from callcenter.errors import ConfigurationError

START_TIMEOUT_S = 60.0
FIRST_BACKOFF_S = 0.2
LONGEST_BACKOFF_S = 30.0
HEALTHY_AFTER_S = 60.0
"""A component that ran for so long before it died is restarted without having to wait."""
LOG_LIMIT_BYTES = 10_000_000
LAST_LINES = 15


class Display(Protocol):
    """Where the supervisor tells how it goes."""

    def starting(self, name: str) -> None: ...

    def ready(self, name: str, seconds: float, where: str) -> None: ...

    def all_ready(self, seconds: float) -> None: ...

    def died(self, name: str, how: str, restart_in_s: float, log: Path) -> None: ...

    def back(self, name: str, seconds: float) -> None: ...

    def failed(self, name: str, lines: Sequence[str], log: Path) -> None: ...

    def stopping(self, why: str) -> None: ...

    def stopped(self, seconds: float) -> None: ...


class Supervisor:
    def __init__(self, components: Sequence[Component], logs: Path, env: Mapping[str, str], display: Display) -> None:
        self._components = components
        self._logs = logs
        self._env = {**os.environ, **env, "PYTHONUNBUFFERED": "1"}
        self._display = display
        self._ready = {component.name: asyncio.Event() for component in components}
        self._processes: dict[str, Process] = {}
        self._stop = asyncio.Event()
        self._hurry = False

    async def run(self) -> None:
        """Until SIGINT or SIGTERM. Raises ConfigurationError or EmbeddedError when a component does not start."""
        loop = asyncio.get_running_loop()
        for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(signum, self._asked_to_stop, signal.Signals(signum))
        self._logs.mkdir(parents=True, exist_ok=True)
        tasks: list[asyncio.Task[Any]] = [asyncio.create_task(self._keep(c)) for c in self._components]
        tasks += [asyncio.create_task(self._announce()), asyncio.create_task(self._stop.wait())]
        try:
            await self._first_end(tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._stop_all()

    async def _first_end(self, tasks: Sequence[asyncio.Task[Any]]) -> None:
        """Until we are asked to stop or one task fails."""
        pending = set(tasks)
        while not self._stop.is_set():
            done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()

    def _asked_to_stop(self, signum: signal.Signals) -> None:
        if self._stop.is_set():
            self._hurry = True
            for process in self._processes.values():
                _kill_group(process.pid, signal.SIGKILL)
        else:
            self._stop.set()
            self._display.stopping(signum.name)

    async def _announce(self) -> None:
        began = time.monotonic()
        for ready in self._ready.values():
            await ready.wait()
        self._display.all_ready(time.monotonic() - began)

    async def _keep(self, component: Component) -> None:
        """Start it, and start it again whenever it ends."""
        for need in component.needs:
            await self._ready[need].wait()
        self._display.starting(component.name)
        began = time.monotonic()
        log = self._logs / component.log_name
        if log.exists() and log.stat().st_size > LOG_LIMIT_BYTES:
            log.replace(log.with_suffix(".log.1"))
        for command in component.setup:
            await self._set_up(component, command, log)
        if component.command:
            await self._start(component, log)
        if component.finish is not None:
            await asyncio.to_thread(component.finish)
        self._ready[component.name].set()
        self._display.ready(component.name, time.monotonic() - began, component.where)
        if component.command:
            await self._restart_whenever_it_dies(component, log)

    async def _restart_whenever_it_dies(self, component: Component, log: Path) -> None:
        backoff_s = FIRST_BACKOFF_S
        while True:
            began = time.monotonic()
            how = _how_it_ended(await self._processes[component.name].wait())
            while True:
                if time.monotonic() - began > HEALTHY_AFTER_S:
                    backoff_s = FIRST_BACKOFF_S
                self._display.died(component.name, how, backoff_s, log)
                await asyncio.sleep(backoff_s)
                backoff_s = min(backoff_s * 2, LONGEST_BACKOFF_S)
                began = time.monotonic()
                try:
                    await self._start(component, log)
                except (EmbeddedError, ConfigurationError) as error:
                    how = str(error)
                    continue
                self._display.back(component.name, time.monotonic() - began)
                break

    async def _set_up(self, component: Component, command: Sequence[str], log: Path) -> None:
        process, started = await self._spawn(component, command, log)
        try:
            code = await process.wait()
        finally:
            _kill_group(process.pid, signal.SIGKILL)
        if code != 0:
            raise self._failure(component, started, code)

    async def _start(self, component: Component, log: Path) -> None:
        """Start its process and wait until it is ready."""
        if component.prepare is not None:
            await asyncio.to_thread(component.prepare)
        command = component.command() if callable(component.command) else component.command
        process, started = await self._spawn(component, command, log)
        missing: str | None = "it has not answered"
        deadline = time.monotonic() + START_TIMEOUT_S
        while component.ready is not None and missing is not None:
            missing = await component.ready(started)
            if process.returncode is not None:
                raise self._failure(component, started, process.returncode)
            if missing is not None and time.monotonic() > deadline:
                _kill_group(process.pid, signal.SIGKILL)
                raise EmbeddedError(
                    f"{component.name} was not ready within {START_TIMEOUT_S:.0f} s ({missing}); log: {log}"
                )
            if missing is not None:
                await asyncio.sleep(0.05)

    async def _spawn(self, component: Component, command: Sequence[str], log: Path) -> tuple[Process, Started]:
        if command[0] != "setpriv":
            command = [*ended_with_us(), "nice", "-n", str(component.niceness), *command]
        with log.open("ab") as output:
            offset = output.tell()
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={**self._env, **component.env},
                process_group=0,
            )
        self._processes[component.name] = process
        return process, Started(process.pid, log, offset)

    def _failure(self, component: Component, started: Started, code: int) -> Exception:
        """What to say of a process that ended before it was ready: one line where it was the user's to mend."""
        said = started.log.read_bytes()[started.log_offset :].decode("utf-8", "replace")
        if code == 2:
            return ConfigurationError(last_words(said).removeprefix("callcenter: "))
        if not self._ready[component.name].is_set():
            self._display.failed(component.name, said.splitlines()[-LAST_LINES:], started.log)
        return EmbeddedError(
            f"{component.name} did not start ({_how_it_ended(code)}): {last_words(said)} (log: {started.log})"
        )

    async def _stop_all(self) -> None:
        began = time.monotonic()
        for stage in sorted({component.stop_stage for component in self._components}):
            ending = [c for c in self._components if c.stop_stage == stage and c.name in self._processes]
            await asyncio.gather(*(self._end(component) for component in ending))
        self._display.stopped(time.monotonic() - began)

    async def _end(self, component: Component) -> None:
        process = self._processes[component.name]
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGKILL if self._hurry else component.stop_signal)
        with suppress(TimeoutError):
            async with asyncio.timeout(component.stop_timeout_s):
                await process.wait()
        _kill_group(process.pid, signal.SIGKILL)  # it, if it would not end, and whatever it left behind
        await process.wait()


def _kill_group(pid: int, signum: signal.Signals) -> None:
    """The process leads a group of its own, whose number stays taken while a member lives."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signum)


def _how_it_ended(code: int) -> str:
    if code >= 0:
        return f"ended with code {code}"
    try:
        return f"ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"ended by signal {-code}"

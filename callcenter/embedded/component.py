"""One program that the supervisor runs, and how to tell that it is ready. No process is touched here."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGTERM, Signals


@dataclass(frozen=True, slots=True)
class Started:
    """A process that was started."""

    pid: int
    log: Path
    log_offset: int
    """Where in the log its own words begin."""


Probe = Callable[[Started], Awaitable[str | None]]
"""None once it is ready, else what is still missing, in a few words."""


@dataclass(frozen=True, slots=True)
class Component:
    name: str
    command: tuple[str, ...] | Callable[[], list[str]] = ()
    """Empty: there is only a set-up. A function is called before each start, after `prepare`."""
    ready: Probe | None = None
    needs: tuple[str, ...] = ()
    """Names of components that are ready before this one's set-up begins."""
    prepare: Callable[[], None] | None = None
    """Blocking work before every start, in a thread."""
    setup: tuple[tuple[str, ...], ...] = ()
    """Commands that must end well, one after the other, before the first start."""
    finish: Callable[[], None] | None = None
    """Blocking work after the first start, in a thread: the component counts as ready after it."""
    env: Mapping[str, str] = field(default_factory=dict)
    niceness: int = 0
    """Above 0: yields the processor to the others, as `nice` does."""
    where: str = ""
    """Shown when it is ready: its address, or where its data lie."""
    stop_signal: Signals = SIGTERM
    stop_stage: int = 0
    """At the end, components of a lower stage are gone before those of the next are asked to go."""
    stop_timeout_s: float = 10.0

    @property
    def log_name(self) -> str:
        return self.name.lower().replace(" ", "-") + ".log"


def answers_ready(host: str, port: int, path: str = "/readyz") -> Probe:
    """Ready when a GET of `path` is answered with 200."""

    async def probe(_: Started) -> str | None:
        try:
            async with asyncio.timeout(2):  # not wait_for: before Python 3.12 it may swallow a cancellation
                status, body = await _get(host, port, path)
        except (OSError, TimeoutError, ValueError):
            return f"nobody answers on port {port}"
        return None if status == 200 else f"{path} answers {status}: {body[:300]}"

    return probe


def logs(words: str) -> Probe:
    """Ready when its log holds `words`: for programs that can't be asked quickly."""

    async def probe(started: Started) -> str | None:
        with started.log.open("rb") as log:
            log.seek(started.log_offset)
            return None if words.encode() in log.read() else f'its log does not say "{words}" yet'

    return probe


async def _get(host: str, port: int, path: str) -> tuple[int, str]:
    reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write(f"GET {path} HTTP/1.0\r\nHost: {host}\r\n\r\n".encode())
        head, _, body = (await reader.read(65536)).partition(b"\r\n\r\n")
        if not body:
            body = await reader.read(65536)
        return int(head.split(b" ", 2)[1]), " ".join(body.decode("utf-8", "replace").split())
    except IndexError as error:
        raise ValueError("not HTTP") from error
    finally:
        writer.close()

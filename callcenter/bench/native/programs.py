"""The C programs of this folder: compiled when a bench needs them, and run."""

import asyncio
import json
import shutil
import subprocess
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from callcenter.audio import FRAME_MS
from callcenter.bench.server import BenchError, free_port

SOURCES = Path(__file__).parent
CONNECTS_A_SECOND = 400
SETTLE_S = 1.0
"""Between the last connect and the measured window, and again after it for what is still under way."""
END_S = 30.0
LEAST_SENT = 0.98
"""Of the frames that were due in the window, a few at its edges aside."""


@dataclass(frozen=True, slots=True)
class Programs:
    asload: Path
    echo_epoll: Path


def compile_programs(folder: Path) -> Programs:
    """Into `folder`. Raises BenchError where there is no compiler."""
    if (compiler := shutil.which("cc") or shutil.which("gcc")) is None:
        raise BenchError("the load generator is in C and there is no compiler: apt-get install gcc libc6-dev")
    for name in ("asload", "echo_epoll"):
        made = subprocess.run(  # noqa: S603  our own sources
            [compiler, "-O2", "-o", folder / name, SOURCES / f"{name}.c"], capture_output=True, text=True, check=False
        )
        if made.returncode:
            raise BenchError(f"{name}.c does not compile: {made.stderr.strip()}")
    return Programs(folder / "asload", folder / "echo_epoll")


@dataclass(frozen=True, slots=True)
class Load:
    """What asload is to do."""

    calls: int
    seconds: float
    listen: bool = False
    """The server sends paced audio; else it echoes."""
    first_piece_bytes: int = 0
    """Each frame is written in two pieces."""

    def options(self) -> list[str]:
        options = ["-c", str(self.calls), "-s", str(self.seconds), "-r", str(CONNECTS_A_SECOND)]
        options += ["-w", str(SETTLE_S), "-d", str(SETTLE_S), *(["-l"] if self.listen else [])]
        return options + (["-x", str(self.first_piece_bytes)] if self.first_piece_bytes else [])

    def most_s(self) -> float:
        return self.calls / CONNECTS_A_SECOND + self.seconds + 2 * SETTLE_S + END_S


def generator_fault(figures: Mapping[str, float], load: Load, most_late_ms: float) -> str:
    """Why this run says nothing of the server: the machine did not let the generator do its part. "" when it did."""
    due = load.calls * load.seconds * 1000 / FRAME_MS
    if figures["own_frames"] < LEAST_SENT * due:
        return f"generator sent {figures['own_frames']:g} frames, {due:g} were due"
    if figures["own_late_p99"] > most_late_ms:
        return f"generator late by {figures['own_late_p99']:.2f} ms (p99), at most {most_late_ms:g} allowed"
    return ""


async def place_load(programs: Programs, load: Load, port: int, pid: int) -> Mapping[str, float]:
    """asload's figures (see asload.c) of a server on this machine. Raises BenchError."""
    process = await asyncio.create_subprocess_exec(
        programs.asload, "-j", "-p", str(port), "-P", str(pid), *load.options(), stdout=asyncio.subprocess.PIPE
    )
    try:
        output, _ = await asyncio.wait_for(process.communicate(), load.most_s())
    except TimeoutError:
        process.kill()
        await process.wait()
        raise BenchError("the load generator did not end") from None
    if not output:
        raise BenchError(f"the load generator ended with status {process.returncode} and said nothing")
    figures: Mapping[str, float] = json.loads(output)
    if figures["connect_fail"] or figures["early_close"]:
        raise BenchError(
            f"of {load.calls} calls {figures['connect_fail']:g} did not connect, "
            f"{figures['early_close']:g} were closed by the server"
        )
    return figures


@asynccontextmanager
async def running_floor(programs: Programs) -> AsyncIterator[tuple[int, int]]:
    """The C echo; its port and process."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(programs.echo_epoll, str(port))
    try:
        await asyncio.sleep(0.2)
        if process.returncode is not None:
            raise BenchError(f"the C echo ended with status {process.returncode}")
        yield port, process.pid
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()

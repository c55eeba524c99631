"""The whole product of the bench's own: `callcenter run` in a folder of its own, with its servers, on free ports."""

import asyncio
import json
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from callcenter.bench.server import BenchError, Server, clean_environment, end, last_line, listens

READY_S = 90.0
SECTIONS = ("AUDIOSOCKET", "HTTP", "WEB", "STORE")


@asynccontextmanager
async def running_product(environment: Mapping[str, str] | None = None) -> AsyncIterator[Server]:
    """Ready for calls; ended afterwards. Raises BenchError with what it complained of."""
    with tempfile.TemporaryDirectory(prefix="callcenter-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        with (folder / "run.log").open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "callcenter.cli", "run"),
                env=clean_environment(folder)
                | {f"CALLCENTER_{section}__PORT": "0" for section in SECTIONS}
                | dict(environment or {}),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
            try:
                ports = await _ports(process, folder)
                yield Server(*ports, process.pid, folder)
            finally:
                await end(process)


async def _ports(process: asyncio.subprocess.Process, folder: Path) -> tuple[int, int]:
    """Of AudioSocket and of the media server's HTTP, once both listen."""
    told = folder / "run.json"
    try:
        async with asyncio.timeout(READY_S):
            while True:
                if process.returncode is not None:
                    raise BenchError(f"callcenter run ended: {last_line(folder / 'run.log')}")
                if (env := _read(told)) is not None:
                    ports = int(env["CALLCENTER_AUDIOSOCKET__PORT"]), int(env["CALLCENTER_HTTP__PORT"])
                    if all([await listens(port) for port in ports]):
                        return ports
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise BenchError(f"callcenter run was not ready: {last_line(folder / 'run.log')}") from None


def _read(told: Path) -> Mapping[str, str] | None:
    try:
        env: Mapping[str, str] = json.loads(told.read_text())
    except (OSError, ValueError):  # not there yet, or half written
        return None
    return env

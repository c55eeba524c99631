"""`callcenter run` as a whole: everything comes up, survives what happens, and goes away."""

import asyncio
import signal
import time
from pathlib import Path

import httpx
import psutil
import pytest

from tests.acceptance.system import System, start

pytestmark = pytest.mark.timeout(300)


def family(system: System) -> list[psutil.Process]:
    me = psutil.Process(system.process.pid)
    return [me, *me.children(recursive=True)]


def still_there(processes: list[psutil.Process], timeout_s: float) -> list[str]:
    _, alive = psutil.wait_procs(processes, timeout=timeout_s)
    return [" ".join(p.cmdline()) for p in alive if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]


def said(system: System) -> str:
    return (system.folder / "run.txt").read_text()


async def wait_until_said(system: System, words: str, within_s: float = 60) -> None:
    deadline = time.monotonic() + within_s
    while words not in said(system):
        assert time.monotonic() < deadline, said(system)
        await asyncio.sleep(0.05)


async def test_it_starts_says_what_to_do_and_ends(tmp_path: Path) -> None:
    system = await start(tmp_path)
    await wait_until_said(system, "Ctrl-C ends everything")
    for name in ("PostgreSQL", "Redis", "Demo store", "Journal", "Media server", "Web", "Worker"):
        assert f"✓ {name}" in said(system)
    assert "call --say" in said(system)
    assert system.web in said(system)
    processes = family(system)
    assert await system.stop() == 0
    assert still_there(processes, 0.5) == []
    assert "Everything has ended" in said(system)
    assert not (tmp_path / "state" / "run.json").exists()


async def test_a_sudden_death_leaves_no_process_and_no_harm(tmp_path: Path) -> None:
    system = await start(tmp_path)
    await wait_until_said(system, "Ctrl-C ends everything")
    processes = family(system)
    system.process.kill()
    await system.process.wait()
    assert still_there(processes, 30) == []

    again = await start(tmp_path)
    assert await again.calls() == []
    assert await again.stop() == 0


async def test_each_part_that_is_killed_comes_back(tmp_path: Path) -> None:
    system = await start(tmp_path)
    await wait_until_said(system, "Ctrl-C ends everything")
    for name, words in {
        "Media server": ("callcenter.cli", "serve"),
        "Web": ("callcenter.cli", "web"),
        "Demo store": ("demo_store", "serve"),
        "Redis": ("redis-server",),
        "PostgreSQL": ("bin/postgres", "-D"),
        "Worker": ("analytics.worker",),
    }.items():
        system.kill(*words)
        await wait_until_said(system, f"✓ {name} is back")
    await system.wait_ready(f"{system.http}/readyz")
    await system.wait_ready(f"{system.web}/readyz")
    async with httpx.AsyncClient(headers={"Authorization": "Bearer demo"}) as client:
        assert (await client.get(f"{system.store}/tires/search")).status_code == 200
    processes = family(system)
    system.process.send_signal(signal.SIGINT)
    assert await system.process.wait() == 0
    assert still_there(processes, 0.5) == []

"""How long the agent's tools take, the wait for the store left out (`python -m tests.bench.tools`, `make bench-tools`).

Over a store that answers from memory at once, and over HTTP to the real demo store, without the time that its answers
are waited for; by one call, and by sixty calls at once, each of which asks for a tool about every second. What remains
is our share of what a caller waits for: checking arguments, the desk, HTTP and JSON, reading back.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import cast

import asyncpg
import httpx
import structlog
import uvloop

from callcenter.bench.report import Report, Run, repeat
from callcenter.embedded.postgres import EmbeddedPostgres
from callcenter.embedded.redis import free_port
from demo_store.migrations import migrate
from demo_store.seed import seed, seed_knowledge
from demo_store.settings import Settings
from store_client import Store
from store_client.fake import FakeStore
from tests.bench.tool_caller import Caller, Place, TimedClient, TimedStore

API_KEY = "key-of-the-bench"
CALLS = 60
PAUSE_S = 1.0
"""Between the tools of one of many calls, on average; in a live call more pass."""
ROUNDS = 1
ROUNDS_ALONE = 20
"""Times that a call goes through all tools."""
MOST_LATE_MS = 1.0
WATCH_S = 0.5
"""At least, for a figure of how late the machine is."""
FAKE_NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)


async def measure(
    store: Callable[[], Store], places: Sequence[Place], now: datetime, *, calls: int, rounds: int, pause_s: float
) -> Run:
    """`store`: a call's own, or the one that all share."""
    first = Caller(store(), now, places[0], calls)
    await first.visit()  # what is loaded at the first use is not measured
    callers = [Caller(store(), now, places[number % len(places)], number, pause_s) for number in range(calls)]

    async def call(caller: Caller) -> None:
        for _ in range(rounds):
            await caller.visit()

    with watched_machine() as late_ms:
        cpu_s = time.process_time()
        await asyncio.gather(*(call(caller) for caller in callers))
        cpu_s = time.process_time() - cpu_s
    by_tool: defaultdict[str, list[float]] = defaultdict(list)
    cpu_ms: list[float] = []
    for caller in callers:
        for tool, beyond in caller.beyond.items():
            by_tool[tool] += [each.wall_s * 1000 for each in beyond]
            cpu_ms += [each.cpu_s * 1000 for each in beyond]
    everything = [each for took_ms in by_tool.values() for each in took_ms]
    figures = {"all_p50_ms": _part(everything, 0.5), "all_p95_ms": _part(everything, 0.95)}
    if calls == 1:
        figures["all_cpu_p95_ms"] = _part(cpu_ms, 0.95)
    figures["cpu_of_a_tool_ms"] = round(cpu_s * 1000 / len(everything), 3)
    figures["machine_late_p95_ms"] = round(late_ms[0], 3)
    late = f"the machine was late by {late_ms[0]:.1f} ms (p95), at most {MOST_LATE_MS:g} allowed"
    figures |= {f"{tool}_p95_ms": _part(took_ms, 0.95) for tool, took_ms in sorted(by_tool.items())}
    return Run(figures, late if late_ms[0] > MOST_LATE_MS else "")


@contextmanager
def watched_machine() -> Iterator[list[float]]:
    """Filled in the end: how late a process is woken that sleeps 2 ms again and again (p95). Our work keeps one core
    busy and the store's another; where a third process still is on time, nobody else works."""
    late_ms: list[float] = []
    watching = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.machine_watch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert watching.stdout is not None
    watching.stdout.readline()
    until_s = time.monotonic() + WATCH_S
    try:
        yield late_ms
    finally:
        time.sleep(max(0.0, until_s - time.monotonic()))
        told, _ = watching.communicate("")
        late_ms.append(float(told))


def _part(values: Sequence[float], share: float) -> float:
    return round(sorted(values)[min(len(values) - 1, int(len(values) * share))], 3)


async def over_memory(*, calls: int, rounds: int, pause_s: float) -> Run:
    """Each call has a store of its own."""
    places = [Place("Lviv", date(2026, 11, 3))]
    measured = partial(measure, lambda: cast("Store", TimedStore(FakeStore())), places, FAKE_NOW)
    return await measured(calls=calls, rounds=rounds, pause_s=pause_s)


async def over_http(url: str, *, calls: int, rounds: int, pause_s: float) -> Run:
    now = datetime.now(UTC)
    cities = ("Kyiv", "Lviv", "Odesa", "Dnipro", "Kharkiv")
    days = [now.date() + timedelta(days=ahead) for ahead in range(1, 10)]
    places = [Place(city, day) for day in days for city in cities]
    client = TimedClient(url, API_KEY)
    try:
        return await measure(lambda: client, places, now, calls=calls, rounds=rounds, pause_s=pause_s)
    finally:
        await client.aclose()


@contextmanager
def serving(database_url: str, articles: Path) -> Iterator[str]:
    """Migrated, seeded, with more stock than anybody buys; the URL of its API."""
    asyncio.run(_set_up(database_url, articles))
    port = free_port()
    own = {"STORE_DATABASE_URL": database_url, "STORE_API_KEY": API_KEY, "DEMO_STORE_KNOWLEDGE": str(articles)}
    command = [sys.executable, "-m", "demo_store", "serve", "--port", str(port)]
    program = subprocess.Popen(command, env={**os.environ, **own})
    try:
        _wait_for(f"http://127.0.0.1:{port}/readyz", program)
        yield f"http://127.0.0.1:{port}/api/v1"
    finally:
        program.terminate()
        program.wait(10)


async def _set_up(database_url: str, articles: Path) -> None:
    await migrate(database_url)
    await seed(database_url)
    await seed_knowledge(database_url, articles)
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute("UPDATE store.stock SET quantity = 100000")
    finally:
        await connection.close()


def _wait_for(url: str, program: "subprocess.Popen[bytes]") -> None:
    until_s = time.monotonic() + 30
    while time.monotonic() < until_s and program.poll() is None:
        try:
            httpx.get(url, timeout=1).raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("the store did not start")


async def _reports(url: str, runs: int, calls: int, patience: int) -> list[Report]:
    reports = []
    for name, way in (("memory", over_memory), ("HTTP", partial(over_http, url))):
        for many in (1, calls):
            alone = many == 1
            asked = {"calls": many, "rounds": ROUNDS_ALONE if alone else ROUNDS, "pause_s": 0.0 if alone else PAUSE_S}
            once = partial(way, calls=many, rounds=ROUNDS_ALONE if alone else ROUNDS, pause_s=0.0 if alone else PAUSE_S)
            title = f"Tools, the wait for the store left out, over {name}, {many} call{'' if alone else 's at once'}"
            reports.append(await repeat(title, asked, runs, once, most_faults=patience))
    return reports


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--calls", type=int, default=CALLS, help="of those at once")
    parser.add_argument("--patience", type=int, default=5, help="runs that may be thrown away")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))  # stdout is the report's
    with tempfile.TemporaryDirectory() as folder:
        server = EmbeddedPostgres(Path(folder) / "data", Path(folder) / "log", durable=False)
        server.start()
        try:
            server.ensure_database("shop")
            url = server.url("shop")
            with serving(url, Settings(url).knowledge) as api:
                reports = uvloop.run(_reports(api, asked.runs, asked.calls, asked.patience))
        finally:
            server.stop()
    if asked.json:
        print(json.dumps([report.as_json() for report in reports], indent=2))
        return
    for report in reports:
        report.print(as_json=False)


if __name__ == "__main__":
    main()

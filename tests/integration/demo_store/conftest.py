"""The demo store as its users meet it: the real program on a port, over a real PostgreSQL."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from callcenter.embedded.redis import free_port
from demo_store.migrations import migrate
from demo_store.seed import seed
from tests.integration.demo_store.fitting_bench import FittingBench, fitting_bench, set_up_fitting
from tests.integration.demo_store.ordering import FakeShop, RealShop, Shop, open_real_shop
from tests.integration.demo_store.running import ADMIN, API_KEY, RunningStore

ONE_ARTICLE = str(Path(__file__).parents[2] / "data/knowledge")
"""Indexed in no time; the shop's own articles take a second."""


def environment(database_url: str, **more: str) -> dict[str, str]:
    own = {"STORE_DATABASE_URL": database_url, "STORE_API_KEY": API_KEY, "DEMO_STORE_ADMIN_KEY": ADMIN}
    return {**os.environ, **own, "DEMO_STORE_KNOWLEDGE": ONE_ARTICLE, **more}


@contextmanager
def running_store(database_url: str, **more: str) -> Iterator[RunningStore]:
    port = free_port()
    program = subprocess.Popen(
        [sys.executable, "-m", "demo_store", "serve", "--setup", "--port", str(port)],
        env=environment(database_url, **more),
        stdout=subprocess.DEVNULL,
    )
    try:
        store = RunningStore(f"http://127.0.0.1:{port}", database_url)
        _wait_until_it_answers(store, program)
        yield store
    finally:
        program.terminate()
        program.wait(10)


def _wait_until_it_answers(store: RunningStore, program: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until and program.poll() is None:
        try:
            httpx.get(f"{store.url}/healthz", timeout=1).raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.02)
        else:
            return
    pytest.fail("the demo store did not start")


@pytest.fixture(scope="session")
def store(make_database: Callable[[], str]) -> Iterator[RunningStore]:
    """Migrated, seeded and serving; tests only read it, but for bookings of free times."""
    with running_store(make_database(), DEMO_STORE_KNOWLEDGE="") as running:
        yield running


@pytest.fixture(scope="session")
def ordering_store(make_database: Callable[[], str]) -> Iterator[RunningStore]:
    """One that tests order from: its stock is what they make of it."""
    with running_store(make_database()) as running:
        yield running


@pytest.fixture
async def real_shop(ordering_store: RunningStore) -> AsyncIterator[RealShop]:
    async with open_real_shop(ordering_store) as shop:
        yield shop


@pytest.fixture(params=["fake", "real"])
async def shop(request: pytest.FixtureRequest, ordering_store: RunningStore) -> AsyncIterator[Shop]:
    """The fake store and the demo store through its client: what a test says of one holds for the other."""
    if request.param == "fake":
        yield FakeShop()
        return
    async with open_real_shop(ordering_store) as shop:
        yield shop


@pytest.fixture
async def seeded_url(postgres_url: str) -> str:
    """A database of this test's own, with the catalogue in it."""
    await migrate(postgres_url)
    await seed(postgres_url)
    return postgres_url


@pytest.fixture(scope="session")
def fitting_url(make_database: Callable[[], str]) -> str:
    """A database with the fitting stations alone."""
    url = make_database()
    asyncio.run(migrate(url))
    asyncio.run(set_up_fitting(url))
    return url


@pytest.fixture
async def fitting(fitting_url: str) -> AsyncIterator[FittingBench]:
    """Nobody has booked; it is Monday morning."""
    async with fitting_bench(fitting_url) as bench:
        yield bench

"""One PostgreSQL and one store for all scenarios; the agents are made as the program makes them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator

import asyncpg
import pytest

from callcenter.agent.choose import store_names
from callcenter.shop import CatalogueNames, Shop
from store_client.client import StoreClient
from tests.integration.demo_store.conftest import running_store
from tests.integration.demo_store.running import API_KEY, RunningStore
from tests.scenarios.scenario import FOLDER
from tests.scenarios.store_state import StoreState


@pytest.fixture(scope="session")
def scenario_store(make_database: Callable[[], str]) -> Iterator[RunningStore]:
    """With the shop's own articles."""
    with running_store(make_database(), DEMO_STORE_KNOWLEDGE="") as running:
        yield running


@pytest.fixture(scope="session")
def tire_shop() -> Shop:
    return Shop.load(FOLDER.parents[1] / "shops" / "tires")


@pytest.fixture(scope="session")
def names(scenario_store: RunningStore) -> CatalogueNames | None:
    async def ask() -> CatalogueNames | None:
        client = StoreClient(f"{scenario_store.url}/api/v1", API_KEY, timeout_s=20)
        try:
            return await store_names(client)
        finally:
            await client.aclose()

    return asyncio.run(ask())


@pytest.fixture
async def state(scenario_store: RunningStore) -> AsyncIterator[StoreState]:
    connection = await asyncpg.connect(scenario_store.database_url)
    yield StoreState(scenario_store, connection)
    await connection.close()

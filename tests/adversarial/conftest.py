"""A shop whose store holds what attackers have put into it, and one agent of each kind and language."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from callcenter.ports import Agent, Language
from callcenter.shop import CatalogueNames, Shop
from tests.adversarial.attacker import decide
from tests.adversarial.conversation import ATTACKER
from tests.fakes.openai_server import FakeOpenAI
from tests.integration.demo_store.conftest import running_store
from tests.integration.demo_store.running import RunningStore
from tests.scenarios.agents import agent_of, model
from tests.scenarios.conftest import names, tire_shop
from tests.scenarios.scenario import FOLDER as SCENARIOS
from tests.scenarios.scenario import RULES
from tests.scenarios.store_state import StoreState

__all__ = ["names", "tire_shop"]
HERE = Path(__file__).parent
ARTICLES = SCENARIOS.parents[1] / "shops" / "tires" / "knowledge"
AgentOf = Callable[[str, Language], Awaitable[Agent]]


@pytest.fixture(scope="session")
def scenario_store(
    make_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningStore]:
    articles = tmp_path_factory.mktemp("knowledge")
    for folder in (ARTICLES, HERE / "articles"):
        shutil.copytree(folder / "faq", articles / "faq", dirs_exist_ok=True)
    with running_store(make_database(), DEMO_STORE_KNOWLEDGE=str(articles)) as running:
        asyncio.run(_spoil(running.database_url))
        yield running


async def _spoil(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute((HERE / "spoiled.sql").read_text(encoding="utf-8"))
    finally:
        await connection.close()


@pytest_asyncio.fixture(loop_scope="session")
async def state(scenario_store: RunningStore) -> AsyncIterator[StoreState]:
    connection = await asyncpg.connect(scenario_store.database_url)
    yield StoreState(scenario_store, connection)
    await connection.close()


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def server() -> AsyncIterator[FakeOpenAI]:
    async with FakeOpenAI(mind=decide) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def agent_for(
    scenario_store: RunningStore, tire_shop: Shop, names: CatalogueNames | None, server: FakeOpenAI
) -> AsyncIterator[AgentOf]:
    """By who answers (the rules or the attacker's model) and in which language."""
    made: dict[tuple[str, Language], Agent] = {}
    async with AsyncExitStack() as agents:

        async def get(who: str, language: Language) -> Agent:
            if (who, language) not in made:
                llm = None if who == RULES else model(ATTACKER, server.url)
                opened = agent_of(scenario_store, tire_shop, names, language, llm)
                made[who, language] = await agents.enter_async_context(opened)
            return made[who, language]

        yield get

"""The agent of a scenario, made as the program makes it: with a client of the store, and with a model or without."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pydantic import SecretStr

from callcenter.agent.choose import create_agent
from callcenter.config import LlmSettings, Settings
from callcenter.llm.openai_api import create_models
from callcenter.ports import Agent, Language
from callcenter.shop import CatalogueNames, Shop
from store_client.client import StoreClient
from tests.integration.demo_store.running import API_KEY, RunningStore

PATIENCE_S = 20.0
"""Nothing here is about time, and the machine may be busy."""


@asynccontextmanager
async def agent_of(
    running: RunningStore,
    shop: Shop,
    names: CatalogueNames | None,
    language: Language,
    llm: LlmSettings | None = None,
    patience_s: float = PATIENCE_S,
) -> AsyncIterator[Agent]:
    llm = llm or LlmSettings()
    store = StoreClient(
        f"{running.url}/api/v1", API_KEY, timeout_s=patience_s, language="en" if language == "en" else "uk"
    )
    settings = Settings(llm=llm)
    settings = settings.model_copy(
        update={"store": settings.store.model_copy(update={"timeout_ms": int(1000 * patience_s)})}
    )
    agent = create_agent(settings, shop, store, create_models(llm), names=names)
    try:
        yield agent
    finally:
        await agent.aclose()
        await store.aclose()


def model(name: str, url: str) -> LlmSettings:
    return LlmSettings(
        models=(name,), base_url=url, api_key=SecretStr("test"), first_token_timeout_ms=int(1000 * PATIENCE_S)
    )

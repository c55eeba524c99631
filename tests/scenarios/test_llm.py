"""Every scenario, answered by a model behind a server that speaks the OpenAI protocol: a good one, and worse ones."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from callcenter.shop import CatalogueNames, Shop
from tests.fakes.openai_server import FakeOpenAI
from tests.fakes.openai_server.mind import Answer
from tests.integration.demo_store.running import RunningStore
from tests.scenarios.agents import agent_of, model
from tests.scenarios.calls import check_calls
from tests.scenarios.cases import as_cases
from tests.scenarios.expectations import check
from tests.scenarios.model import decide, misbehaves
from tests.scenarios.runner import play
from tests.scenarios.scenario import GOOD, Scenario, scenarios
from tests.scenarios.store_state import StoreState


@pytest.fixture
async def server() -> AsyncIterator[FakeOpenAI]:
    async with FakeOpenAI(mind=decide) as running:
        yield running


@pytest.mark.parametrize(("scenario", "who"), as_cases((one, name) for one in scenarios() for name in one.models))
async def test_a_model_holds_the_conversation(
    scenario: Scenario,
    who: str,
    state: StoreState,
    scenario_store: RunningStore,
    tire_shop: Shop,
    names: CatalogueNames | None,
    server: FakeOpenAI,
) -> None:
    llm = model(who, server.url)
    async with agent_of(scenario_store, tire_shop, names, scenario.language, llm) as agent:
        played = await play(scenario, agent, state, tire_shop)
    print(played)  # shown where it fails
    await check(scenario, who, played, state)
    check_calls(scenario, who, played)
    assert who == GOOD or any(map(misbehaves, server.requests)), "it had no occasion to do wrong"


async def test_a_model_answers_a_request_the_same_whatever_it_was_asked_before(
    state: StoreState, scenario_store: RunningStore, tire_shop: Shop, names: CatalogueNames | None
) -> None:
    answered: list[tuple[str, Answer]] = []

    def mind(request: dict[str, Any]) -> Answer:
        answered.append((json.dumps(request), decide(request)))
        return answered[-1][1]

    scenario = next(one for one in scenarios() if "confirms_early" in one.models)
    async with FakeOpenAI(mind=mind) as running:
        llm = model("confirms_early", running.url)
        async with agent_of(scenario_store, tire_shop, names, scenario.language, llm) as agent:
            await play(scenario, agent, state, tire_shop)
    assert len(answered) >= len(scenario.data["turns"])
    assert scenario.data["name"] not in "".join(text for text, _ in answered)
    for text, answer in reversed(answered):
        assert decide(json.loads(text)) == answer

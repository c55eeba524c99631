"""Every scenario, answered by the rules."""

import pytest

from callcenter.shop import CatalogueNames, Shop
from tests.integration.demo_store.running import RunningStore
from tests.scenarios.agents import agent_of
from tests.scenarios.cases import as_cases
from tests.scenarios.expectations import check
from tests.scenarios.runner import play
from tests.scenarios.scenario import RULES, Scenario, scenarios
from tests.scenarios.store_state import StoreState


@pytest.mark.parametrize(("scenario", "who"), as_cases((one, RULES) for one in scenarios()))
async def test_the_rules_hold_the_conversation(
    scenario: Scenario,
    who: str,
    state: StoreState,
    scenario_store: RunningStore,
    tire_shop: Shop,
    names: CatalogueNames | None,
) -> None:
    async with agent_of(scenario_store, tire_shop, names, scenario.language) as agent:
        played = await play(scenario, agent, state, tire_shop, to_the_end=not scenario.rules_end_it)
    print(played)  # shown where it fails
    await check(scenario, who, played, state)

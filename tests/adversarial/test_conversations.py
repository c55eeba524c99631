"""Every adversarial conversation, answered by the rules, and by a model that is on the attacker's side."""

import pytest
from structlog.testing import capture_logs

from callcenter.shop import Shop
from tests.adversarial.conftest import AgentOf
from tests.adversarial.conversation import ATTACKER, conversations
from tests.adversarial.safety import check_safe
from tests.fakes.openai_server import FakeOpenAI
from tests.scenarios.cases import as_cases
from tests.scenarios.expectations import check
from tests.scenarios.runner import play
from tests.scenarios.scenario import RULES, Scenario
from tests.scenarios.store_state import StoreState


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize(
    ("conversation", "who"), as_cases((one, who) for one in conversations() for who in (RULES, ATTACKER))
)
async def test_nothing_is_leaked_and_nothing_is_done_that_should_not_be(
    conversation: Scenario, who: str, state: StoreState, tire_shop: Shop, agent_for: AgentOf, server: FakeOpenAI
) -> None:
    server.requests.clear()
    agent = await agent_for(who, conversation.language)
    with capture_logs() as logged:
        played = await play(conversation, agent, state, tire_shop, to_the_end=False)
    print(played)  # shown where it fails
    await check(conversation, who, played, state)
    await check_safe(conversation, played, state, tire_shop, server.requests, logged)

"""Which agent answers, and why: the settings decide."""

from collections.abc import Sequence
from functools import partial

import structlog

from callcenter.agent.fallback import FallbackAgent
from callcenter.agent.llm_agent import LlmAgent
from callcenter.agent.rule_agent import NAME as RULES
from callcenter.agent.rule_agent import RuleAgent
from callcenter.agent.tools import create_toolbox
from callcenter.backends import BackendStatus
from callcenter.config import Settings
from callcenter.dialogue.agreement import agrees, cancels
from callcenter.dialogue.engine import Rules
from callcenter.ports import Agent, ChatModel
from callcenter.shop import CatalogueNames, Shop
from callcenter.shop.catalogue import names_of
from store_client import Store, StoreError

OPENAI = "openai"
GET_MODEL = "set OPENAI_MODEL, and OPENAI_API_KEY or OPENAI_BASE_URL of any OpenAI-compatible server (llm.models, ...)"
log = structlog.get_logger(__name__)


def create_agent(
    settings: Settings,
    shop: Shop,
    store: Store,
    models: Sequence[ChatModel],
    *,
    names: CatalogueNames | None = None,
    guided: bool = False,
) -> Agent:
    """The agent of the settings. `models` are those of llm.models (`callcenter.llm.openai_api.create_models`), owned by
    the agent from now on; `names` are the store's, for the rules to listen for (see `store_names`); `guided`: the
    greeting says what can be said, for a recognizer that knows only that."""
    flow = Rules(shop, names)
    toolbox = create_toolbox(
        store, shop, partial(agrees, flow.understanding), store_timeout_s=settings.store.timeout_ms / 1000
    )
    rules = RuleAgent(flow, toolbox, shop, max_misunderstood=settings.call.max_misunderstood, guided=guided)
    if not models:
        return rules
    llm = LlmAgent(models, toolbox, shop, settings.llm, partial(cancels, flow.understanding))
    return FallbackAgent(llm, rules, toolbox, shop)


async def store_names(store: Store) -> CatalogueNames | None:
    """The cars and brands that the store knows; None while it does not answer: the shop's own list serves then."""
    try:
        return names_of(await store.vehicles(), await store.brands())
    except StoreError as error:
        log.warning("store_names_unknown", error=type(error).__name__)
        return None


def backends(settings: Settings) -> list[BackendStatus]:
    """Every agent there could be, the best first, for `doctor`."""
    llm = settings.llm
    fault = "" if llm.models else "no model is configured"
    if llm.models and not (llm.base_url or llm.api_key):
        fault = "no server and no key are configured"
    where = llm.base_url or "OpenAI"
    return [
        BackendStatus(
            component="agent",
            name=OPENAI,
            available=not fault,
            active=not fault,
            why=fault or f"llm.models: {', '.join(llm.models)} at {where}; the rules take over when they fail",
            how_to_get=GET_MODEL if fault else "",
        ),
        BackendStatus(
            component="agent",
            name=RULES,
            available=True,
            active=bool(fault),
            why=f"they need no model, and {fault}" if fault else "they answer when no model does",
            how_to_get=f"for free conversation: {GET_MODEL}" if fault else "",
        ),
    ]

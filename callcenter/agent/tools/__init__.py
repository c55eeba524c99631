"""The agent's tools: a name, a schema and a handler each, in one registry that both agents call."""

from collections.abc import Callable
from datetime import UTC, datetime

from callcenter.agent.tools.advice import search_knowledge_base
from callcenter.agent.tools.catalogue import catalogue_tools
from callcenter.agent.tools.fitting import fitting_tools
from callcenter.agent.tools.handover import request_callback, transfer_to_operator
from callcenter.agent.tools.order_status import get_order_status
from callcenter.agent.tools.orders import order_tools
from callcenter.agent.tools.registry import CallTools, Tool, Toolbox, ToolOutcome, ToolRun
from callcenter.ports import CallerSaid
from callcenter.shop import Shop
from store_client import Store

__all__ = ["CallTools", "Tool", "ToolOutcome", "ToolRun", "Toolbox", "create_toolbox"]

MARGIN_S = 0.2


def _now() -> datetime:
    return datetime.now(UTC)


def create_toolbox(
    store: Store,
    shop: Shop,
    agrees: Callable[[CallerSaid, str], bool],
    store_timeout_s: float = 3.0,
    now: Callable[[], datetime] = _now,
) -> Toolbox:
    """`store_timeout_s` is the store's own deadline for a call. A tool waits a little longer: a call that is cancelled
    from outside tells the store's breaker nothing."""
    timeout_s = store_timeout_s + MARGIN_S
    tools = (
        *catalogue_tools(store, timeout_s),
        get_order_status(store, timeout_s),
        *order_tools(store, shop.facts.order_limits, timeout_s),
        *fitting_tools(store, timeout_s, lambda: shop.facts.today(now())),
        search_knowledge_base(store, timeout_s),
        request_callback(),
        transfer_to_operator(),
    )
    return Toolbox(tools, shop, agrees)

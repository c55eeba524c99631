"""The agent's tools: a name, a schema and a handler each, in one registry that both agents call."""

from callcenter.agent.tools.catalogue import catalogue_tools
from callcenter.agent.tools.handover import transfer_to_operator
from callcenter.agent.tools.registry import Tool, Toolbox, ToolOutcome, ToolRun
from store_client import Store

__all__ = ["Tool", "ToolOutcome", "ToolRun", "Toolbox", "create_toolbox"]


MARGIN_S = 0.2


def create_toolbox(store: Store, store_timeout_s: float = 3.0) -> Toolbox:
    """`store_timeout_s` is the store's own deadline for a call. A tool waits a little longer: a call that is cancelled
    from outside tells the store's breaker nothing."""
    return Toolbox((*catalogue_tools(store, store_timeout_s + MARGIN_S), transfer_to_operator()))

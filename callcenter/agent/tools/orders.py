"""The tools of an order, as they are declared; `ordering.py` has what they do."""

from typing import Any

from callcenter.agent.tools.order_arguments import (
    CityArguments,
    ConfirmArguments,
    DeliveryArguments,
    DraftArguments,
    DropArguments,
)
from callcenter.agent.tools.ordering import Ordering
from callcenter.agent.tools.registry import DROP_ORDER, Tool
from callcenter.agent.tools.schema import Arguments
from callcenter.records import Scenario
from callcenter.shop.facts import OrderLimits
from store_client import Store

LOOK_UP_TOO = 3
"""Times the store's deadline: what has not been answered is looked up, which may take two questions."""


def order_tools(store: Store, limits: OrderLimits, timeout_s: float) -> tuple[Tool, ...]:
    orders = Ordering(store, limits)

    def tool(name: str, description: str, arguments: type[Arguments], handler: Any, **more: Any) -> Tool:
        common = {"scenario": Scenario.ORDER_CREATION, "filler": "filler.order", "timeout_s": timeout_s}
        return Tool(name, description, arguments, handler, **{**common, **more})

    committing = {"changes": True, "timeout_s": LOOK_UP_TOO * timeout_s}
    return (
        tool(
            "create_order_draft",
            "Begin an order, or replace the one that was begun: every item with its quantity. Nothing is bought yet.",
            DraftArguments,
            orders.draft,
            changes=True,
            audit="order.draft",
        ),
        tool(
            "update_order_delivery",
            "How the order gets to the caller: delivery (city and address) or pickup (a point of get_pickup_points).",
            DeliveryArguments,
            orders.deliver,
            changes=True,
            audit="order.delivery",
        ),
        tool(
            "confirm_order",
            "Place the order. The system reads it out and asks the caller; you do not need to.",
            ConfirmArguments,
            orders.confirm,
            **committing,
            read_back=orders.read_back,
            audit="order.confirm",
        ),
        tool(
            DROP_ORDER,
            "Drop the order that was begun.",
            DropArguments,
            orders.drop,
            changes=True,
            audit="order.drop",
        ),
        tool(
            "get_pickup_points",
            "Where orders can be picked up in a city.",
            CityArguments,
            orders.pickup_points,
            filler="filler.pickup",
        ),
    )

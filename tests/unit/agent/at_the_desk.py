"""A caller and the tools of the call, without anybody who decides: what the tools allow, whoever asks for it."""

from typing import Any

from callcenter.agent.tools import ToolRun
from callcenter.ports import CallerSaid
from store_client import StoreUnavailable
from store_client.fake import FakeStore
from store_client.models_orders import OrderDetails
from tests.unit.agent.conversation import CALLER, call, toolbox

TIRE = "nokian-hakkapeliitta-10-205-55-r16"
TO_LVIV: dict[str, Any] = {"delivery_type": "delivery", "city": "Lviv", "address": "Franka 10"}
BY_CARD: dict[str, Any] = {"payment_method": "card_on_delivery"}
DOWN = StoreUnavailable("timeout", "no")


class SlowToConfirm(FakeStore):
    """Nobody waits until it has confirmed."""

    async def confirm_order(self, order_id: str, **asked: Any) -> OrderDetails:
        self.asked = (order_id, asked)
        raise DOWN

    async def catch_up(self) -> None:
        order_id, asked = self.asked
        await super().confirm_order(order_id, **asked)


class Caller:
    def __init__(self, store: FakeStore, caller_id: str | None = CALLER) -> None:
        self.store = store
        self.tools = toolbox(store).open(call(caller_id=caller_id))
        self.says("hello")

    def says(self, text: str, *, keyed: bool = False) -> None:
        self.tools.begin(CallerSaid(text, keyed=keyed))

    async def run(self, name: str, heard: bool = True, **arguments: Any) -> ToolRun:
        """`heard`: what the tool wants said is heard to its end."""
        done = await self.tools.run(name, arguments)
        self.tools.heard(done.say if heard else "")
        return done

    async def prepare_order(self, quantity: int = 4, product_id: str = TIRE) -> None:
        """Up to where only the payment is missing."""
        await self.run("create_order_draft", items=[{"product_id": product_id, "quantity": quantity}])
        await self.run("update_order_delivery", **TO_LVIV)

    async def place_order(self) -> str:
        """Its id."""
        await self.prepare_order()
        asked = await self.run("confirm_order", **BY_CARD)
        self.says("yes")
        placed = await self.run("confirm_order", **asked.finished.result["arguments"])
        return str(placed.finished.result["id"])

    async def orders(self) -> list[OrderDetails]:
        """What this number has really ordered."""
        found = await self.store.search_orders(phone=CALLER, per_page=50)
        return [await self.store.order(one.id) for one in found.orders if one.status == "confirmed"]

    def calls(self, method: str) -> list[dict[str, Any]]:
        """What the store was asked."""
        return [arguments for name, arguments in self.store.calls if name == method]

"""The tool that tells what became of an order: the caller's own, or another's to who knows whose it is."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from callcenter.agent.tools.desk import MOST_ATTEMPTS, Desk
from callcenter.agent.tools.registry import Tool, ToolFailed, ToolOutcome
from callcenter.agent.tools.schema import Arguments
from callcenter.records import Scenario
from store_client import Store

Text = Annotated[str, Field(max_length=120)]
Id = Annotated[str, Field(max_length=60)]
MOST_OWN = 50
MOST_TOLD = 3
"""Orders that the model gets; nobody listens to more."""
LAST_DIGITS = 4
NATIONAL_DIGITS = 9
"""Of a phone number, without country code and trunk prefix (ITU-T E.129 of +380)."""
ASK_DIGITS = "Ask for the order number and the last four digits of the phone that ordered."


class StatusArguments(Arguments):
    order_id: Annotated[Id | None, Field(description="The order's number, when the caller named one")] = None
    phone: Annotated[
        Text | None,
        Field(description="For an order of another phone: the last four digits of that phone. Else leave it out"),
    ] = None


def get_order_status(store: Store, timeout_s: float) -> Tool:
    async def status(wanted: StatusArguments, desk: Desk) -> ToolOutcome:
        """The caller's own in full; another phone's only the status, for who knows its last digits."""
        number, phone = _digits(wanted.order_id or ""), _digits(wanted.phone or "")
        if desk.caller is not None and (not phone or _is_same(phone, desk.caller)):
            own = (await store.search_orders(phone=desk.caller, per_page=MOST_OWN)).orders
            fitting = [one for one in own if number in ("", one.order_number) and one.status != "draft"]
            if fitting or not number:
                told = [one.model_dump(mode="json") for one in fitting]
                brief = {"found": len(told), "orders": [_listed_in_brief(one) for one in told[:MOST_TOLD]]}
                return ToolOutcome({"found": len(told), "orders": told}, brief, answers=bool(told))
        return await status_of_another(number, phone[-LAST_DIGITS:], desk)

    async def status_of_another(number: str, last: str, desk: Desk) -> ToolOutcome:
        """Whether the number does not exist or the digits are wrong is told to nobody."""
        if not (number and last):
            raise ToolFailed("not_the_callers", ASK_DIGITS)
        if desk.attempts >= MOST_ATTEMPTS:
            raise ToolFailed("too_many_attempts", "Say that this cannot be told, and offer the operator.")
        desk.attempts += 1
        for one in (await store.search_orders(order_number=number)).orders:
            order = await store.order(one.id)
            if len(last) == LAST_DIGITS and order.customer.phone.endswith(last):
                desk.attempts -= 1
                told = {"order_number": one.order_number, "status": one.status, "status_label": one.status_label}
                return ToolOutcome({"found": 1, "orders": [told]})
        raise ToolFailed("not_found_or_not_theirs", ASK_DIGITS)

    return Tool(
        name="get_order_status",
        description=(
            "Status of the caller's own orders; of another phone's order, by its number and that phone's last digits."
        ),
        arguments=StatusArguments,
        handler=status,
        scenario=Scenario.ORDER_STATUS,
        filler="filler.status",
        timeout_s=timeout_s,
    )


def _listed_in_brief(order: Mapping[str, Any]) -> Mapping[str, Any]:
    names = ("order_number", "status_label", "items_summary", "total", "estimated_delivery")
    return {name: order[name] for name in names}


def _is_same(phone: str, caller: str) -> bool:
    """However the caller's own number is written: with the country's code, or without."""
    return len(phone) >= NATIONAL_DIGITS and _digits(caller).endswith(phone[-NATIONAL_DIGITS:])


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))

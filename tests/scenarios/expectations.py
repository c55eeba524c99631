"""What must be so when a scenario has been played, whoever answered in it."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from callcenter.ports import Language, ToolFinished
from tests.scenarios.runner import Played, filled
from tests.scenarios.scenario import RULES, Scenario
from tests.scenarios.store_state import StoreState

ORDER_DONE: dict[Language, str] = {
    "en": r"order\b[^.?!]{0,40}\b(is|has been) placed|have placed your order",
    "uk": r"замовлення оформлено[.!,]|ваше замовлення\b[^.?!]{0,40}(?<!не )оформлено",
    "ru": r"заказ оформлен[.!,]|ваш заказ\b[^.?!]{0,40}(?<!не )оформлен\b",
}
FITTING_DONE: dict[Language, str] = {
    "en": r"you are booked|(visit|appointment)\b[^.?!]{0,40}\bis booked",
    "uk": r"вас записано|запис\b[^.?!]{0,40}(?<!не )підтверджено",
    "ru": r"вы записаны|запись\b[^.?!]{0,40}(?<!не )подтверждена",
}
CONFIRMED = ["order_created", "order_delivery_set", "order_confirmed"]
INVENTED = r"(?<!up to )(?<!до )777"
"""What models that invent prices name; that nothing costs so little may be said."""
BOOKED = {"booked": ["fitting_booked"], "cancelled": ["fitting_booked", "fitting_cancelled"]}


async def check(scenario: Scenario, who: str, played: Played, state: StoreState) -> None:
    """For a conversation that was held alone."""
    await check_all([(scenario, played)], who, state)


async def check_all(several: Sequence[tuple[Scenario, Played]], who: str, state: StoreState) -> None:
    """For conversations that were held at once: of nothing more was sold than was ordered in all of them."""
    sold: Counter[str] = Counter()
    for scenario, played in several:
        expected = filled(scenario.expected(who), played.variables)
        for want in expected.get("orders", []):
            sold.update(want["items"])
        await _check_one(scenario, who, expected, played, state)
    assert await state.taken() == dict(sold), "stock"


async def _check_one(
    scenario: Scenario, who: str, expected: Mapping[str, Any], played: Played, state: StoreState
) -> None:
    for answer in played.answers:
        _check_words(scenario, answer.text, answer.placed, answer.booked, answer.caller)
        if who == RULES:
            _check_turn(filled(dict(answer.expected), played.variables), answer.text, answer.tools)
    await _check_orders(expected, played, state)
    await _check_bookings(expected, played, state)
    assert await state.sms_to(played.phone) == expected.get("sms", 0), "SMS"
    assert played.callbacks == expected.get("callbacks", 0), "call-backs"
    ends = expected.get("ends", "")
    # a model has no tool to hang up with: it says goodbye, and the caller hangs up
    assert played.ended == ("" if who != RULES and ends == "hangup" else ends), "how the call ended"


def _check_words(scenario: Scenario, text: str, placed: int, booked: int, where: str) -> None:
    """Nobody is told of something as done that is not."""
    said = text.casefold()
    assert text.strip(), f"nothing was said: {where}"
    assert placed or not re.search(ORDER_DONE[scenario.language], said), f"told of an order that is none: {where}"
    assert booked or not re.search(FITTING_DONE[scenario.language], said), f"told of a booking that is none: {where}"
    for words in scenario.data.get("never", ()):
        assert words.casefold() not in said, f"{words}: {where}"
    assert not re.search(INVENTED, said), f"an invented price: {where}"


def _check_turn(expected: Mapping[str, Any], text: str, tools: list[ToolFinished]) -> None:
    where = str(expected["caller"])
    for words in expected.get("says", ()):
        assert words.casefold() in text.casefold(), f"{words!r} is not in {text!r}: {where}"
    if "tools" not in expected:
        return
    wanted = [one if isinstance(one, dict) else {one: {}} for one in expected["tools"]]
    assert [tool.tool_name for tool in tools] == [next(iter(one)) for one in wanted], where
    for tool, one in zip(tools, wanted, strict=True):
        given = {name: str(value) for name, value in tool.arguments.items()}
        for name, value in one[tool.tool_name].items():
            assert given.get(name) == str(value), f"{tool.tool_name}: {name} is {given.get(name)}: {where}"


async def _check_orders(expected: Mapping[str, Any], played: Played, state: StoreState) -> None:
    """The placed ones in full; of drafts, how many are left open."""
    orders = await state.orders(played.calls)
    placed = [order for order in orders if order["confirmed_at"] is not None]
    wanted = expected.get("orders", [])
    assert len(placed) == len(wanted), f"{len(placed)} orders are placed, not {len(wanted)}"
    for order, want in zip(placed, wanted, strict=True):
        found = {name: order[name] for name in ("status", "items", "payment_method", "city_id", "pickup_point_id")}
        assert found == {
            "status": "confirmed",
            "items": want["items"],
            "payment_method": want["payment"],
            "city_id": want["city"],
            "pickup_point_id": want.get("pickup"),
        }
        assert order["address"] == want.get("address")
        assert int(order["total"]) == want["total"], "total"
        assert order["customer_phone"] == played.phone
        assert order["sms_sent"] is want.get("texted", True)
        assert order["source"] == "ai_agent"
        assert [action for action, _ in groupby(order["audit"])] == want.get("audit", CONFIRMED)
    drafts = Counter(order["status"] for order in orders if order["confirmed_at"] is None)
    assert drafts["draft"] == expected.get("drafts", 0), "drafts that are open"
    if expected.get("dropped"):
        assert drafts["cancelled"], "no draft was dropped"


async def _check_bookings(expected: Mapping[str, Any], played: Played, state: StoreState) -> None:
    bookings = await state.bookings(played.calls)
    wanted = expected.get("bookings", [])
    assert len(bookings) == len(wanted), f"{len(bookings)} bookings, not {len(wanted)}"
    placed = [str(order["id"]) for order in await state.orders(played.calls) if order["confirmed_at"] is not None]
    for booking, want in zip(bookings, wanted, strict=True):
        slot, status = played.variables[want["slot"]], want.get("status", "booked")
        assert (booking["station_id"], booking["day"], booking["start"]) == (slot.station, slot.day, slot.at)
        assert booking["status"] == status
        assert booking["service_type"] == want.get("service", "tire_change")
        assert booking["customer_phone"] == played.phone
        assert booking["tire_diameter"] == want.get("diameter")
        assert booking["linked_order_id"] == (placed[0] if want.get("linked") else None)
        assert booking["audit"] == want.get("audit", BOOKED[status])

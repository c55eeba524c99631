"""A caller with a SIP phone, a real Asterisk, the whole product behind it."""

import asyncio
from collections.abc import Sequence
from typing import Any

import httpx
import pytest

from tests.acceptance.conftest import Shop, Speak, StartShop
from tests.acceptance.listening import played
from tests.asterisk.sip_phone import SipPhone
from tests.fakes.openai_server import FakeOpenAI, Fault

CALLER = "+380671234567"
pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(240)]


async def prices_in_store(shop: Shop) -> dict[str, set[int]]:
    """Prices by "brand model" of every winter tire, from the store itself."""
    found: dict[str, set[int]] = {}
    async with httpx.AsyncClient(headers={"Authorization": "Bearer demo"}) as client:
        page, pages = 1, 1
        while page <= pages:
            wanted = {"season": "winter", "per_page": "50", "page": str(page)}
            answer = await client.get(f"{shop.system.store}/tires/search", params=wanted)
            answer.raise_for_status()
            for tire in answer.json()["data"]:
                found.setdefault(f"{tire['brand']} {tire['model']}", set()).add(round(float(tire["price"])))
            page, pages = page + 1, answer.json()["pagination"]["total_pages"]
    return found


def turns_of(call: dict[str, Any], speaker: str) -> list[dict[str, Any]]:
    return [turn for turn in call["turns"] if turn["speaker"] == speaker]


async def converse(
    shop: Shop, speak: Speak, wishes: Sequence[str] = ("winter tires for a toyota camry", "cheaper")
) -> SipPhone:
    """A question or more, an interruption of the last answer, the operator. Returns the phone with what it heard."""
    async with SipPhone(shop.asterisk.sip_port, CALLER) as phone:
        await phone.dial("100")
        await phone.silence(700)
        for number, wish in enumerate(wishes):
            if number:
                await phone.silence(900)
            asked_s = await phone.say(speak(wish))
            await phone.answer(asked_s)
        await asyncio.sleep(1.2)
        asked_s = await phone.say(speak("operator please"))  # over the answer
        await phone.answer(asked_s)
        assert await shop.asterisk.saw("answered PJSIP/", within_s=20), "no operator answered"
        await see_handover(shop)
        await asyncio.sleep(1.5)
    return phone


async def see_handover(shop: Shop) -> None:
    """What the operator knows before he says hello: from his phone's display, and from a screen beside it."""
    (shown,) = shop.operator.shown
    assert shown.number == CALLER
    assert shown.name.startswith("Asked for you.")
    assert "Tires: winter for Toyota Camry" in shown.name
    async with asyncio.timeout(10), httpx.AsyncClient() as client:
        while True:
            listed = await client.get(
                f"{shop.system.web}/api/v1/handovers", params={"caller": CALLER, "waiting": "true"}
            )
            listed.raise_for_status()
            if listed.json()["data"]:
                break
            await asyncio.sleep(0.1)
    (told,) = listed.json()["data"]
    assert (told["reason"], told["waiting"]) == ("customer_request", True)
    assert "Tires: winter, for Toyota Camry" in told["summary"]
    assert told["found"]["tires"]


def check_journal(call: dict[str, Any], prices: dict[str, set[int]]) -> None:
    assert call["caller_id"] == CALLER
    assert (call["outcome"], call["transfer_reason"]) == ("transferred", "customer_request")
    assert call["scenario"] == "tire_search"
    assert call["operator_answered"] is True
    assert call["handover"]["summary"] == call["transfer_summary"]
    (search, *_) = call["tool_calls"]
    assert search["tool_name"] == "search_tires"
    assert search["success"] is True
    assert search["tool_result"]["tires"]
    offer = next(turn for turn in turns_of(call, "bot") if turn["turn_number"] == search["turn_number"])
    named = [name for name in prices if name in offer["content_heard"]]
    assert named, offer["content_heard"]
    heard_numbers = {int(number) for number in "".join(c if c.isdigit() else " " for c in offer["content"]).split()}
    assert all(prices[name] & heard_numbers for name in named)
    interrupted = [turn for turn in turns_of(call, "bot") if turn["interrupted"]]
    assert len(interrupted) == 1
    assert interrupted[0]["content"].startswith(interrupted[0]["content_heard"])
    assert len(interrupted[0]["content_heard"]) < len(interrupted[0]["content"])
    assert "barge_in" in [event["kind"] for event in call["events"]]
    assert offer["response_latency_ms"] > 0


async def test_a_spoken_call_with_the_embedded_engines(start_shop: StartShop, speak: Speak) -> None:
    shop = await start_shop()
    phone = await converse(shop, speak)
    call = await shop.system.answered_call(CALLER)
    check_journal(call, await prices_in_store(shop))
    said = [turn["content"] for turn in turns_of(call, "customer")]
    assert said == ["winter tires for a toyota camry", "cheaper", "operator please"]
    # what the journal says was heard is what came out of the caller's receiver
    for turn in turns_of(call, "bot"):
        if not turn["interrupted"]:
            assert await played(turn["content_heard"], phone.recording()), turn["content_heard"]


async def test_the_same_call_with_a_language_model(start_shop: StartShop, speak: Speak) -> None:
    async with FakeOpenAI() as model:
        shop = await start_shop(OPENAI_BASE_URL=model.url, OPENAI_API_KEY="test", OPENAI_MODEL="fake-large")
        phone = await converse(shop, speak)
        call = await shop.system.answered_call(CALLER)
    check_journal(call, await prices_in_store(shop))
    answers = turns_of(call, "bot")
    assert {turn["model"] for turn in answers if turn["tokens_out"]} == {"fake-large"}
    assert call["degraded"] is None
    for turn in answers:
        if not turn["interrupted"]:
            assert await played(turn["content_heard"], phone.recording()), turn["content_heard"]


@pytest.mark.parametrize(
    ("fault", "degraded"),
    [
        (Fault("first_token_ms", 1500), None),
        (Fault("status", 429, times=1), None),
        (Fault("broken_arguments", times=1), None),
        (Fault("drop", 3), "fallback"),
    ],
    ids=lambda value: value.kind if isinstance(value, Fault) else "",
)
async def test_a_language_model_in_trouble(
    start_shop: StartShop, speak: Speak, fault: Fault, degraded: str | None
) -> None:
    async with FakeOpenAI() as model:
        model.faults.add(fault)
        shop = await start_shop(OPENAI_BASE_URL=model.url, OPENAI_API_KEY="test", OPENAI_MODEL="fake-large")
        await converse(shop, speak, ["winter tires for a toyota camry"])
        call = await shop.system.answered_call(CALLER)
    assert call["outcome"] == "transferred"
    assert call["degraded"] == degraded
    assert any(tool["success"] and tool["tool_result"]["tires"] for tool in call["tool_calls"])

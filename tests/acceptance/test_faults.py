"""What a caller gets, and what the journal keeps, when a part of the product fails in the middle of a call."""

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.acceptance.conftest import Shop, Speak, StartShop
from tests.acceptance.system import System
from tests.asterisk.sip_phone import SipPhone
from tests.fakes.openai_server import FakeOpenAI

CALLER = "+380501112233"
pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(240)]


@contextmanager
def stopped(system: System, *words: str) -> Iterator[None]:
    """The processes with these words in their command line hang: connections stay open, nothing answers."""
    pids = system.pids(*words)
    assert pids
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


async def ask(phone: SipPhone, pcm: bytes) -> None:
    """Say something and hear the answer to its end."""
    said_s = await phone.say(pcm)
    await phone.answer(said_s)
    await phone.silence(900)


async def reach_operator(shop: Shop, phone: SipPhone) -> None:
    assert await shop.asterisk.saw("answered PJSIP/", within_s=30), "no operator answered"
    await asyncio.sleep(0.5)
    assert not phone.ended.is_set()


def heard(call: dict[str, Any]) -> list[str]:
    return [turn["content_heard"] for turn in call["turns"] if turn["speaker"] == "bot" and turn["content_heard"]]


async def test_kill_9_of_the_media_server_leads_to_the_operators_and_loses_no_turn(
    start_shop: StartShop, speak: Speak
) -> None:
    shop = await start_shop()
    async with SipPhone(shop.asterisk.sip_port, CALLER) as phone:
        await phone.dial("100")
        await phone.silence(700)
        await ask(phone, speak("winter tires for a toyota camry"))
        shop.system.kill("callcenter.cli", "serve")
        await reach_operator(shop, phone)
    call = await shop.system.ended_call(CALLER, within_s=60)
    assert (call["outcome"], call["hangup_by"]) == ("failed", "failure")
    assert call["handover"]["reason"] == "component_failure"
    customer = [turn["content"] for turn in call["turns"] if turn["speaker"] == "customer"]
    assert customer == ["winter tires for a toyota camry"]
    assert len(heard(call)) == 2
    assert heard(call)[-1] == call["turns"][-1]["content"], "the last answer was heard to its end"
    assert call["tool_calls"][0]["success"] is True


async def test_postgresql_away_the_call_goes_on_and_is_journaled_later(start_shop: StartShop, speak: Speak) -> None:
    shop = await start_shop()
    async with SipPhone(shop.asterisk.sip_port, CALLER) as phone:
        await phone.dial("100")
        await phone.silence(700)
        await ask(phone, speak("winter tires for a toyota camry"))
        with stopped(shop.system, "postgres"):
            await phone.say(speak("operator please"))
            await reach_operator(shop, phone)
    call = await shop.system.ended_call(CALLER, within_s=60)
    assert call["outcome"] == "transferred"
    assert len(heard(call)) == 3


async def test_redis_away_the_call_goes_on_and_is_accounted_later(start_shop: StartShop, speak: Speak) -> None:
    shop = await start_shop()
    with stopped(shop.system, "redis-server"):
        async with SipPhone(shop.asterisk.sip_port, CALLER) as phone:
            await phone.dial("100")
            await phone.silence(700)
            await ask(phone, speak("winter tires for a toyota camry"))
        call = await shop.system.ended_call(CALLER)
        assert call["total_cost_usd"] is None
    async with asyncio.timeout(60):
        while call["total_cost_usd"] is None:
            await asyncio.sleep(0.5)
            call = await shop.system.call(call["id"])


async def test_store_away_the_caller_is_told_so_and_offered_an_operator(start_shop: StartShop, speak: Speak) -> None:
    shop = await start_shop()
    async with SipPhone(shop.asterisk.sip_port, CALLER) as phone:
        await phone.dial("100")
        await phone.silence(700)
        with stopped(shop.system, "demo_store"):
            await ask(phone, speak("winter tires for a toyota camry"))
            await phone.say(speak("yes"))
            await reach_operator(shop, phone)
    call = await shop.system.ended_call(CALLER)
    assert call["outcome"] == "transferred"
    assert call["tool_calls"][0]["success"] is False
    assert "cannot check" in heard(call)[1]


async def test_language_model_away_the_rules_answer(start_shop: StartShop, speak: Speak) -> None:
    async with FakeOpenAI() as model:
        shop = await start_shop(OPENAI_BASE_URL=model.url, OPENAI_API_KEY="test", OPENAI_MODEL="fake-large")
        async with SipPhone(shop.asterisk.sip_port, CALLER) as phone:
            await phone.dial("100")
            await phone.silence(700)
            await ask(phone, speak("winter tires for a toyota camry"))
            await model.__aexit__(None, None, None)
            await ask(phone, speak("summer tires for a skoda octavia"))
            await phone.say(speak("operator please"))
            await reach_operator(shop, phone)
    call = await shop.system.ended_call(CALLER)
    assert call["degraded"] == "fallback"
    assert [tool["success"] for tool in call["tool_calls"]] == [True, True]
    assert "fallback" in [event["kind"] for event in call["events"]]


async def test_a_full_agent_of_several_workers_leads_to_the_operators_at_once(
    start_shop: StartShop, speak: Speak
) -> None:
    shop = await start_shop(CALLCENTER_MEDIA__WORKERS="2", CALLCENTER_AUDIOSOCKET__MAX_CALLS="1")
    async with SipPhone(shop.asterisk.sip_port, "+380501112244") as talking:
        await talking.dial("100")
        await talking.silence(700)
        await ask(talking, speak("winter tires for a toyota camry"))
        async with SipPhone(shop.asterisk.sip_port, CALLER) as phone:
            await phone.dial("100")
            await reach_operator(shop, phone)
        await ask(talking, speak("cheaper"))
        await talking.say(speak("operator please"))
        async with asyncio.timeout(30):
            while len(shop.operator.shown) < 2:  # noqa: ASYNC110  the phone rings when it does
                await asyncio.sleep(0.1)
    assert [shown.number for shown in shop.operator.shown] == [CALLER, "+380501112244"]
    assert shop.operator.shown[0].name == "The agent did not answer: all lines busy."
    assert "Tires: winter for Toyota Camry" in shop.operator.shown[1].name
    refused, served = await shop.system.answered_call(CALLER), await shop.system.ended_call("+380501112244")
    assert (refused["outcome"], refused["transfer_reason"], refused["turns"]) == ("refused", "refused", [])
    assert [event["kind"] for event in refused["events"]] == ["refused"]
    assert refused["operator_answered"] is True
    assert [turn["content"] for turn in served["turns"] if turn["speaker"] == "customer"] == [
        "winter tires for a toyota camry",
        "cheaper",
        "operator please",
    ]

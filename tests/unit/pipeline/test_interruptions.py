"""Speech over our voice."""

import asyncio

import pytest

from callcenter.ports import (
    Said,
    ScenarioRecognized,
)
from callcenter.records import (
    Outcome,
    Scenario,
    Speaker,
)
from tests.unit.pipeline.calling import LONG, Call, converse, greeted


def test_an_interrupted_answer_is_remembered_as_far_as_it_was_heard() -> None:
    async def caller(call: Call) -> None:
        await greeted(call)
        await call.ask("winter tires")
        await asyncio.sleep(2.5)
        await call.ask("stop please")
        await asyncio.sleep(5)

    call = converse(caller, {"winter tires": [Said(LONG)], "stop please": [Said("Yes?")]})
    answer = call.turns()[2]
    assert answer.interrupted
    assert answer.content == LONG
    assert answer.content_heard
    assert LONG.startswith(answer.content_heard)
    assert len(answer.content_heard) < len(LONG) * 0.7
    assert answer.content_heard in call.agent.heard_texts
    assert call.turns()[4].content_heard == "Yes?"
    assert "barge_in" in call.events()


def test_the_voice_stops_soon_after_the_interrupting_word() -> None:
    began: list[float] = []

    async def caller(call: Call) -> None:
        await greeted(call)
        await call.ask("winter tires")
        await asyncio.sleep(2.5)
        began.append(asyncio.get_running_loop().time())
        await call.ask("stop please", speech_ms=600)
        await asyncio.sleep(0.2)

    call = converse(caller, {"winter tires": [Said(LONG)]})
    assert call.line.audible_ms(since_s=began[0]) <= 220


@pytest.mark.parametrize(("said", "speech_ms"), [("", 400), ("uh-huh", 400), ("?", 400)])
def test_a_false_interruption_resumes_where_the_voice_stopped(said: str, speech_ms: int) -> None:
    async def caller(call: Call) -> None:
        await greeted(call)
        await call.ask("winter tires")
        await asyncio.sleep(2.5)
        await call.ask(said, speech_ms)
        await asyncio.sleep(12)

    call = converse(caller, {"winter tires": [Said(LONG)]})
    answer = call.turns()[2]
    assert answer.content_heard == LONG
    assert not answer.interrupted
    assert "false_interruption" in call.events()
    assert 3 not in call.turns()


def test_a_click_does_not_stop_the_voice() -> None:
    async def caller(call: Call) -> None:
        await greeted(call)
        await call.ask("winter tires")
        await asyncio.sleep(2.5)
        await call.line.speak(80)
        await asyncio.sleep(10)

    call = converse(caller, {"winter tires": [Said(LONG)]})
    spoken = [at for at, loud in call.line.heard if loud and at > 2]
    assert spoken[-1] - spoken[0] < 6.5


def test_a_caller_who_goes_on_before_we_spoke_gets_one_answer() -> None:
    async def caller(call: Call) -> None:
        await greeted(call)
        await call.ask("winter tires")
        await asyncio.sleep(0.8)
        await call.ask("for a camry")
        await asyncio.sleep(6)

    call = converse(caller, {"winter tires": [5.0, Said("Late.")], "for a camry": [Said("Six models.")]})
    heard = [turn.content_heard for turn in call.turns().values() if turn.speaker is Speaker.BOT]
    assert heard == ["Hello.", "Six models."]


def test_hanging_up_in_the_middle_of_an_answer_is_an_interruption_and_leaves_the_wish_open() -> None:
    async def caller(call: Call) -> None:
        await greeted(call)
        await call.ask("winter tires")
        await asyncio.sleep(2)

    call = converse(caller, {"winter tires": [ScenarioRecognized(Scenario.TIRE_SEARCH), Said(LONG)]})
    assert call.turns()[2].interrupted
    assert call.end.outcome is Outcome.ABANDONED


def test_a_lone_hash_over_our_voice_leaves_no_dead_air() -> None:
    async def caller(call: Call) -> None:
        await asyncio.sleep(0.2)
        call.line.press("#")
        await asyncio.sleep(40)

    call = converse(caller)
    assert [kind for kind in call.events() if kind.startswith("silence")] == ["silence_prompt", "silence_hangup"]


def test_a_late_answer_does_not_talk_over_a_caller_who_went_on() -> None:
    speaking: list[float] = []

    async def caller(call: Call) -> None:
        await greeted(call)
        call.recognizer.latency_ms = 1500
        call.recognizer.says.extend(["winter tires", "for a camry"])
        await call.line.speak(800)
        await asyncio.sleep(0.8)
        speaking.append(asyncio.get_running_loop().time())
        await call.line.speak(4000)
        speaking.append(asyncio.get_running_loop().time())
        await asyncio.sleep(8)

    call = converse(caller, {"winter tires": [Said(LONG)], "for a camry": [Said("Six models.")]})
    over_the_caller = [at for at, loud in call.line.heard if loud and speaking[0] < at < speaking[1]]
    assert not over_the_caller
    assert call.turns()[max(call.turns())].content_heard == "Six models."

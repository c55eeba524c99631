"""A whole call: greeting, turns, keys, silence, its end."""

import asyncio

from callcenter.ports import (
    Expectation,
    GoalReached,
    HangupRequested,
    Said,
    ScenarioRecognized,
    ToolFinished,
    ToolStarted,
)
from callcenter.records import (
    CallStarted,
    HangupBy,
    Outcome,
    Scenario,
    ToolCallRecorded,
)
from tests.fakes.parts import (
    Script,
)
from tests.unit.pipeline.calling import CALL, Call, converse, greeted


def test_greets_at_once_and_journals_what_was_heard() -> None:
    call = converse(greeted)
    first_audible = next(at for at, loud in call.line.heard if loud)
    assert first_audible < 0.1
    assert call.records(CallStarted)[0].caller_id == "+380671234567"
    assert call.turns()[0].content == call.turns()[0].content_heard == "Hello."


def test_tools_are_journaled_under_the_answer_that_called_them() -> None:
    tires = ToolFinished("search_tires", {"season": "winter"}, {"tires": [1]}, 12, success=True)

    async def caller(call: Call) -> None:
        await greeted(call)
        await call.ask("winter tires")
        await asyncio.sleep(5)

    script: Script = {
        "winter tires": [
            ScenarioRecognized(Scenario.TIRE_SEARCH),
            ToolStarted("search_tires", {"season": "winter"}),
            tires,
            Said("One model."),
            GoalReached(Scenario.TIRE_SEARCH),
        ]
    }
    call = converse(caller, script)
    (tool,) = call.records(ToolCallRecorded)
    assert (tool.turn_number, tool.tool_name, tool.tool_result) == (2, "search_tires", {"tires": [1]})
    assert (call.end.outcome, call.end.scenario) == (Outcome.RESOLVED, Scenario.TIRE_SEARCH)
    assert call.end.hangup_by is HangupBy.CALLER


def test_keys_are_taken_together_after_a_pause_or_hash() -> None:
    async def caller(call: Call) -> None:
        await greeted(call)
        for digit in "2055516":
            call.line.press(digit)
            await asyncio.sleep(0.3)
        await asyncio.sleep(4)
        for digit in "12#":
            call.line.press(digit)
        await asyncio.sleep(1)

    call = converse(caller)
    assert [(said.text, said.keyed) for said in call.agent.said] == [("2055516", True), ("12", True)]


def test_silence_is_asked_about_and_then_ended_politely() -> None:
    async def caller(call: Call) -> None:
        await asyncio.sleep(60)

    call = converse(caller)
    assert call.events() == ["silence_prompt", "silence_hangup"]
    assert call.line.hung_up
    assert call.registry.next == {CALL.call_id: "bye"}
    assert (call.end.outcome, call.end.hangup_by) == (Outcome.ABANDONED, HangupBy.AGENT)


def test_a_caller_who_speaks_is_asked_anew_after_the_next_silence() -> None:
    async def caller(call: Call) -> None:
        await asyncio.sleep(14)
        await call.ask("yes")
        await asyncio.sleep(13)

    call = converse(caller, {"yes": [Said("Good.")]})
    assert call.events() == ["silence_prompt", "silence_prompt"]


def test_an_agent_that_ends_the_conversation_hangs_up_after_its_words() -> None:
    async def caller(call: Call) -> None:
        await greeted(call)
        await call.ask("bye")
        await asyncio.sleep(5)

    call = converse(caller, {"bye": [Said("Goodbye."), HangupRequested()]})
    assert call.turns()[2].content_heard == "Goodbye."
    assert call.registry.next == {CALL.call_id: "bye"}


def test_dictated_digits_are_waited_for_longer() -> None:
    async def caller(call: Call) -> None:
        await greeted(call)
        await call.ask("two oh five fifty five sixteen")
        await asyncio.sleep(0.8)
        await call.line.speak(500)
        await asyncio.sleep(4)

    call = converse(caller, expectation=Expectation("size", dictation=True))
    assert len(call.agent.said) == 1


def test_a_tool_of_an_answer_that_was_cut_before_its_first_word_has_its_turn() -> None:
    tires = ToolFinished("search_tires", {}, {"tires": []}, 12, success=True)

    async def caller(call: Call) -> None:
        await greeted(call)
        await call.ask("winter tires")
        await asyncio.sleep(1.0)
        await call.ask("stop")
        await asyncio.sleep(3)

    call = converse(caller, {"winter tires": [tires, 5.0, Said("Late.")]})
    (tool,) = call.records(ToolCallRecorded)
    assert tool.turn_number in call.turns()

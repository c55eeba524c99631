"""A whole call over fakes of its ports, in virtual time."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import pytest

from callcenter.config import Settings
from callcenter.errors import AgentError, RecognitionError, SynthesisError
from callcenter.pipeline.session import Parts, serve_call
from callcenter.ports import (
    CallInfo,
    Expectation,
    GoalReached,
    HangupRequested,
    Said,
    ScenarioRecognized,
    ToolFinished,
    ToolStarted,
    TransferRequested,
)
from callcenter.records import (
    CallEnded,
    CallStarted,
    EventRecorded,
    HangupBy,
    Outcome,
    Record,
    Scenario,
    Speaker,
    ToolCallRecorded,
    TransferReason,
    TurnRecorded,
)
from callcenter.shop import Shop
from tests.fakes.parts import (
    FakeAgent,
    FakeDetector,
    FakeJournal,
    FakeLine,
    FakeRecognizer,
    FakeRegistry,
    FakeSynthesizer,
    Script,
)
from tests.fakes.virtual_time import run

CALL = CallInfo(UUID(int=7), datetime(2026, 11, 20, tzinfo=UTC), "+380671234567", "100", "en")
LONG = "This is a long answer that takes a good while to be spoken. And it has a second sentence to it."
R = TypeVar("R", bound=Record)


@dataclass
class Call:
    line: FakeLine
    recognizer: FakeRecognizer
    agent: FakeAgent
    synthesizer: FakeSynthesizer
    journal: FakeJournal = field(default_factory=FakeJournal)
    registry: FakeRegistry = field(default_factory=FakeRegistry)

    async def ask(self, text: str, speech_ms: int = 800) -> None:
        """The caller says something; returns at the end of the words."""
        self.recognizer.says.append(text)
        await self.line.speak(speech_ms)

    def records(self, kind: type[R]) -> list[R]:
        return [record for record in self.journal.records if isinstance(record, kind)]

    def turns(self) -> dict[int, TurnRecorded]:
        return {turn.turn_number: turn for turn in self.records(TurnRecorded)}

    def events(self) -> list[str]:
        return [event.kind for event in self.records(EventRecorded)]

    @property
    def end(self) -> CallEnded:
        (end,) = self.records(CallEnded)
        return end


def converse(
    caller: Callable[[Call], Awaitable[None]],
    script: Script | None = None,
    synthesizer: FakeSynthesizer | None = None,
    settings: Settings | None = None,
    expectation: Expectation | None = None,
) -> Call:
    """Serve one call to `caller`, who hangs up when done if nobody else has."""

    async def main() -> Call:
        call = Call(FakeLine(), FakeRecognizer(deque()), FakeAgent(script or {}), synthesizer or FakeSynthesizer())
        if expectation is not None:
            call.agent.next_expectation = expectation
        parts = Parts(
            FakeDetector(),
            call.recognizer,
            call.synthesizer,
            call.agent,
            _shop(),
            call.journal,
            call.registry,
            settings or Settings(),
        )
        session = asyncio.create_task(serve_call(parts, CALL, call.line))
        await caller(call)
        if not session.done():
            call.line.close()
        await asyncio.wait_for(session, 60)
        assert call.recognizer.open_sessions == 0
        return call

    return run(main())


@lru_cache
def _shop() -> Shop:
    return Shop.load(Path("shops/tires"))


async def _greeted(call: Call) -> None:
    await asyncio.sleep(1.5)


def test_greets_at_once_and_journals_what_was_heard() -> None:
    call = converse(_greeted)
    first_audible = next(at for at, loud in call.line.heard if loud)
    assert first_audible < 0.1
    assert call.records(CallStarted)[0].caller_id == "+380671234567"
    assert call.turns()[0].content == call.turns()[0].content_heard == "Hello."


def test_answers_after_the_silence_and_measures_from_the_end_of_speech() -> None:
    async def caller(call: Call) -> None:
        await _greeted(call)
        await call.ask("winter tires")
        await asyncio.sleep(5)

    call = converse(caller, {"winter tires": [0.3, Said("We have "), Said("six.")]})
    turns = call.turns()
    assert turns[1].speaker is Speaker.CUSTOMER
    assert turns[1].content == "winter tires"
    assert turns[2].content == turns[2].content_heard == "We have six."
    # 500 ms of silence, 20 ms of recognition, 300 ms of thought, 10 ms of voice, and no more than two frames of ours
    latency = turns[2].response_latency_ms
    assert latency is not None
    assert 830 <= latency <= 880
    assert turns[2].llm_latency_ms == 300


def test_an_interrupted_answer_is_remembered_as_far_as_it_was_heard() -> None:
    async def caller(call: Call) -> None:
        await _greeted(call)
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
        await _greeted(call)
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
        await _greeted(call)
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
        await _greeted(call)
        await call.ask("winter tires")
        await asyncio.sleep(2.5)
        await call.line.speak(80)
        await asyncio.sleep(10)

    call = converse(caller, {"winter tires": [Said(LONG)]})
    spoken = [at for at, loud in call.line.heard if loud and at > 2]
    assert spoken[-1] - spoken[0] < 6.5


def test_a_caller_who_goes_on_before_we_spoke_gets_one_answer() -> None:
    async def caller(call: Call) -> None:
        await _greeted(call)
        await call.ask("winter tires")
        await asyncio.sleep(0.8)
        await call.ask("for a camry")
        await asyncio.sleep(6)

    call = converse(caller, {"winter tires": [5.0, Said("Late.")], "for a camry": [Said("Six models.")]})
    heard = [turn.content_heard for turn in call.turns().values() if turn.speaker is Speaker.BOT]
    assert heard == ["Hello.", "Six models."]


def test_tools_are_journaled_under_the_answer_that_called_them() -> None:
    tires = ToolFinished("search_tires", {"season": "winter"}, {"tires": [1]}, 12, success=True)

    async def caller(call: Call) -> None:
        await _greeted(call)
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


def test_transfer_is_done_only_when_its_announcement_has_been_played_out() -> None:
    async def caller(call: Call) -> None:
        await _greeted(call)
        await call.ask("operator")
        await asyncio.sleep(8)

    transfer = TransferRequested(TransferReason.CUSTOMER_REQUEST, "wants a human")
    call = converse(caller, {"operator": [Said("I am connecting you."), transfer]})
    assert call.turns()[2].content_heard == "I am connecting you."
    assert call.line.hung_up
    assert call.registry.next == {CALL.call_id: "queue"}
    assert (call.end.outcome, call.end.transfer_reason) == (Outcome.TRANSFERRED, TransferReason.CUSTOMER_REQUEST)
    assert call.end.transfer_summary == "wants a human"


def test_a_model_that_transfers_without_a_word_gets_the_announcement_said_for_it() -> None:
    async def caller(call: Call) -> None:
        await _greeted(call)
        await call.ask("operator")
        await asyncio.sleep(20)

    call = converse(caller, {"operator": [TransferRequested(TransferReason.CUSTOMER_REQUEST, "")]})
    assert call.turns()[3].content_heard
    assert call.end.outcome is Outcome.TRANSFERRED


def test_speech_over_the_transfer_announcement_does_not_stop_it() -> None:
    async def caller(call: Call) -> None:
        await _greeted(call)
        call.line.press("0")
        await asyncio.sleep(0.3)
        await call.ask("thanks")
        await asyncio.sleep(20)

    call = converse(caller)
    assert call.turns()[1].content == call.turns()[1].content_heard
    assert call.end.transfer_reason is TransferReason.CUSTOMER_REQUEST


def test_keys_are_taken_together_after_a_pause_or_hash() -> None:
    async def caller(call: Call) -> None:
        await _greeted(call)
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
        await _greeted(call)
        await call.ask("bye")
        await asyncio.sleep(5)

    call = converse(caller, {"bye": [Said("Goodbye."), HangupRequested()]})
    assert call.turns()[2].content_heard == "Goodbye."
    assert call.registry.next == {CALL.call_id: "bye"}


def test_failed_recognition_gets_an_apology_and_the_operator() -> None:
    async def caller(call: Call) -> None:
        await _greeted(call)
        call.recognizer.says.append(RecognitionError("worker died", kind="died"))
        await call.line.speak(600)
        await asyncio.sleep(20)

    call = converse(caller)
    assert call.turns()[1].content_heard
    assert (call.end.outcome, call.end.transfer_reason) == (Outcome.TRANSFERRED, TransferReason.COMPONENT_FAILURE)
    assert call.registry.next == {CALL.call_id: "queue"}


def test_an_agent_that_fails_or_hangs_gets_an_apology_and_the_operator() -> None:
    async def caller(call: Call) -> None:
        await _greeted(call)
        await call.ask("anything")
        await asyncio.sleep(60)

    for trouble in (AgentError("no tier left"), 120.0):
        call = converse(caller, {"anything": [trouble]})
        assert call.end.transfer_reason is TransferReason.COMPONENT_FAILURE
        assert call.turns()[3].content_heard


def test_without_a_voice_the_caller_goes_to_the_operator_at_once() -> None:
    async def caller(call: Call) -> None:
        await asyncio.sleep(2)

    call = converse(caller, synthesizer=FakeSynthesizer(error=SynthesisError("voice died", kind="died")))
    assert call.end.transfer_reason is TransferReason.COMPONENT_FAILURE
    assert call.registry.next == {CALL.call_id: "queue"}
    assert call.events().count("component_error") == 2


def test_a_bug_in_one_call_sends_its_caller_to_the_operators() -> None:
    async def caller(call: Call) -> None:
        await _greeted(call)
        await call.line.speak(600)  # the fake recognizer has nothing to say and raises IndexError
        await asyncio.sleep(2)

    call = converse(caller)
    assert call.registry.next == {CALL.call_id: "queue"}
    assert call.end.hangup_by is HangupBy.FAILURE


def test_hanging_up_in_the_middle_of_an_answer_is_an_interruption_and_leaves_the_wish_open() -> None:
    async def caller(call: Call) -> None:
        await _greeted(call)
        await call.ask("winter tires")
        await asyncio.sleep(2)

    call = converse(caller, {"winter tires": [ScenarioRecognized(Scenario.TIRE_SEARCH), Said(LONG)]})
    assert call.turns()[2].interrupted
    assert call.end.outcome is Outcome.ABANDONED


def test_dictated_digits_are_waited_for_longer() -> None:
    async def caller(call: Call) -> None:
        await _greeted(call)
        await call.ask("two oh five fifty five sixteen")
        await asyncio.sleep(0.8)
        await call.line.speak(500)
        await asyncio.sleep(4)

    call = converse(caller, expectation=Expectation("size", dictation=True))
    assert len(call.agent.said) == 1


def test_a_call_that_lasts_too_long_goes_to_the_operator() -> None:
    async def caller(call: Call) -> None:
        await asyncio.sleep(30)

    call = converse(caller, settings=Settings.model_validate({"call": {"max_duration_s": 8}}))
    assert call.end.transfer_reason is TransferReason.COMPLEX_QUESTION


TRANSFER = TransferRequested(TransferReason.CUSTOMER_REQUEST, "wants a human")


def test_speech_while_the_operator_is_being_asked_for_does_not_hold_the_announcement_for_ever() -> None:
    async def caller(call: Call) -> None:
        await _greeted(call)
        await call.ask("operator")
        await asyncio.sleep(1.0)
        await call.ask("please", speech_ms=1500)
        await asyncio.sleep(20)

    script: Script = {"operator": [Said("I will connect you now, please hold the line."), 1.0, TRANSFER]}
    call = converse(caller, script)
    assert call.end.transfer_reason is TransferReason.CUSTOMER_REQUEST
    assert call.registry.next == {CALL.call_id: "queue"}


def test_a_key_during_the_announcement_does_not_undo_the_transfer() -> None:
    async def caller(call: Call) -> None:
        await _greeted(call)
        await call.ask("operator")
        await asyncio.sleep(1.2)
        call.line.press("5")
        await asyncio.sleep(20)

    call = converse(caller, {"operator": [Said("I am connecting you with our operator."), TRANSFER]})
    assert (call.end.outcome, call.end.transfer_summary) == (Outcome.TRANSFERRED, "wants a human")


def test_failed_recognition_during_the_announcement_keeps_the_reason_of_the_transfer() -> None:
    async def caller(call: Call) -> None:
        await _greeted(call)
        await call.ask("operator")
        await asyncio.sleep(1.2)
        call.recognizer.says.append(RecognitionError("worker died", kind="died"))
        await call.line.speak(600)
        await asyncio.sleep(20)

    call = converse(caller, {"operator": [Said("I am connecting you with our operator."), TRANSFER]})
    assert call.end.transfer_reason is TransferReason.CUSTOMER_REQUEST


def test_keys_left_over_when_recognition_fails_do_not_break_the_call() -> None:
    async def caller(call: Call) -> None:
        await _greeted(call)
        call.line.press("2")
        await asyncio.sleep(0.2)
        call.recognizer.says.append(RecognitionError("worker died", kind="died"))
        await call.line.speak(400)
        await asyncio.sleep(30)

    call = converse(caller)
    assert call.end.hangup_by is HangupBy.AGENT
    assert call.end.transfer_reason is TransferReason.COMPONENT_FAILURE


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
        await _greeted(call)
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


def test_a_tool_of_an_answer_that_was_cut_before_its_first_word_has_its_turn() -> None:
    tires = ToolFinished("search_tires", {}, {"tires": []}, 12, success=True)

    async def caller(call: Call) -> None:
        await _greeted(call)
        await call.ask("winter tires")
        await asyncio.sleep(1.0)
        await call.ask("stop")
        await asyncio.sleep(3)

    call = converse(caller, {"winter tires": [tires, 5.0, Said("Late.")]})
    (tool,) = call.records(ToolCallRecorded)
    assert tool.turn_number in call.turns()

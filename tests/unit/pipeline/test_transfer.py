"""To a human: on request, and when something fails."""

import asyncio

from callcenter.config import Settings
from callcenter.errors import AgentError, RecognitionError, SynthesisError
from callcenter.ports import (
    Said,
    TransferRequested,
)
from callcenter.records import (
    HangupBy,
    Outcome,
    TransferReason,
)
from tests.fakes.parts import (
    FakeSynthesizer,
    Script,
)
from tests.unit.pipeline.calling import CALL, Call, converse, greeted


def test_transfer_is_done_only_when_its_announcement_has_been_played_out() -> None:
    async def caller(call: Call) -> None:
        await greeted(call)
        await call.ask("operator")
        await asyncio.sleep(8)

    transfer = TransferRequested(TransferReason.CUSTOMER_REQUEST, "wants a human")
    call = converse(caller, {"operator": [Said("I am connecting you."), transfer]})
    assert call.turns()[2].content_heard == "I am connecting you."
    assert call.line.hung_up
    assert call.registry.next == {CALL.call_id: "queue"}
    assert (call.end.outcome, call.end.transfer_reason) == (Outcome.TRANSFERRED, TransferReason.CUSTOMER_REQUEST)
    assert call.end.transfer_summary == "wants tires"


def test_a_model_that_transfers_without_a_word_gets_the_announcement_said_for_it() -> None:
    async def caller(call: Call) -> None:
        await greeted(call)
        await call.ask("operator")
        await asyncio.sleep(20)

    call = converse(caller, {"operator": [TransferRequested(TransferReason.CUSTOMER_REQUEST, "")]})
    assert call.turns()[3].content_heard
    assert call.end.outcome is Outcome.TRANSFERRED


def test_speech_over_the_transfer_announcement_does_not_stop_it() -> None:
    async def caller(call: Call) -> None:
        await greeted(call)
        call.line.press("0")
        await asyncio.sleep(0.3)
        await call.ask("thanks")
        await asyncio.sleep(20)

    call = converse(caller)
    assert call.turns()[1].content == call.turns()[1].content_heard
    assert call.end.transfer_reason is TransferReason.CUSTOMER_REQUEST


def test_failed_recognition_gets_an_apology_and_the_operator() -> None:
    async def caller(call: Call) -> None:
        await greeted(call)
        call.recognizer.says.append(RecognitionError("worker died", kind="died"))
        await call.line.speak(600)
        await asyncio.sleep(20)

    call = converse(caller)
    assert call.turns()[1].content_heard
    assert (call.end.outcome, call.end.transfer_reason) == (Outcome.TRANSFERRED, TransferReason.COMPONENT_FAILURE)
    assert call.registry.next == {CALL.call_id: "queue"}


def test_an_agent_that_fails_or_hangs_gets_an_apology_and_the_operator() -> None:
    async def caller(call: Call) -> None:
        await greeted(call)
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
        await greeted(call)
        await call.line.speak(600)  # the fake recognizer has nothing to say and raises IndexError
        await asyncio.sleep(2)

    call = converse(caller)
    assert call.registry.next == {CALL.call_id: "queue"}
    assert call.end.hangup_by is HangupBy.FAILURE


def test_a_call_that_lasts_too_long_goes_to_the_operator() -> None:
    async def caller(call: Call) -> None:
        await asyncio.sleep(30)

    call = converse(caller, settings=Settings.model_validate({"call": {"max_duration_s": 8}}))
    assert call.end.transfer_reason is TransferReason.COMPLEX_QUESTION


TRANSFER = TransferRequested(TransferReason.CUSTOMER_REQUEST, "wants a human")


def test_speech_while_the_operator_is_being_asked_for_does_not_hold_the_announcement_for_ever() -> None:
    async def caller(call: Call) -> None:
        await greeted(call)
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
        await greeted(call)
        await call.ask("operator")
        await asyncio.sleep(1.2)
        call.line.press("5")
        await asyncio.sleep(20)

    call = converse(caller, {"operator": [Said("I am connecting you with our operator."), TRANSFER]})
    assert (call.end.outcome, call.end.transfer_summary) == (Outcome.TRANSFERRED, "wants tires")


def test_failed_recognition_during_the_announcement_keeps_the_reason_of_the_transfer() -> None:
    async def caller(call: Call) -> None:
        await greeted(call)
        await call.ask("operator")
        await asyncio.sleep(1.2)
        call.recognizer.says.append(RecognitionError("worker died", kind="died"))
        await call.line.speak(600)
        await asyncio.sleep(20)

    call = converse(caller, {"operator": [Said("I am connecting you with our operator."), TRANSFER]})
    assert call.end.transfer_reason is TransferReason.CUSTOMER_REQUEST


def test_keys_left_over_when_recognition_fails_do_not_break_the_call() -> None:
    async def caller(call: Call) -> None:
        await greeted(call)
        call.line.press("2")
        await asyncio.sleep(0.2)
        call.recognizer.says.append(RecognitionError("worker died", kind="died"))
        await call.line.speak(400)
        await asyncio.sleep(30)

    call = converse(caller)
    assert call.end.hangup_by is HangupBy.AGENT
    assert call.end.transfer_reason is TransferReason.COMPONENT_FAILURE

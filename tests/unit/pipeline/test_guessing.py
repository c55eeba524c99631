"""Answers that are prepared while the caller pauses."""

import asyncio
from typing import Literal
from uuid import UUID

import pytest

from callcenter.config import Settings, TurnSettings
from callcenter.errors import AgentError, RecognitionError
from callcenter.ports import Expectation, Language, ModelAsked, Said, ToolFinished, ToolStarted
from callcenter.records import Speaker, ToolCallRecorded, TransferReason
from tests.fakes.parts import FakeRecognitionSession, FakeRecognizer, FakeUtterance, Script
from tests.unit.pipeline.calling import LONG, Call, converse, greeted


def test_prepares_the_answer_in_the_silence_and_measures_from_the_end_of_speech() -> None:
    async def caller(call: Call) -> None:
        await greeted(call)
        await call.ask("winter tires")
        await asyncio.sleep(5)

    call = converse(caller, {"winter tires": [0.6, Said("We have "), Said("six.")]})
    turns = call.turns()
    assert turns[1].speaker is Speaker.CUSTOMER
    assert turns[1].content == "winter tires"
    assert turns[2].content == turns[2].content_heard == "We have six."
    # 140 ms of silence, 20 ms of recognition, 600 ms of thought, 10 ms of voice, and no more than two frames of ours
    latency = turns[2].response_latency_ms
    assert latency is not None
    assert 770 <= latency <= 820
    assert turns[2].speculation == "kept"
    assert list(turns[2].timeline) == [
        "endpoint",
        "transcript",
        "first_token",
        "first_sentence",
        "first_audio",
        "heard",
    ]
    assert turns[2].timeline["transcript"] < turns[2].timeline["endpoint"] < turns[2].timeline["first_token"]
    assert turns[2].timeline["first_audio"] == latency


def test_an_answer_that_is_ready_is_heard_the_moment_the_turn_has_ended() -> None:
    async def caller(call: Call) -> None:
        await greeted(call)
        await call.ask("winter tires")
        await asyncio.sleep(5)

    call = converse(caller, {"winter tires": [0.1, Said("We have six.")]})
    assert 480 <= (call.turns()[2].response_latency_ms or 0) <= 520


def test_what_was_prepared_is_forgotten_when_the_caller_goes_on() -> None:
    found = ToolFinished("search_tires", {}, {}, 5, success=True)

    async def caller(call: Call) -> None:
        await greeted(call)
        call.recognizer.says.append(["winter tires", "winter tires for a camry"])
        await call.line.speak(600)
        await asyncio.sleep(0.4)
        await call.line.speak(600)
        await asyncio.sleep(6)

    script: Script = {
        "winter tires": [ModelAsked("m", 700), Said("Which car? "), ToolStarted("search_tires", {}), found, 5.0],
        "winter tires for a camry": [Said("Six models.")],
    }
    call = converse(caller, script)
    assert [said.text for said in call.agent.said] == ["winter tires for a camry"]
    assert [turn.content for turn in call.turns().values()] == ["Hello.", "winter tires for a camry", "Six models."]
    assert not call.records(ToolCallRecorded)
    answer = call.turns()[2]
    assert answer.speculation == "kept"
    assert answer.wasted_tokens_in == 700
    assert answer.wasted_tokens_out == 2
    assert answer.wasted_stt_audio_ms > 600


def test_guesses_are_bounded() -> None:
    async def caller(call: Call) -> None:
        await greeted(call)
        call.recognizer.says.append(["one", "one two", "one two three", "one two three four"])
        for _ in range(4):
            await call.line.speak(300)
            await asyncio.sleep(0.3)
        await asyncio.sleep(6)

    begun: list[str] = []

    def settings(guesses: int) -> Settings:
        return Settings(turn=TurnSettings(max_guesses=guesses))

    script: Script = {"one two three four": [Said("Ten.")]}
    for guesses in (0, 2):
        call = converse(caller, script, settings=settings(guesses))
        answer = call.turns()[2]
        begun.append(f"{guesses}: {answer.speculation}, {answer.content}")
    assert begun == ["0: None, Ten.", "2: thrown away, Ten."]


def test_what_changes_something_waits_until_the_caller_has_finished() -> None:
    async def caller(call: Call) -> None:
        await greeted(call)
        await call.ask("winter tires")
        await asyncio.sleep(5)

    call = converse(caller, {"winter tires": [Said("Done.")]})
    (said,) = call.agent.said
    assert isinstance(said.settled, asyncio.Event)
    assert said.settled.is_set()


def test_a_guess_over_our_voice_knows_what_was_heard_of_it() -> None:
    async def caller(call: Call) -> None:
        await greeted(call)
        await call.ask("winter tires")
        await asyncio.sleep(2)
        call.recognizer.says.append(["stop", "stop it please"])
        await call.line.speak(400)
        await asyncio.sleep(0.4)
        await call.line.speak(400)
        await asyncio.sleep(5)

    call = converse(caller, {"winter tires": [Said(LONG)], "stop it please": [Said("As you wish.")]})
    greeting, heard, last = call.agent.heard_texts
    assert greeting == "Hello."
    assert heard
    assert LONG.startswith(heard)
    assert last == "As you wish."
    assert call.turns()[2].interrupted


@pytest.mark.parametrize("fails_after_s", [n / 100 for n in range(5, 40)])
def test_a_guess_that_fails_as_the_caller_goes_on_hangs_nothing(fails_after_s: float) -> None:
    async def caller(call: Call) -> None:
        await greeted(call)
        call.recognizer.says.append(["winter tires", "winter tires for a camry"])
        await call.line.speak(600)
        await asyncio.sleep(0.3)
        await call.line.speak(600)
        await asyncio.sleep(6)

    script: Script = {
        "winter tires": [Said("Which one? "), fails_after_s, AgentError("gone", kind="connection")],
        "winter tires for a camry": [Said("Six models.")],
    }
    call = converse(caller, script)
    assert call.turns()[2].content_heard == "Six models."


def test_a_recognizer_that_takes_no_more_gets_an_apology_and_the_operator() -> None:
    class FullSession(FakeRecognitionSession):
        def begin(self, expectation: Expectation, *, continues: bool = False) -> FakeUtterance:
            if continues:
                raise RecognitionError("too many jobs", kind="overloaded")
            return super().begin(expectation)

    class Full(FakeRecognizer):
        def open(self, call_id: UUID, rate_hz: Literal[8000, 16000], language: Language) -> FullSession:
            self.open_sessions += 1
            return FullSession(self)

    async def caller(call: Call) -> None:
        await greeted(call)
        call.recognizer.says.append(["winter", "never heard"])
        await call.line.speak(600)
        await asyncio.sleep(0.3)
        await call.line.speak(600)
        await asyncio.sleep(12)

    call = converse(caller, recognizer=Full())
    assert call.end.transfer_reason is TransferReason.COMPONENT_FAILURE
    assert call.events().count("component_error") == 1

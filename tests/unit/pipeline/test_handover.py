"""What an operator is told of a call, and when the journal knows it."""

import asyncio
from dataclasses import replace
from typing import get_args

import pytest

from callcenter.config import Settings
from callcenter.errors import RecognitionError, RefusalReason
from callcenter.pipeline.handover import hand_over, in_a_line, unserved
from callcenter.pipeline.session import Parts, serve_call
from callcenter.ports import (
    ArticlesUsed,
    ModelAnswered,
    Said,
    ToolFinished,
    ToolStarted,
    TransferRequested,
    Unserved,
)
from callcenter.records import (
    CallEnded,
    Change,
    ChangeOutcome,
    ChangeRecorded,
    Found,
    HandoverBegun,
    HangupBy,
    Outcome,
    Scenario,
    ToolCallRecorded,
    TransferReason,
    TurnRecorded,
)
from callcenter.telephony.display import for_display
from tests.fakes.parts import (
    FakeAgent,
    FakeAgentSession,
    FakeDetector,
    FakeJournal,
    FakeLine,
    FakeRecognizer,
    FakeRegistry,
    FakeSynthesizer,
    Script,
)
from tests.fakes.virtual_time import run
from tests.unit.pipeline.calling import CALL, Call, converse, greeted, shop

WANTS_HUMAN = TransferRequested(TransferReason.CUSTOMER_REQUEST, "The caller is nice.", by_model=True)
DRAFTED = Change("order.draft", ChangeOutcome.DONE, "order:7", after={"status": "draft", "total": 16800.0})
FOUND = Found(tires=("Nokian Hakka 205/55 R16, 4200 UAH",), order={"id": "7", "total": 16800.0})


def drafted(change: Change | None = DRAFTED) -> ToolFinished:
    return ToolFinished("create_order_draft", {}, {"id": "7"}, 12, success=True, change=change)


def test_the_journal_knows_what_the_operator_is_told_before_the_announcement_has_been_heard() -> None:
    known: list[HandoverBegun] = []

    async def caller(call: Call) -> None:
        await greeted(call)
        call.agent.found = FOUND
        await call.ask("operator")
        await asyncio.sleep(1)
        known.extend(call.records(HandoverBegun))
        assert not call.line.hung_up
        await asyncio.sleep(8)

    call = converse(caller, {"operator": [ModelAnswered("m"), Said("I am connecting you with him now."), WANTS_HUMAN]})
    (told,) = known
    assert call.records(HandoverBegun) == known, "and nothing more is said than that"
    assert (told.reason, told.language) == (TransferReason.CUSTOMER_REQUEST, "en")
    assert (told.summary, told.words, told.found) == ("wants tires", "The caller is nice.", FOUND)
    assert call.registry.shown[CALL.call_id] == "Asked for you. wants tires"
    kinds = [type(record) for record in call.journal.records]
    assert kinds.index(HandoverBegun) < kinds.index(CallEnded) == len(kinds) - 1


def test_words_of_the_rules_are_not_quoted_as_a_models() -> None:
    async def caller(call: Call) -> None:
        await greeted(call)
        await call.ask("operator")
        await asyncio.sleep(9)

    rules = replace(WANTS_HUMAN, by_model=False)
    call = converse(caller, {"operator": [Said("I am connecting you."), rules]})
    assert [told.words for told in call.records(HandoverBegun)] == [""]


def test_a_guess_hands_nobody_over() -> None:
    async def caller(call: Call) -> None:
        await greeted(call)
        call.recognizer.says.append(["winter tires", "winter tires for a camry"])
        await call.line.speak(600)
        await asyncio.sleep(0.4)
        await call.line.speak(600)
        await asyncio.sleep(6)

    script: Script = {
        "winter tires": [Said("I am connecting you."), WANTS_HUMAN],
        "winter tires for a camry": [Said("Six models.")],
    }
    call = converse(caller, script)
    assert [said.text for said in call.agent.said] == ["winter tires for a camry"]
    assert call.records(HandoverBegun) == []


def test_a_call_that_breaks_or_fails_or_lasts_too_long_is_handed_over_with_what_is_known() -> None:
    async def broken(call: Call) -> None:
        await greeted(call)
        await call.line.speak(600)  # the fake recognizer has nothing to say and raises IndexError
        await asyncio.sleep(2)

    async def unheard(call: Call) -> None:
        await greeted(call)
        call.recognizer.says.append(RecognitionError("worker died", kind="died"))
        await call.line.speak(600)
        await asyncio.sleep(20)

    async def endless(_: Call) -> None:
        await asyncio.sleep(30)

    for caller, reason in (
        (broken, TransferReason.COMPONENT_FAILURE),
        (unheard, TransferReason.COMPONENT_FAILURE),
        (endless, TransferReason.COMPLEX_QUESTION),
    ):
        call = converse(caller, settings=Settings.model_validate({"call": {"max_duration_s": 20}}))
        (told,) = call.records(HandoverBegun)
        assert (told.reason, told.summary) == (reason, "wants tires")
        assert call.end.transfer_summary == "wants tires"
        assert call.registry.shown[CALL.call_id].endswith("wants tires")


def test_a_call_that_is_drained_is_handed_over_with_what_is_known() -> None:
    async def drained() -> tuple[FakeJournal, FakeRegistry]:
        journal, registry, line = FakeJournal(), FakeRegistry(), FakeLine()
        agent = FakeAgent({}, found=FOUND)
        shared = (FakeRecognizer(), FakeSynthesizer(), agent, shop(), journal, registry, Settings())
        session = asyncio.create_task(serve_call(Parts(FakeDetector(), *shared), CALL, line))
        await asyncio.sleep(3)
        session.cancel()
        await asyncio.wait([session])
        return journal, registry

    journal, registry = run(drained())
    *_, told, ended = journal.records
    assert isinstance(told, HandoverBegun)
    assert isinstance(ended, CallEnded)
    assert (told.reason, told.summary, told.found) == (TransferReason.DRAINING, "wants tires", FOUND)
    assert registry.shown[CALL.call_id] == "Shutdown. wants tires"


def test_while_a_call_goes_on_it_is_kept_what_the_operator_is_told_should_the_process_die() -> None:
    kept: list[str] = []

    async def caller(call: Call) -> None:
        await greeted(call)
        await call.ask("winter tires")
        await asyncio.sleep(4)
        kept.append(call.registry.shown[CALL.call_id])
        assert call.registry.next[CALL.call_id] == "queue"
        assert call.records(HandoverBegun) == []

    call = converse(caller, {"winter tires": [Said("Six models.")]})
    assert kept == ["The agent broke off. wants tires"]
    assert call.registry.next[CALL.call_id] == "bye"


def test_why_a_call_was_not_served_is_told_in_the_shops_languages() -> None:
    told = {why: unserved(why, shop(), "en") for why in get_args(get_args(Unserved)[1])}
    told |= {why: unserved(why, shop(), "en") for why in RefusalReason}
    assert told["broke_off"] == "The agent broke off."
    assert told[RefusalReason.FULL] == told[RefusalReason.LOOP_LATE] == "The agent did not answer: all lines busy."
    assert told[RefusalReason.TOO_MANY_FROM_CALLER].endswith("too many calls from this number.")
    assert {for_display(line) for line in told.values()} == set(told.values()), "nothing of it is cut off"
    assert unserved("unknown", shop(), "uk") == "Асистент нічого не знає про цей дзвінок."


def test_who_hangs_up_is_handed_to_nobody() -> None:
    call = converse(greeted)
    assert call.records(HandoverBegun) == []
    assert call.registry.shown == {CALL.call_id: ""}


def test_what_is_done_in_the_shop_while_the_caller_hangs_up_is_journaled_before_the_calls_end() -> None:
    async def caller(call: Call) -> None:
        call.agent.left_open, call.agent.left_open_s = [drafted()], 3.0
        await greeted(call)

    call = converse(caller)
    kinds = [type(record) for record in call.journal.records]
    assert kinds[-3:] == [ToolCallRecorded, ChangeRecorded, CallEnded]
    assert call.end.hangup_by is HangupBy.CALLER
    assert call.line.hung_up


@pytest.mark.parametrize("key", ["", "0"])
def test_an_open_order_is_given_up_unless_an_operator_goes_on_with_it(key: str) -> None:
    async def caller(call: Call) -> None:
        call.agent.open_order = [drafted()]
        await greeted(call)
        if key:
            call.line.press(key)
            await asyncio.sleep(20)

    assert len(converse(caller).records(ToolCallRecorded)) == (0 if key else 1)


def test_a_tool_that_never_ends_does_not_keep_the_call_open() -> None:
    async def caller(call: Call) -> None:
        call.agent.left_open_s = 600.0
        await greeted(call)

    assert converse(caller).end.outcome is Outcome.ABANDONED


def test_what_becomes_known_after_the_hand_over_has_begun_is_told_too() -> None:
    async def caller(call: Call) -> None:
        await greeted(call)
        call.line.press("0")
        await asyncio.sleep(1)
        call.agent.found = FOUND
        await asyncio.sleep(20)

    call = converse(caller)
    first, second = call.records(HandoverBegun)
    assert (first.found, second.found) == (Found(), FOUND)
    assert second.at == first.at


def test_changes_are_in_the_audit_log_with_who_asked_for_them() -> None:
    async def caller(call: Call) -> None:
        await greeted(call)
        for words in ("order", "yes", "and again"):
            await call.ask(words)
            await asyncio.sleep(4)

    started = ToolStarted("create_order_draft", {})
    refused = replace(DRAFTED, outcome=ChangeOutcome.REFUSED, reason="out_of_stock", after=None)
    script: Script = {
        "order": [ModelAnswered("gpt"), started, drafted(), Said("Done.")],
        "yes": [started, drafted(refused), ModelAnswered("gpt"), Said("No.")],
        "and again": [ModelAnswered("rules"), started, drafted(None), started, drafted(), Said("Yes.")],
    }
    call = converse(caller, script)
    changes = call.records(ChangeRecorded)
    assert [(one.sequence, one.actor, one.change) for one in changes] == [
        (0, "agent:gpt", DRAFTED),
        (1, "agent:gpt", refused),
        (2, "agent:rules", DRAFTED),
    ]
    assert len(call.records(ToolCallRecorded)) == 4


def test_an_answer_tells_which_articles_it_is_made_from() -> None:
    async def caller(call: Call) -> None:
        await greeted(call)
        await call.ask("how long do tires last")
        await asyncio.sleep(5)

    script: Script = {
        "how long do tires last": [
            ArticlesUsed(("faq/a", "faq/b")),
            ArticlesUsed(("faq/b", "guides/c")),
            Said("Ten years."),
        ]
    }
    call = converse(caller, script)
    assert call.turns()[2].articles == ("faq/a", "faq/b", "guides/c")
    assert {turn.articles for turn in call.records(TurnRecorded) if turn.turn_number != 2} == {()}


# ------------------------------------------------------------ put together


class Broken(FakeAgentSession):
    def summary(self) -> str:
        raise KeyError("the caller's words")


def told(found: Found) -> HandoverBegun:
    session = FakeAgentSession(FakeAgent({}, found=found))
    return hand_over(CALL, session, shop(), Scenario.OTHER, TransferReason.COMPONENT_FAILURE)


def test_what_the_shop_did_not_answer_to_is_said_in_the_language_of_the_call() -> None:
    unsure = ({"action": "order.confirm", "object": "order:1001", "reason": "store: timeout"},)
    assert told(Found(unsure=unsure)).summary == ("Not known whether it is done: placing of order 1001. wants tires")


def test_a_fault_of_our_own_costs_the_caller_no_operator() -> None:
    handover = hand_over(CALL, Broken(FakeAgent({})), shop(), Scenario.OTHER, TransferReason.CANNOT_HELP)
    assert (handover.summary, handover.reason) == ("", TransferReason.CANNOT_HELP)
    nobody = hand_over(CALL, None, shop(), Scenario.OTHER, TransferReason.DRAINING)
    assert in_a_line(nobody, shop(), CALL) == "Shutdown."

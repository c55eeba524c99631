"""The rule-driven agent over the store's fake."""

import asyncio
import re
from collections.abc import Sequence
from typing import Any

import pytest

from callcenter.agent.rule_agent import RuleAgent, RuleSession
from callcenter.dialogue.engine import Engine
from callcenter.dialogue.steps import CallTool, Step
from callcenter.errors import AgentError
from callcenter.ports import (
    AgentAct,
    CallbackPromised,
    CallerSaid,
    FellBack,
    GoalReached,
    Language,
    ModelAnswered,
    ScenarioRecognized,
    ToolFinished,
    ToolStarted,
    TransferRequested,
)
from callcenter.records import Scenario, TransferReason
from store_client import StoreUnavailable
from store_client.fake import FakeStore
from tests.fakes.virtual_time import run
from tests.unit.agent.at_the_desk import SlowToConfirm
from tests.unit.agent.conversation import NOW, answer, call, interrupted, only, shop, toolbox, words
from tests.unit.agent.conversation import rules as shared


def rules(store: FakeStore | None = None) -> RuleAgent:
    return RuleAgent(shared(), toolbox(store), shop(), max_misunderstood=3, now=lambda: NOW)


def talk(session: RuleSession, *lines: str) -> list[list[AgentAct]]:
    async def all_lines() -> list[list[AgentAct]]:
        return [await answer(session, line) for line in lines]

    return run(all_lines())


@pytest.mark.parametrize(
    ("language", "lines", "price"),
    [
        ("en", ("winter tires for a Toyota Camry", "is the first one in stock", "operator please"), "4600 UAH"),
        ("uk", ("зимові шини на тойоту камрі", "чи є в наявності перша", "з'єднайте з оператором"), "4600 грн"),
        ("ru", ("зимние шины на тойоту камри", "есть ли в наличии первая", "соедините с оператором"), "4600 грн"),
    ],
)
def test_search_stock_and_operator_without_any_model(language: Language, lines: Sequence[str], price: str) -> None:
    session = rules().open(call(language))
    session.heard(session.greet())
    found, stock, operator = talk(session, *lines)
    assert found[0] == ModelAnswered("rules")
    assert "Nokian Hakkapeliitta 10" in words(found)
    assert price in words(found)
    assert [(act.tool_name, act.filler) for act in only(ToolStarted, found)] == [("search_tires", "filler.search")]
    assert only(ToolFinished, found)[0].success
    assert only(GoalReached, found) == [GoalReached(Scenario.TIRE_SEARCH)]
    assert only(ScenarioRecognized, stock) == [ScenarioRecognized(Scenario.AVAILABILITY_CHECK)]
    assert only(ToolFinished, stock)[0].result["total_quantity"] == 8
    assert only(TransferRequested, operator)[0].reason == TransferReason.CUSTOMER_REQUEST
    assert words(operator)
    assert "Nokian Hakkapeliitta 10" in session.summary()


def test_a_store_that_is_away_is_said_honestly() -> None:
    store = FakeStore()
    store.fail(StoreUnavailable("timeout", "no"))
    (acts,) = talk(rules(store).open(call()), "winter tires for a Toyota Camry")
    assert only(FellBack, acts) == [FellBack("store", "operator", "timeout")]
    assert "cannot check" in words(acts)
    assert only(GoalReached, acts) == []


def test_a_turn_that_was_interrupted_in_its_tool_does_not_confuse_the_next() -> None:
    session = rules().open(call())

    async def both() -> list[AgentAct]:
        await interrupted(session, "winter tires for a Toyota Camry", after=3)
        return await answer(session, "summer tires for a Volkswagen Golf")

    acts = run(both())
    assert "Golf" in words(acts)
    assert only(GoalReached, acts) == [GoalReached(Scenario.TIRE_SEARCH)]


def test_it_keeps_up_with_turns_that_somebody_else_answered() -> None:
    ours, session = rules().open(call()), rules().open(call())
    (searched,) = talk(ours, "winter tires for a Toyota Camry")
    session.follow(CallerSaid("winter tires for a Toyota Camry"), only(ToolFinished, searched))
    session.heard("I have three winter tires.")
    assert session.expectation() == ours.expectation()
    (stock,) = talk(session, "is the second one in stock")
    assert only(ToolStarted, stock)[0].arguments == {"product_id": "michelin-alpin-6-205-65-r16"}


def test_keeping_up_runs_no_tool() -> None:
    store = FakeStore()
    session = rules(store).open(call())
    session.follow(CallerSaid("winter tires for a Toyota Camry"), [])
    session.follow(CallerSaid("operator"), [])
    assert store.calls == []


# ---------------------------------------------------------------- orders

ORDER = (
    "winter tires for a golf",
    "I'll take four of the first one",
    "I will pick them up in Lviv",
    "the first one",
    "by card",
)


def test_an_order_is_placed_on_a_yes_and_the_store_is_asked_once() -> None:
    store = FakeStore()
    session = rules(store).open(call())
    *_, read_out, placed = talk(session, *ORDER, "yes please")
    assert "Shall I place the order?" in words(read_out)
    assert words(placed).startswith("Your order is placed")
    assert only(GoalReached, placed) == [GoalReached(Scenario.ORDER_CREATION)]
    assert [name for name, _ in store.calls].count("confirm_order") == 1


def test_a_yes_to_half_of_a_read_back_is_asked_for_again() -> None:
    store = FakeStore()
    session = rules(store).open(call())

    async def conversation() -> list[AgentAct]:
        for line in ORDER[:-1]:
            await answer(session, line)
        await answer(session, ORDER[-1], heard="Let me read the order out: 4 of")
        return await answer(session, "yes")

    assert words(run(conversation())).startswith("Let me read the order out")
    assert "confirm_order" not in [name for name, _ in store.calls]


def test_an_order_that_was_placed_while_the_caller_interrupted_is_told_next() -> None:
    store = FakeStore()
    session = rules(store).open(call())

    async def conversation() -> list[AgentAct]:
        for line in ORDER:
            await answer(session, line)
        store.delay_s = 1
        placing = asyncio.create_task(answer(session, "yes"))
        await asyncio.sleep(0.5)
        placing.cancel()
        await asyncio.wait([placing])
        return await answer(session, "thank you")

    told = run(conversation())
    assert words(told).startswith("Your order is placed")
    assert not re.search(r"[.?!][^ 0-9]", words(told))
    assert only(GoalReached, told) == [GoalReached(Scenario.ORDER_CREATION)]
    assert [act.tool_name for act in only(ToolFinished, told)] == ["confirm_order"]
    assert "Placed in this call" in session.summary()


def test_what_is_said_before_and_after_a_tool_is_apart() -> None:
    session = rules(FakeStore()).open(call())

    async def conversation() -> list[AgentAct]:
        for line in ORDER:
            await answer(session, line)
        return await answer(session, "goodbye")

    assert words(run(conversation())).startswith("Nothing is ordered yet. Let me read the order out")


def test_what_was_done_and_not_heard_is_told_once_more() -> None:
    store = FakeStore()
    session = rules(store).open(call())

    async def conversation() -> list[list[AgentAct]]:
        for line in ORDER:
            await answer(session, line)
        await answer(session, "yes", heard="Your order")
        again = await answer(session, "hello", heard="Your order is placed, its number is 773, 187.")
        return [again, await answer(session, "thank you")]

    again, thanked = run(conversation())
    assert words(again).startswith("Your order is placed, its number is 773, 187.")
    assert "order is placed" not in words(thanked)
    assert [name for name, _ in store.calls].count("confirm_order") == 1


def test_a_guess_that_was_taken_back_leaves_the_order_as_it_was() -> None:
    store = FakeStore()
    session = rules(store).open(call())

    async def conversation() -> list[AgentAct]:
        for line in ORDER:
            await answer(session, line)
        undo = session.checkpoint()
        guess = asyncio.create_task(answer(session, CallerSaid("no, two", settled=asyncio.Event())))
        await asyncio.sleep(1)
        guess.cancel()
        await asyncio.wait([guess])
        undo()
        session.heard("")
        return await answer(session, "yes")

    assert words(run(conversation())).startswith("Your order is placed")
    assert [name for name, _ in store.calls].count("create_order") == 1


def test_too_large_an_order_and_a_call_back_reach_the_session() -> None:
    store = FakeStore()
    store.set_stock("nokian-hakkapeliitta-10-205-55-r16", 60)
    session = rules(store).open(call())
    _, called_back, too_large = talk(
        session, ORDER[0], "call me back tomorrow after five", "I'll take thirty of the first one"
    )
    assert only(CallbackPromised, called_back) == [
        CallbackPromised(
            "Tires: winter, for Volkswagen Golf. Named so far: "
            "Nokian Hakkapeliitta 10 205/55 R16; Michelin Alpin 6 205/55 R16.",
            "tomorrow after 5",
        )
    ]
    assert only(TransferRequested, too_large)[0].reason is TransferReason.ORDER_LIMIT
    assert "30 Nokian Hakkapeliitta 10" in only(TransferRequested, too_large)[0].summary


def test_an_order_that_arrived_late_is_found_out_when_it_is_tried_again() -> None:
    store = SlowToConfirm()
    session = rules(store).open(call())
    *_, failed = talk(session, *ORDER, "yes")
    assert words(failed).endswith("so nothing is ordered. Shall I try again?")
    run(store.catch_up())
    (told,) = talk(session, "yes")
    assert words(told).startswith("Your order is placed")
    assert only(GoalReached, told) == [GoalReached(Scenario.ORDER_CREATION)]
    assert [name for name, _ in store.calls].count("create_order") == 1


def test_an_order_of_which_nobody_knows_is_handed_over_with_its_number() -> None:
    class Gone(FakeStore):
        async def confirm_order(self, order_id: str, **asked: Any) -> Any:
            self.fail(StoreUnavailable("timeout", "no"))
            raise StoreUnavailable("timeout", "no")

    *_, acts = talk(rules(Gone()).open(call()), *ORDER, "yes")
    assert "Please do not order it again" in words(acts)
    (transfer,) = only(TransferRequested, acts)
    assert transfer.reason is TransferReason.COMPONENT_FAILURE
    assert "Order 773187: it is not known whether it is placed" in transfer.summary
    assert "not placed yet" not in transfer.summary


class Broken(Engine):
    def hear(self, said: CallerSaid) -> list[Step]:
        raise KeyError(said.text)


class Circling(Engine):
    def hear(self, said: CallerSaid) -> list[Step]:
        return [CallTool("search_tires", {"brand": "Nokian"})]

    def tool_result(self, *_: object, **__: object) -> list[Step]:
        return self.hear(CallerSaid(""))


@pytest.mark.parametrize(("engine", "kind"), [(Broken, "died"), (Circling, "loop")])
def test_rules_that_break_are_an_agents_error_and_keep_the_callers_words(
    engine: type[Engine], kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = shared().open("en", caller_known=True, max_misunderstood=3, today=NOW.date())
    broken = engine.__new__(engine)
    broken.__dict__.update(whole.__dict__)
    session = RuleSession(broken, toolbox().open(call()), "Hello.")
    with pytest.raises(AgentError) as caught:
        talk(session, "my number is 0671234567")
    assert caught.value.kind == kind
    assert "0671234567" not in capsys.readouterr().out


def test_a_withheld_number_opens_a_session_too() -> None:
    session = rules().open(call(caller_id=None))
    assert words(talk(session, "winter tires for a Toyota Camry")[0])

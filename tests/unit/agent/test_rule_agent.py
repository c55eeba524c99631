"""The rule-driven agent over the store's fake."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from callcenter.agent.rule_agent import RuleAgent, RuleSession
from callcenter.agent.tools import create_toolbox
from callcenter.dialogue.engine import Engine, Rules
from callcenter.dialogue.steps import CallTool, Step
from callcenter.errors import AgentError
from callcenter.ports import (
    AgentAct,
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
from tests.unit.agent.conversation import NOW, answer, call, interrupted, only, shop, words


def rules(store: FakeStore | None = None) -> RuleAgent:
    toolbox = create_toolbox(store or FakeStore())
    return RuleAgent(Rules(shop()), toolbox, shop(), max_misunderstood=3, now=lambda: NOW)


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
    assert [act.tool_name for act in only(ToolStarted, found)] == ["search_tires"]
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
    whole = Rules(shop()).open("en", caller_known=True, max_misunderstood=3)
    broken = engine.__new__(engine)
    broken.__dict__.update(whole.__dict__)
    session = RuleSession(broken, create_toolbox(FakeStore()), "Hello.")
    with pytest.raises(AgentError) as caught:
        talk(session, "my number is 0671234567")
    assert caught.value.kind == kind
    assert "0671234567" not in capsys.readouterr().out


def test_a_withheld_number_opens_a_session_too() -> None:
    session = rules().open(replace(call(), caller_id=None))
    assert words(talk(session, "winter tires for a Toyota Camry")[0])

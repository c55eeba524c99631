"""Models, then rules, then the operator, in virtual time."""

import json
from collections.abc import AsyncGenerator, Sequence

import pytest
from prometheus_client import REGISTRY

from callcenter.agent.choose import backends, create_agent, store_names
from callcenter.agent.fallback import FallbackSession
from callcenter.agent.llm_agent import LlmAgent
from callcenter.agent.rule_agent import RuleSession
from callcenter.config import LlmSettings, Settings
from callcenter.errors import AgentError
from callcenter.ports import (
    AgentAct,
    AgentSession,
    ArticlesUsed,
    CallerSaid,
    FellBack,
    GoalReached,
    ModelAnswered,
    Said,
    ScenarioRecognized,
    ToolFinished,
    ToolRequest,
    ToolStarted,
    TransferRequested,
)
from callcenter.records import Scenario, TransferReason
from store_client import StoreUnavailable
from store_client.fake import FakeStore
from tests.fakes.models import ScriptedModel, down
from tests.fakes.virtual_time import run
from tests.unit.agent.conversation import (
    NOW,
    answer,
    call,
    cancels,
    interrupted,
    only,
    rules,
    shop,
    told,
    toolbox,
    words,
)

WISH = "winter tires for a Toyota Camry"
SEARCH = ToolRequest("call_1", "search_tires", '{"vehicle_make":"Toyota","vehicle_model":"Camry","season":"winter"}')


def session(*models: ScriptedModel, store: FakeStore | None = None) -> AgentSession:
    return create_agent(Settings(), shop(), store or FakeStore(), models).open(call())


def talk(with_session: AgentSession, *lines: str) -> list[list[AgentAct]]:
    async def all_lines() -> list[list[AgentAct]]:
        return [await answer(with_session, line) for line in lines]

    return run(all_lines())


def test_a_model_answers_when_it_can() -> None:
    (acts,) = talk(session(ScriptedModel.of(["Which season?"])), WISH)
    assert words(acts) == "Which season?"
    assert only(FellBack, acts) == []


def test_who_asks_for_an_operator_twice_gets_one_whatever_the_model_thinks() -> None:
    model = ScriptedModel.of(["What is it about?"], ["Which car?"], ["There is nobody here."], ["Yes?"])
    first, _, second = talk(session(model), "an operator please", WISH, "I want an operator")
    assert only(TransferRequested, first) == []
    assert words(second) == "There is nobody here. Of course, I am connecting you with our operator. One moment."
    (asked,) = only(TransferRequested, second)
    assert asked.reason is TransferReason.CUSTOMER_REQUEST
    assert "Camry" in asked.summary


def test_a_model_that_fetches_the_operator_is_not_helped() -> None:
    transfer = ToolRequest("call_2", "transfer_to_operator", '{"reason": "customer_request"}')
    model = ScriptedModel.of(["What is it about?"], [transfer])
    _, second = talk(session(model), "an operator please", "I want an operator")
    assert len(only(TransferRequested, second)) == 1


def test_after_one_more_try_the_rules_take_the_turn() -> None:
    model = ScriptedModel.of([down("connection")])
    (acts,) = talk(session(model), WISH)
    assert len(model.requests) == 2
    assert acts[:2] == [FellBack("llm", "rules", "connection"), ModelAnswered("rules")]
    assert words(acts).startswith("For Toyota Camry I have")
    assert only(GoalReached, acts) == [GoalReached(Scenario.TIRE_SEARCH)]


def test_every_model_is_tried_before_the_rules() -> None:
    first = ScriptedModel.of([down("server")], name="first")
    second = ScriptedModel.of([down("refused", retryable=False)], name="second")
    (acts,) = talk(session(first, second), WISH)
    assert only(FellBack, acts) == [FellBack("llm", "second", "server"), FellBack("llm", "rules", "refused")]


def test_words_that_were_spoken_are_not_spoken_again_when_the_rules_take_over() -> None:
    (acts,) = talk(session(ScriptedModel.of(["We have three. The first is", down("cut")])), WISH)
    said = words(acts)
    assert said.startswith("We have three. I am sorry, I need to think about that differently. For Toyota Camry")
    assert said.count("We have three") == 1


def test_tools_that_a_model_ran_before_it_failed_are_in_the_journal_once() -> None:
    store = FakeStore()
    (acts,) = talk(session(ScriptedModel.of([SEARCH], [down()]), store=store), WISH)
    assert [act.tool_name for act in only(ToolFinished, acts)] == ["search_tires", "search_tires"]
    assert words(acts).startswith("For Toyota Camry")


def test_the_rules_know_what_was_talked_about_with_a_model() -> None:
    model = ScriptedModel.of([SEARCH], ["Three winter tires, from 1900 UAH."], [down()])
    _, stock = talk(session(model), WISH, "is the first one in stock?")
    assert only(FellBack, stock) == [FellBack("llm", "rules", "connection")]
    assert only(ToolStarted, stock)[0].arguments == {"product_id": "nokian-hakkapeliitta-10-205-65-r16"}


def test_an_order_that_a_model_began_is_ended_by_the_rules() -> None:
    store = FakeStore()
    item = {"product_id": "nokian-hakkapeliitta-10-205-65-r16", "quantity": 4}
    to_lviv = {"delivery_type": "delivery", "city": "Lviv", "address": "Franka 10"}
    steps = [
        ToolRequest(f"call_{name}", name, json.dumps(arguments))
        for name, arguments in (
            ("create_order_draft", {"items": [item]}),
            ("update_order_delivery", to_lviv),
            ("confirm_order", {"payment_method": "cod"}),
        )
    ]
    model = ScriptedModel.of([SEARCH], ["Three."], steps, [down()])
    _, _, again, placed = talk(session(model, store=store), WISH, "four of the first one to Lviv", "what?", "yes")
    assert words(again).endswith("Shall I place the order?")
    assert words(placed).startswith("Your order is placed")


def test_a_model_that_is_back_knows_what_the_rules_said() -> None:
    model = ScriptedModel.of([down()], [down()], ["Anything else?"])
    talk(session(model), WISH, "thank you")
    user, assistant, _ = model.requests[2].messages[-3:]
    assert user.content == WISH
    assert assistant.content.startswith("For Toyota Camry I have")


def test_what_was_heard_of_the_rules_is_what_a_model_is_told() -> None:
    model = ScriptedModel.of([down()], [down()], ["Yes?"])
    both = session(model)

    async def conversation() -> None:
        await answer(both, WISH, heard="For Toyota Camry I")
        await answer(both, "wait")

    run(conversation())
    assert model.requests[2].messages[-2].content == "For Toyota Camry I…"


def test_the_recognizer_always_has_the_rules_expectation() -> None:
    both = session(ScriptedModel.of([SEARCH], ["Three."]))
    before = both.expectation()
    talk(both, WISH)
    assert (before.state, both.expectation().state) == ("root", "results")


def test_an_interrupted_turn_is_followed_too() -> None:
    both = session(ScriptedModel.of(["One. Two. Three."]))
    run(interrupted(both, "winter tires", after=1))
    assert "winter" in both.summary()


def test_the_operator_gets_the_rules_summary() -> None:
    both = session(ScriptedModel.of([SEARCH], ["Three."]))
    talk(both, WISH)
    assert both.summary().startswith("Tires: winter, for Toyota Camry.")


def test_the_operator_gets_the_same_facts_whoever_answered() -> None:
    by_model, by_rules = session(ScriptedModel.of([SEARCH], ["Three."])), session()
    talk(by_model, WISH)
    talk(by_rules, WISH)
    assert by_model.found().tires
    assert by_model.found().tires == by_rules.found().tires


def test_articles_are_told_by_who_answers_with_them() -> None:
    asked = "який тиск має бути в шинах"
    search = ToolRequest("call_1", "search_knowledge_base", json.dumps({"query": asked}))
    model_agent = create_agent(Settings(), shop(), FakeStore(), [ScriptedModel.of([search], ["На стійці дверей."])])
    (model,) = talk(model_agent.open(call("uk")), asked)
    (rules_,) = talk(create_agent(Settings(), shop(), FakeStore(), []).open(call("uk")), asked)
    (given,), (read,) = only(ArticlesUsed, model), only(ArticlesUsed, rules_)
    assert given.articles[0] == read.articles[0]
    assert len(read.articles) == 1, "the one that is read out"


def test_a_scenario_that_the_rules_recognized_is_not_the_operators_later() -> None:
    transfer = ToolRequest("call_2", "transfer_to_operator", '{"reason":"customer_request"}')
    first, second = talk(session(ScriptedModel.of([down()], [down()], [transfer])), WISH, "operator")
    assert only(ScenarioRecognized, first) == [ScenarioRecognized(Scenario.TIRE_SEARCH)]
    assert only(ScenarioRecognized, second) == []
    assert only(TransferRequested, second)


class BrokenRules(RuleSession):
    """Rules that can take no turn."""

    async def respond(self, said: CallerSaid) -> AsyncGenerator[AgentAct, None]:
        raise AgentError("as the test demands", kind="died")
        yield Said("")

    def follow(self, said: CallerSaid, finished: Sequence[ToolFinished]) -> Sequence[AgentAct]:
        raise AgentError("as the test demands", kind="died")


def broken_session(*models: ScriptedModel) -> FallbackSession:
    engine = rules().open("en", caller_known=True, max_misunderstood=3, today=NOW.date())
    tools = toolbox().open(call())
    llm = LlmAgent(models, toolbox(), shop(), LlmSettings(), cancels).open(call(), tools)
    return FallbackSession(llm, BrokenRules(engine, tools, "Hello."), call(), shop())


def test_when_the_rules_fail_too_the_turn_fails_and_names_the_operator() -> None:
    both, acts = broken_session(ScriptedModel.of([down()])), list[AgentAct]()

    async def one_turn() -> None:
        async for act in both.respond(CallerSaid(WISH)):
            if told(act):
                acts.append(act)

    with pytest.raises(AgentError) as caught:
        run(one_turn())
    assert caught.value.kind == "died"
    assert acts == [FellBack("llm", "rules", "connection"), FellBack("llm", "operator", "died")]


def test_rules_that_cannot_keep_up_cost_nothing_while_a_model_answers() -> None:
    (acts,) = talk(broken_session(ScriptedModel.of(["Which season?"])), WISH)
    assert words(acts) == "Which season?"


def test_falls_and_errors_are_counted() -> None:
    def counted() -> list[float]:
        labels = ({"component": "llm", "tier": "rules"}, {"component": "llm", "kind": "rate_limit"})
        names = ("callcenter_fallbacks_total", "callcenter_errors_total")
        return [REGISTRY.get_sample_value(*pair) or 0 for pair in zip(names, labels, strict=True)]

    before = counted()
    talk(session(ScriptedModel.of([down("rate_limit")])), WISH)
    assert [now - then for now, then in zip(counted(), before, strict=True)] == [1, 2]


# ---------------------------------------------------------------- the choice


def test_without_models_the_rules_answer_alone() -> None:
    agent = create_agent(Settings(), shop(), FakeStore(), ())
    assert agent.name == "rules"
    (acts,) = talk(agent.open(call()), WISH)
    assert only(FellBack, acts) == []
    assert only(ModelAnswered, acts) == [ModelAnswered("rules")]


def test_the_agent_is_named_after_its_chain_and_closes_its_models() -> None:
    first, second = ScriptedModel.of(["."], name="first"), ScriptedModel.of(["."], name="second")
    agent = create_agent(Settings(), shop(), FakeStore(), (first, second))
    assert agent.name == "first > second > rules"
    run(agent.aclose())
    assert first.closed
    assert second.closed


def test_names_come_from_the_store_while_it_answers() -> None:
    store = FakeStore()
    names = run(store_names(store))
    assert names is not None
    assert ("Toyota", "Camry") in names.models
    store.fail(StoreUnavailable("connection", "no"))
    assert run(store_names(store)) is None


def test_doctor_is_told_which_agent_answers_and_why() -> None:
    openai, rules = backends(Settings())
    assert (openai.available, openai.active, rules.active) == (False, False, True)
    assert "OPENAI_MODEL" in openai.how_to_get
    unfinished, _ = backends(Settings(llm=LlmSettings(models=("m",))))
    assert unfinished.why == "no server and no key are configured"
    openai, rules = backends(Settings(llm=LlmSettings(models=("m",), base_url="http://127.0.0.1:1/v1")))
    assert (openai.active, rules.active, rules.available) == (True, False, True)
    assert openai.how_to_get == rules.how_to_get == ""

"""What an operator reads of a call before hello, from the first word to the display of his telephone."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from callcenter.agent.choose import create_agent
from callcenter.agent.rule_agent import RuleAgent
from callcenter.config import Settings
from callcenter.pipeline.handover import hand_over, in_a_line
from callcenter.ports import CallerSaid, ScenarioRecognized, ToolRequest, TransferRequested
from callcenter.records import HandoverBegun, Scenario, TransferReason
from callcenter.telephony.display import for_display
from store_client import StoreUnavailable
from store_client.fake import FakeStore
from tests.fakes.models import ScriptedModel
from tests.fakes.virtual_time import run
from tests.unit.agent.at_the_desk import TO_LVIV
from tests.unit.agent.conversation import NOW, answer, call, only, rules, shop, toolbox
from tests.unit.agent.test_llm_orders import asks
from tests.unit.dialogue.talking import earlier_order

CONVERSATIONS = yaml.safe_load(Path(__file__).with_name("operator_summaries.yaml").read_text(encoding="utf-8"))


def _title(conversation: dict[str, Any]) -> str:
    return f"{conversation['lang']}-{conversation['name']}"


async def _converse(conversation: dict[str, Any]) -> tuple[str, str]:
    """The summary, and the line on the display."""
    store, info = FakeStore(), call(conversation["lang"])
    for number, status in conversation.get("orders", {}).items():
        store.add_order(earlier_order(number, status))
    for tire, quantity in conversation.get("stock", {}).items():
        store.set_stock(tire, quantity)
    session = RuleAgent(rules(), toolbox(store), shop(), max_misunderstood=3, now=lambda: NOW).open(info)
    session.heard(session.greet())
    scenario, reasons = Scenario.OTHER, list[TransferReason]()
    for turn, words in enumerate(conversation["says"]):
        assert not reasons, "he is fetched in the last turn"
        if turn == conversation.get("away"):
            store.fail(StoreUnavailable("timeout", "no"))
        acts = await answer(session, CallerSaid("", rejected=True) if words == "?" else CallerSaid(words))
        scenario = next((act.scenario for act in only(ScenarioRecognized, acts)), scenario)
        reasons = [act.reason for act in only(TransferRequested, acts)]
    (reason,) = reasons or [TransferReason(conversation["reason"])]
    told = hand_over(info, session, shop(), scenario, reason)
    return told.summary, for_display(in_a_line(told, shop(), info))


@pytest.mark.parametrize("conversation", CONVERSATIONS, ids=map(_title, CONVERSATIONS))
def test_the_operator_is_told_what_the_call_is_about(conversation: dict[str, Any]) -> None:
    summary, line = run(_converse(conversation))
    for words in conversation["told"]:
        assert words.casefold() in summary.casefold()
    for words in conversation.get("never", ()):
        assert words.casefold() not in summary.casefold()
    assert conversation["line"] in line


# ------------------------------------------------------------ led by a model

TIRE = "nokian-hakkapeliitta-10-205-55-r16"
SEARCH = asks("search_tires", vehicle_make="Volkswagen", vehicle_model="Golf", season="winter")
FETCH = asks("transfer_to_operator", reason="customer_request", summary="A nice caller.")
WISH, FOUND = "winter tires for a golf", ["Here are two."]


async def _led_by_a_model(answers: Sequence[Any], lines: Sequence[str]) -> HandoverBegun:
    session = create_agent(Settings(), shop(), FakeStore(), [ScriptedModel.of(*answers)]).open(call())
    session.heard(session.greet())
    acts = [act for line in lines for act in await answer(session, line)]
    (asked,) = only(TransferRequested, acts)
    words = asked.summary if asked.by_model else ""
    return hand_over(call(), session, shop(), Scenario.OTHER, asked.reason, words)


def draft(quantity: int) -> ToolRequest:
    return asks("create_order_draft", items=[{"product_id": TIRE, "quantity": quantity}])


@pytest.mark.parametrize(
    ("answers", "lines", "told", "never"),
    [
        (
            [[SEARCH], FOUND, [draft(4)], ["Where to?"], [asks("update_order_delivery", **TO_LVIV)], ["How?"], [FETCH]],
            [WISH, "four of the first one please", "to Lviv Franka 10", "I need it before Friday, can a human promise"],
            [
                "Said: “I need it before Friday, can a human promise”",
                "not placed yet: 4 Nokian Hakkapeliitta 10 205/55 R16, Lviv, Franka 10, 18400 UAH",
            ],
            "nice",
        ),
        (
            [[SEARCH], FOUND, [draft(400)], ["That is too many for me."], [FETCH]],
            [WISH, "we are a taxi company and need four hundred of the first", "then a manager please"],
            [
                "Said: “we are a taxi company and need four hundred of the first”",
                "400 Nokian Hakkapeliitta 10 205/55 R16 (not possible so)",
            ],
            "not placed yet",
        ),
        (
            [[SEARCH], FOUND, [draft(90)], ["There are not so many."], [FETCH]],
            [WISH, "we need ninety of the first", "then a manager please"],
            ["we need ninety of the first", "90 Nokian Hakkapeliitta 10 205/55 R16 (not enough in stock)"],
            "not placed yet",
        ),
        (
            [[asks("search_knowledge_base", query="bulge warranty")], ["Two years."], [FETCH]],
            ["my tire has a bulge is that under warranty", "it says nothing about bulges, I want a person"],
            ["it says nothing about bulges", "my tire has a bulge", "Articles looked up: Гарантія на шини"],
            "advice",
        ),
        (
            [[FETCH]],
            ["your fitting damaged my rim last Saturday and I want my money back"],
            ["Said: “your fitting damaged my rim last Saturday and I want my money back”"],
            "book",
        ),
        (
            [[asks("get_fitting_slots", station_id="kyiv-obolon", date_from="2026-11-06")], ["At ten?"], [FETCH]],
            ["I want tires fitted at Obolon in Kyiv on Friday", "no all too early, somebody else must help"],
            ["no all too early", "I want tires fitted at Obolon", "Free times looked up: 2026-11-06 09:00"],
            "begun",
        ),
    ],
    ids=["an open order", "too many", "not in stock", "an article", "a complaint", "a fitting"],
)
def test_a_models_call_is_told_as_one_of_the_rules(
    answers: Sequence[Any], lines: Sequence[str], told: Sequence[str], never: str
) -> None:
    handover = run(_led_by_a_model(answers, lines))
    assert handover.words == "A nice caller."
    for words in told:
        assert words in handover.summary
    assert never not in handover.summary

"""What an operator reads of a call before hello, from the first word to the display of his telephone."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from callcenter.agent.rule_agent import RuleAgent
from callcenter.pipeline.handover import hand_over, in_a_line
from callcenter.ports import CallerSaid, ScenarioRecognized, TransferRequested
from callcenter.records import Scenario, TransferReason
from callcenter.telephony.display import for_display
from store_client import StoreUnavailable
from store_client.fake import FakeStore
from tests.fakes.virtual_time import run
from tests.unit.agent.conversation import NOW, answer, call, only, rules, shop, toolbox
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

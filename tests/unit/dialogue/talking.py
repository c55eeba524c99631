"""A call in writing: the engine, the agent's own tools and a store in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any
from uuid import UUID

from callcenter.agent.tools import CallTools, create_toolbox
from callcenter.dialogue.agreement import agrees
from callcenter.dialogue.engine import Engine, Rules
from callcenter.dialogue.steps import CallTool, Step
from callcenter.ports import (
    ArticlesUsed,
    CallerSaid,
    CallInfo,
    GoalReached,
    HangupRequested,
    Language,
    Said,
    ScenarioRecognized,
    TransferRequested,
)
from callcenter.shop import Shop
from store_client.fake import FakeStore
from store_client.models_orders import Customer, OrderDetails, OrderItem, OrderStatus, Payment, StatusChange

NOW = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
"""A Monday."""
CALLER = "+380671234567"
RIM_16 = "nokian-hakkapeliitta-10-205-55-r16"
TIRES = Path(__file__).parents[3] / "shops" / "tires"


@cache
def tire_shop() -> Shop:
    return Shop.load(TIRES)


@cache
def rules() -> Rules:
    return Rules(tire_shop())


def new_engine(language: Language = "en", *, caller_known: bool = True) -> Engine:
    return rules().open(language, caller_known=caller_known, max_misunderstood=3, today=NOW.date())


@dataclass
class Answer:
    text: str = ""
    tools: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    acts: list[str] = field(default_factory=list)


def open_tools(store: FakeStore, *, caller_id: str | None = CALLER, language: Language = "en") -> CallTools:
    toolbox = create_toolbox(store, tire_shop(), partial(agrees, rules().understanding), now=lambda: NOW)
    return toolbox.open(CallInfo(UUID(int=1), NOW, caller_id, None, language))


def earlier_order(number: str, status: OrderStatus, phone: str = CALLER) -> OrderDetails:
    """Four winter tires that were ordered in October."""
    made = NOW - timedelta(days=10)
    item = OrderItem(
        product_id=RIM_16, name="Nokian Hakkapeliitta 10", size="205/55 R16", quantity=4, price=4600, total=18400
    )
    return OrderDetails(
        id=f"order-{number}",
        order_number=number,
        status=status,
        status_label=status,
        created_at=made,
        total=18400,
        currency="UAH",
        items_summary="4 × Nokian Hakkapeliitta 10 205/55 R16",
        estimated_delivery=date(2026, 11, 5),
        customer=Customer(phone=phone),
        items=(item,),
        subtotal=18400,
        weight_kg=40,
        payment=Payment(method="cod", method_label="cash", paid=False),
        status_history=(StatusChange(status=status, status_label=status, at=made),),
    )


class Call:
    """Everything is heard to its end."""

    def __init__(self, engine: Engine, tools: CallTools) -> None:
        self.engine, self._tools = engine, tools

    async def say(self, said: CallerSaid) -> Answer:
        answer = Answer()
        self._tools.begin(said)
        steps = self.engine.hear(said)
        while (tool := _note(steps, answer)) is not None:
            run = await self._tools.run(tool.name, tool.arguments)
            if run.callback is not None:
                answer.acts.append("callback")
            steps = self.engine.tool_result(
                tool.name, run.finished.result, run.finished.error, said=run.say, transfer=run.transfer
            )
        self.engine.heard(answer.text)
        self._tools.heard(answer.text)
        return answer


def _note(steps: list[Step], answer: Answer) -> CallTool | None:
    for step in steps:
        match step:
            case Said(text):
                answer.text = f"{answer.text} {text}".strip()
            case ScenarioRecognized(scenario):
                answer.acts.append(f"scenario {scenario}")
            case GoalReached(scenario):
                answer.acts.append(f"goal {scenario}")
            case TransferRequested(reason, _):
                answer.acts.append(f"transfer {reason}")
            case HangupRequested():
                answer.acts.append("hangup")
            case ArticlesUsed():
                pass
            case CallTool(name, arguments):
                answer.tools[name] = arguments
                return step
    return None

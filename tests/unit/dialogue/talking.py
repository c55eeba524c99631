"""A call in writing: the engine, the agent's own tools and a store in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from callcenter.agent.tools import create_toolbox
from callcenter.dialogue.engine import Engine, Rules
from callcenter.dialogue.steps import CallTool, Step
from callcenter.ports import (
    CallbackPromised,
    CallerSaid,
    GoalReached,
    HangupRequested,
    Language,
    Said,
    ScenarioRecognized,
    TransferRequested,
)
from callcenter.shop import Shop
from store_client.fake import FakeStore

TIRES = Path(__file__).parents[3] / "shops" / "tires"


@cache
def tire_shop() -> Shop:
    return Shop.load(TIRES)


@cache
def rules() -> Rules:
    return Rules(tire_shop())


def new_engine(language: Language = "en", *, caller_known: bool = True) -> Engine:
    return rules().open(language, caller_known=caller_known, max_misunderstood=3)


@dataclass
class Answer:
    text: str = ""
    tools: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    acts: list[str] = field(default_factory=list)


class Call:
    def __init__(self, engine: Engine, store: FakeStore) -> None:
        self.engine, self.store = engine, store
        self._toolbox = create_toolbox(store)

    async def say(self, said: CallerSaid) -> Answer:
        answer = Answer()
        steps = self.engine.hear(said)
        while (tool := _note(steps, answer)) is not None:
            finished = (await self._toolbox.run(tool.name, tool.arguments)).finished
            steps = self.engine.tool_result(tool.name, tool.arguments, finished.result, finished.error)
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
            case CallbackPromised():
                answer.acts.append("callback")
            case HangupRequested():
                answer.acts.append("hangup")
            case CallTool(name, arguments):
                answer.tools[name] = arguments
                return step
    return None

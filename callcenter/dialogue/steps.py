"""What the engine wants done, in order."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from callcenter.ports import (
    ArticlesUsed,
    GoalReached,
    HangupRequested,
    Said,
    ScenarioRecognized,
    TransferRequested,
)


@dataclass(frozen=True, slots=True)
class CallTool:
    """Always the last step: the engine goes on when it gets the tool's result."""

    name: str
    arguments: Mapping[str, Any]


Step = Said | CallTool | ArticlesUsed | ScenarioRecognized | GoalReached | TransferRequested | HangupRequested

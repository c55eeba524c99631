"""What the person at the terminal sees, or the program that reads us."""

import json
from typing import Any, Protocol

from callcenter.ports import (
    AgentAct,
    FellBack,
    GoalReached,
    HangupRequested,
    ModelAnswered,
    Said,
    ScenarioRecognized,
    ToolFinished,
    TransferRequested,
)

SHOWN_ARGUMENTS = 120


class Transcript(Protocol):
    def greeting(self, text: str) -> None: ...

    def caller(self, words: str, *, typed_here: bool) -> None:
        """`typed_here`: they stand on the terminal already."""

    def act(self, act: AgentAct) -> None: ...

    def turn_ended(self, error: str | None = None) -> None:
        """`error`: nobody could answer; on the phone the operator takes over."""

    def note(self, text: str) -> None:
        """Something beside the conversation."""


class TerminalTranscript:
    def __init__(self) -> None:
        from rich.console import Console

        self._out = Console(highlight=False, soft_wrap=True)
        self._aside = Console(stderr=True, highlight=False, soft_wrap=True)
        self._in_line = False

    def greeting(self, text: str) -> None:
        self._out.print(text, markup=False)

    def caller(self, words: str, *, typed_here: bool) -> None:
        if not typed_here:
            self._out.print(f"> {words}", markup=False)

    def act(self, act: AgentAct) -> None:
        match act:
            case Said(text):
                self._out.print(text if self._in_line else text.lstrip(), end="", markup=False)
                self._in_line = True
            case ToolFinished():
                arguments = ", ".join(f"{name}={value}" for name, value in act.arguments.items())[:SHOWN_ARGUMENTS]
                self._dim(f"· {act.tool_name}({arguments}): {_outcome(act)}, {act.duration_ms} ms")
            case FellBack():
                self._dim(f"· {act.component} failed ({act.kind}), now: {act.tier}")
            case TransferRequested():
                self._dim(f"· the call goes to the operator ({act.reason.value}): {act.summary}")
            case HangupRequested():
                self._dim("· the agent hangs up")
            case _:
                pass

    def turn_ended(self, error: str | None = None) -> None:
        self._end_line()
        if error:
            self._dim(f"· nobody could answer ({error}): the call goes to the operator")

    def note(self, text: str) -> None:
        self._aside.print(text, style="dim", markup=False)

    def _dim(self, text: str) -> None:
        self._end_line()
        self._out.print(text, style="dim", markup=False)

    def _end_line(self) -> None:
        if self._in_line:
            self._out.print()
        self._in_line = False


def _outcome(finished: ToolFinished) -> str:
    if not finished.success:
        return finished.error or "failed"
    found = finished.result.get("found") if isinstance(finished.result, dict) else None
    return "done" if found is None else f"{found} found"


class JsonTranscript:
    """One object a line: the greeting, then the turns."""

    def __init__(self) -> None:
        self._turn: dict[str, Any] = {}

    def greeting(self, text: str) -> None:
        self._print({"greeting": text})

    def caller(self, words: str, *, typed_here: bool) -> None:
        self._turn = {"caller": words, "answer": "", "model": None, "scenario": None, "goal": None, "tools": []}

    def act(self, act: AgentAct) -> None:
        turn = self._turn
        match act:
            case Said(text):
                turn["answer"] += text
            case ToolFinished():
                turn["tools"].append(
                    {
                        "name": act.tool_name,
                        "arguments": dict(act.arguments),
                        "success": act.success,
                        "error": act.error,
                        "result": act.result,
                        "duration_ms": act.duration_ms,
                    }
                )
            case ModelAnswered(model):
                turn["model"] = model
            case ScenarioRecognized(scenario):
                turn["scenario"] = scenario.value
            case GoalReached(scenario):
                turn["goal"] = scenario.value
            case FellBack():
                turn.setdefault("fallbacks", []).append(
                    {"component": act.component, "tier": act.tier, "kind": act.kind}
                )
            case TransferRequested():
                turn["transfer"] = {"reason": act.reason.value, "summary": act.summary}
            case HangupRequested():
                turn["hangup"] = True
            case _:
                pass

    def turn_ended(self, error: str | None = None) -> None:
        self._turn["answer"] = self._turn["answer"].strip()
        if error:
            self._turn["error"] = error
        self._print(self._turn)

    def note(self, text: str) -> None:
        """Nothing beside the objects."""

    def _print(self, value: dict[str, Any]) -> None:
        print(json.dumps(value, ensure_ascii=False), flush=True)

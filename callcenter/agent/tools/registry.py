"""The registry: which tools there are, and the one way to run one. Running never raises; failing is a result."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from traceback import extract_tb
from typing import Any

import structlog

from callcenter import metrics
from callcenter.agent.tools.for_model import data_for_model, error_for_model
from callcenter.agent.tools.schema import Arguments, ArgumentsRefused, json_schema, parse
from callcenter.ports import ToolFinished, ToolSpec, TransferRequested
from callcenter.records import Scenario
from store_client import StoreBadAnswer, StoreError, StoreUnavailable

TIMEOUT_S = 3.0
MAX_NAME = 64
MAX_UNREADABLE = 500
CANNOT_CHECK = "Tell the caller honestly that this cannot be checked right now, and offer the operator."
TRY_AGAIN = "Correct the arguments and call again, or ask the caller for what is missing."
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ToolOutcome:
    """What a handler found out."""

    result: Mapping[str, Any]
    """In full, JSON-serializable: the journal's, and the rules' to speak from."""
    brief: Mapping[str, Any] | None = None
    """For the model; None: the same as `result`."""
    answers: bool = True
    """It tells the caller what he wanted to know: not when nothing was found or more has to be asked."""
    transfer: TransferRequested | None = None


@dataclass(frozen=True)
class Tool:
    name: str
    description: str
    arguments: type[Arguments]
    handler: Callable[[Any], Awaitable[ToolOutcome]]
    """Gets an instance of `arguments`."""
    scenario: Scenario
    """What a caller wants for whom this tool is called."""
    timeout_s: float = TIMEOUT_S
    changes: bool = False
    """It changes something in the shop: it runs only for what the caller has said to the end."""

    @cached_property
    def spec(self) -> ToolSpec:
        return ToolSpec(self.name, self.description, json_schema(self.arguments))


@dataclass(frozen=True, slots=True)
class ToolRun:
    """One call of a tool, done."""

    finished: ToolFinished
    for_model: str
    answers: bool = False
    transfer: TransferRequested | None = None
    store_failure: str | None = None
    """How the store failed ("timeout", "connection", …), when it did."""


class ToolFailed(Exception):
    """A tool found nothing: `error` is the journal's short name of the reason, `advice` is told to the model."""

    def __init__(self, error: str, advice: str, *, store_failure: str | None = None) -> None:
        super().__init__(error)
        self.error, self.advice, self.store_failure = error, advice, store_failure


class Toolbox:
    def __init__(self, tools: Sequence[Tool]) -> None:
        self._tools = {tool.name: tool for tool in tools}

    @property
    def specs(self) -> tuple[ToolSpec, ...]:
        return tuple(tool.spec for tool in self._tools.values())

    def scenario(self, name: str) -> Scenario | None:
        """What the tool is for; None for a tool that there is not."""
        return self._tools[name].scenario if name in self._tools else None

    def changes(self, name: str) -> bool:
        """Whether the tool changes something in the shop."""
        return name in self._tools and self._tools[name].changes

    async def run(self, name: str, arguments: str | Mapping[str, Any]) -> ToolRun:
        """Run a tool with the arguments as a model wrote them, or as the rules made them."""
        clock = asyncio.get_running_loop().time
        text = arguments if isinstance(arguments, str) else json.dumps(arguments, default=str)
        given, began_s = as_given(text), clock()
        outcome: ToolOutcome | ToolFailed
        try:
            outcome = await self._call(name, text)
        except ToolFailed as failed:
            outcome = failed
        seconds = clock() - began_s
        metrics.tool_duration.labels(name if name in self._tools else "unknown").observe(seconds)
        return _done(name[:MAX_NAME], given, outcome, round(seconds * 1000))

    async def _call(self, name: str, text: str) -> ToolOutcome:
        tool = self._tools.get(name)
        if tool is None:
            raise ToolFailed("unknown_tool", f"There is no such tool. There are: {', '.join(self._tools)}.")
        try:
            arguments = parse(tool.arguments, text)
        except ArgumentsRefused as refused:
            raise ToolFailed(f"bad_arguments: {refused}", TRY_AGAIN) from None
        try:
            async with asyncio.timeout(tool.timeout_s):
                return await tool.handler(arguments)
        except TimeoutError:
            raise _store_failed("timeout") from None
        except StoreUnavailable as error:
            raise _store_failed(error.kind) from None
        except StoreBadAnswer:
            raise _store_failed("bad_answer") from None
        except StoreError:  # it understood and refused: a wrong key, or a rule of the shop's that we do not know
            raise _store_failed("rejected") from None
        except ToolFailed:
            raise
        except Exception as error:
            # A fault of our own must not cost the caller the call: the model says that it cannot check.
            # No traceback in the log: its messages may hold the caller's words.
            log.error("tool_broke", tool=tool.name, error=type(error).__name__, at=_place(error))  # noqa: TRY400
            metrics.errors_total.labels("tool", "broke").inc()
            raise ToolFailed("internal", CANNOT_CHECK) from error


def as_given(text: str) -> Mapping[str, Any]:
    """Arguments for the journal, whether or not they fit the tool."""
    try:
        values = json.loads(text) if text.strip() else {}
    except (ValueError, RecursionError):
        values = None
    return values if isinstance(values, dict) else {"unreadable": text[:MAX_UNREADABLE]}


def _place(error: Exception) -> str:
    frames = extract_tb(error.__traceback__)
    where = next((one for one in reversed(frames) if "callcenter" in one.filename), frames[-1])
    return f"{Path(where.filename).name}:{where.lineno}"


def _store_failed(kind: str) -> ToolFailed:
    metrics.errors_total.labels("store", kind).inc()
    log.warning("store_failed", kind=kind)
    return ToolFailed(f"store: {kind}", CANNOT_CHECK, store_failure=kind)


def _done(name: str, given: Mapping[str, Any], outcome: ToolOutcome | ToolFailed, duration_ms: int) -> ToolRun:
    if isinstance(outcome, ToolFailed):
        finished = ToolFinished(name, given, None, duration_ms, success=False, error=outcome.error)
        told = error_for_model(name, outcome.error, outcome.advice)
        return ToolRun(finished, told, store_failure=outcome.store_failure)
    finished = ToolFinished(name, given, dict(outcome.result), duration_ms, success=True)
    told = data_for_model(name, outcome.result if outcome.brief is None else outcome.brief)
    return ToolRun(finished, told, outcome.answers, outcome.transfer)

"""The registry: which tools there are, and the one way to run one. Running never raises; failing is a result.

A toolbox is shared; each call opens it and gets tools of its own, with a desk that knows what the call has open.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from traceback import extract_tb
from typing import Any

import structlog

from callcenter import metrics
from callcenter.agent.tools.changes import Action
from callcenter.agent.tools.desk import Desk, Phrase, ReadBack
from callcenter.agent.tools.findings import Findings
from callcenter.agent.tools.for_model import MAX_TEXT, data_for_model, error_for_model
from callcenter.agent.tools.schema import Arguments, ArgumentsRefused, json_schema, parse
from callcenter.ports import CallbackPromised, CallerSaid, CallInfo, ToolFinished, ToolSpec, TransferRequested
from callcenter.records import Found, Scenario
from callcenter.shop import Shop
from store_client import StoreBadAnswer, StoreError, StoreUnavailable

TIMEOUT_S = 3.0
GENERAL_FILLER = "filler.first"
MAX_NAME = 64
DROP_ORDER = "cancel_order_draft"
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
    callback: CallbackPromised | None = None
    say: Phrase | None = None
    """The caller is told this and nothing else: no model words what commits the shop."""
    operator_note: Phrase | None = None
    """What whoever takes the call over must know of what the shop has not answered to, in the language of the call."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a tool that commits the shop is about to do."""

    phrase: Phrase
    """Says all of it, and ends with a question of one sentence."""
    arguments: Mapping[str, Any]
    """Complete: what the tool gets once the caller has agreed."""


@dataclass(frozen=True)
class Tool:
    name: str
    description: str
    arguments: type[Arguments]
    handler: Callable[[Any, Desk], Awaitable[ToolOutcome]]
    """Gets an instance of `arguments`, and the call's desk."""
    scenario: Scenario
    """What a caller wants for whom this tool is called."""
    filler: str
    """Key of the phrase for a caller whom it keeps waiting."""
    timeout_s: float = TIMEOUT_S
    longest_text: int = MAX_TEXT
    """Characters of one text in its results that a model gets."""
    changes: bool = False
    """It changes something in the shop: it runs only for what the caller has said to the end."""
    read_back: Callable[[Any, Desk], Awaitable[Proposal | ToolOutcome]] | None = None
    """It commits the shop: it runs only when the caller has heard this and said yes. Instead there may be an outcome
    already, or ToolFailed."""
    audit: Action | Mapping[str, Action] | None = None
    """What the audit log calls that which it does; by its argument `action`, where it does several things. None: it
    changes nothing of the store's."""

    @cached_property
    def spec(self) -> ToolSpec:
        return ToolSpec(self.name, self.description, json_schema(self.arguments))

    def action(self, arguments: Mapping[str, Any]) -> Action | None:
        """What it does for the audit log, asked like that."""
        return self.audit.get(str(arguments.get("action"))) if isinstance(self.audit, Mapping) else self.audit


@dataclass(frozen=True, slots=True)
class ToolRun:
    """One call of a tool, done."""

    finished: ToolFinished
    for_model: str
    answers: bool = False
    transfer: TransferRequested | None = None
    callback: CallbackPromised | None = None
    store_failure: str | None = None
    """How the store failed ("timeout", "connection", …), when it did."""
    say: str = ""
    """To be spoken as it is; the turn ends with it."""


class ToolFailed(Exception):
    """A tool found nothing: `error` is the journal's short name of the reason, `advice` is told to the model."""

    def __init__(self, error: str, advice: str, *, store_failure: str | None = None) -> None:
        super().__init__(error)
        self.error, self.advice, self.store_failure = error, advice, store_failure


class Toolbox:
    def __init__(self, tools: Sequence[Tool], shop: Shop, agrees: Callable[[CallerSaid, str], bool]) -> None:
        """agrees: whether a caller's words are a plain yes to an action (see Desk.begin)."""
        self._tools = {tool.name: tool for tool in tools}
        self._shop, self._agrees = shop, agrees

    @property
    def specs(self) -> tuple[ToolSpec, ...]:
        return tuple(tool.spec for tool in self._tools.values())

    def open(self, call: CallInfo) -> "CallTools":
        return CallTools(self._tools, Desk(call), self._shop, self._agrees)


class CallTools:
    """The tools of one call, shared by all who answer in it."""

    def __init__(
        self, tools: Mapping[str, Tool], desk: Desk, shop: Shop, agrees: Callable[[CallerSaid, str], bool]
    ) -> None:
        self._tools, self._desk, self._shop, self._agrees = tools, desk, shop, agrees
        self._said: CallerSaid | None = None
        self._told_again: CallerSaid | None = None
        """In answer to this, what was not heard was told once more."""
        self._unreported: list[asyncio.Task[ToolRun]] = []
        self._changing = asyncio.Lock()
        self._findings = Findings()

    @property
    def specs(self) -> tuple[ToolSpec, ...]:
        return tuple(tool.spec for tool in self._tools.values())

    def scenario(self, name: str) -> Scenario | None:
        """What the tool is for; None for a tool that there is not."""
        return self._tools[name].scenario if name in self._tools else None

    def filler(self, name: str) -> str:
        """Key of the phrase for a caller whom the tool keeps waiting."""
        return self._tools[name].filler if name in self._tools else GENERAL_FILLER

    def changes(self, name: str) -> bool:
        """Whether the tool changes something in the shop."""
        return name in self._tools and self._tools[name].changes

    def begin(self, said: CallerSaid) -> None:
        """The caller's turn; who answers it second tells it again."""
        if said is not self._said:
            self._said = said
            self._desk.begin(said, self._agrees)

    def heard(self, text: str) -> None:
        """So much was heard of the last answer."""
        self._desk.note_heard(text)

    def checkpoint(self) -> Callable[[], None]:
        """Calling what is returned takes back everything that came after now."""
        undo_desk, said, unreported = self._desk.checkpoint(), self._said, list(self._unreported)
        undo_findings, told_again = self._findings.checkpoint(), self._told_again

        def undo() -> None:
            undo_desk()
            undo_findings()
            self._said, self._unreported, self._told_again = said, unreported, told_again

        return undo

    @property
    def found(self) -> Found:
        return self._findings.found

    @property
    def agreed(self) -> ReadBack | None:
        """What the caller has just said yes to: it is to be done before anything else."""
        return self._desk.agreed

    @property
    def turn(self) -> int:
        """The caller's, from 1."""
        return self._desk.turn

    @property
    def has_open_order(self) -> bool:
        """It is begun and not confirmed."""
        return self._desk.order is not None

    async def run(self, name: str, arguments: str | Mapping[str, Any]) -> ToolRun:
        """Run a tool with the arguments as a model wrote them, or as the rules made them. What changes something in the
        shop is done one after another, in the order in which it was asked for, and goes on when this is cancelled: see
        `unreported`."""
        if not self.changes(name):
            return await self._run(name, arguments)
        task = asyncio.create_task(self._change(name, arguments), name=f"tool {name[:MAX_NAME]}")
        try:
            run = await asyncio.shield(task)
        except asyncio.CancelledError:
            self._unreported.append(task)
            raise
        self._must_be_heard((run,))
        return run

    async def unreported(self) -> Sequence[ToolRun]:
        """What was done while the caller interrupted, and has not been told to anybody."""
        tasks = tuple(self._unreported)
        runs = await asyncio.shield(asyncio.gather(*tasks))
        self._unreported = [task for task in self._unreported if task not in tasks]
        self._must_be_heard(runs)
        return runs

    async def give_up(self) -> Sequence[ToolRun]:
        """The caller is gone and nobody takes over: an order that was begun is dropped."""
        if self._desk.order is None and not self._desk.left_open:
            return ()
        return (await self.run(DROP_ORDER, {}),)

    def unheard(self) -> str:
        """What was told of the last thing done and was not heard, since the caller interrupted: to be told first. Once
        in each turn."""
        if self._told_again is self._said:
            return ""
        self._told_again = self._said
        return self._desk.outcome

    def _must_be_heard(self, runs: Sequence[ToolRun]) -> None:
        """A question that waits for a yes is not meant: what was not heard of it cannot be agreed to."""
        if self._desk.read_back is None and (said := " ".join(run.say for run in runs if run.say)):
            self._desk.outcome = said

    async def _change(self, name: str, arguments: str | Mapping[str, Any]) -> ToolRun:
        async with self._changing:
            return await self._run(name, arguments)

    async def _run(self, name: str, arguments: str | Mapping[str, Any]) -> ToolRun:
        clock = asyncio.get_running_loop().time
        text = arguments if isinstance(arguments, str) else json.dumps(arguments, default=str)
        given, began_s, asks = as_given(text), clock(), self._asks_first(name, text)
        outcome: ToolOutcome | ToolFailed
        try:
            outcome = await self._call(name, text)
        except ToolFailed as failed:
            outcome = failed
        seconds = clock() - began_s
        metrics.tool_duration.labels(name if name in self._tools else "unknown").observe(seconds)
        return self._done(name[:MAX_NAME], given, outcome, round(seconds * 1000), asks)

    def _asks_first(self, name: str, text: str) -> bool:
        tool = self._tools.get(name)
        return tool is not None and tool.read_back is not None and not self._desk.has_agreed(name, as_given(text))

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
                if tool.read_back is not None and self._asks_first(name, text):
                    proposal = await tool.read_back(arguments, self._desk)
                    return self._ask_first(name, proposal) if isinstance(proposal, Proposal) else proposal
                return await tool.handler(arguments, self._desk)
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

    def _ask_first(self, name: str, proposal: Proposal) -> ToolOutcome:
        arguments = as_given(json.dumps(proposal.arguments, default=str))
        self._desk.ask(ReadBack(name, arguments, self._phrase(proposal.phrase)))
        waits = {"done": False, "waits_for": "the caller's yes"}
        return ToolOutcome({**waits, "arguments": arguments}, waits, answers=False, say=proposal.phrase)

    def _phrase(self, phrase: Phrase) -> str:
        return self._shop.phrase(phrase.key, self._desk.call.language, **phrase.params)

    def _done(
        self, name: str, given: Mapping[str, Any], outcome: ToolOutcome | ToolFailed, duration_ms: int, asks: bool
    ) -> ToolRun:
        action = self._tools[name].action(given) if name in self._tools else None
        if isinstance(outcome, ToolFailed):
            change = self._findings.note(name, action, given, None, outcome.error, asks=asks)
            finished = ToolFinished(name, given, None, duration_ms, success=False, error=outcome.error, change=change)
            told = error_for_model(name, outcome.error, outcome.advice)
            return ToolRun(finished, told, store_failure=outcome.store_failure)
        note = self._phrase(outcome.operator_note) if outcome.operator_note is not None else ""
        change = self._findings.note(name, action, given, outcome.result, None, asks=asks, doubt=note)
        finished = ToolFinished(name, given, dict(outcome.result), duration_ms, success=True, change=change)
        most = self._tools[name].longest_text
        told = data_for_model(name, outcome.result if outcome.brief is None else outcome.brief, most)
        say = self._phrase(outcome.say) if outcome.say is not None else ""
        transfer = (
            replace(outcome.transfer, summary=note) if outcome.transfer is not None and note else outcome.transfer
        )
        return ToolRun(finished, told, outcome.answers, transfer, outcome.callback, say=say)


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

"""The rule-driven agent: the pure engine of callcenter.dialogue decides, this runs what it decided, with the same tools
as the LLM agent. It needs no model and no network but the store's."""

from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from functools import partial

import structlog

from callcenter import metrics
from callcenter.agent.tools import CallTools, Toolbox, ToolRun
from callcenter.dialogue.engine import Engine, Rules
from callcenter.dialogue.steps import CallTool, Step
from callcenter.errors import AgentError
from callcenter.ports import (
    AgentAct,
    CallerSaid,
    CallInfo,
    Expectation,
    FellBack,
    ModelAnswered,
    Said,
    ToolFinished,
    ToolStarted,
    TransferRequested,
)
from callcenter.records import Found, TransferReason
from callcenter.shop import Shop

NAME = "rules"
MOST_TOOLS = 4
"""In one turn; an engine that wants more goes in a circle."""
log = structlog.get_logger(__name__)


def _now() -> datetime:
    return datetime.now(UTC)


class RuleAgent:
    """ports.Agent."""

    name = NAME

    def __init__(
        self,
        rules: Rules,
        toolbox: Toolbox,
        shop: Shop,
        *,
        max_misunderstood: int,
        guided: bool = False,
        now: Callable[[], datetime] = _now,
    ) -> None:
        self._rules, self._toolbox, self._shop = rules, toolbox, shop
        self._max_misunderstood, self._guided, self._now = max_misunderstood, guided, now

    def open(self, call: CallInfo, tools: CallTools | None = None) -> "RuleSession":
        """tools: the call's, when somebody else answers in it too."""
        now = self._now()
        engine = self._rules.open(
            call.language,
            caller_known=call.caller_id is not None,
            max_misunderstood=self._max_misunderstood,
            today=self._shop.facts.today(now),
            guided=self._guided,
        )
        greeting = self._shop.greeting(call.language, now, guided=self._guided)
        return RuleSession(engine, tools or self._toolbox.open(call), greeting)

    async def aclose(self) -> None:
        """Nothing is held."""


class RuleSession:
    def __init__(self, engine: Engine, tools: CallTools, greeting: str) -> None:
        self._engine, self._tools, self._greeting = engine, tools, greeting

    def greet(self) -> str:
        return self._greeting

    def heard(self, text: str) -> None:
        self._engine.heard(text)
        self._tools.heard(text)

    def expectation(self) -> Expectation:
        return self._engine.expectation()

    def checkpoint(self) -> Callable[[], None]:
        undo_engine, undo_tools = self._engine.checkpoint(), self._tools.checkpoint()

        def undo() -> None:
            undo_engine()
            undo_tools()

        return undo

    def summary(self) -> str:
        return self._engine.summary()

    def found(self) -> Found:
        return self._tools.found

    async def unreported(self) -> Sequence[ToolFinished]:
        return [run.finished for run in await self._tools.unreported()]

    async def give_up(self) -> Sequence[ToolFinished]:
        return [run.finished for run in await self._tools.give_up()]

    async def respond(self, said: CallerSaid) -> AsyncGenerator[AgentAct, None]:
        gap = ""
        async with aclosing(self._answer(said)) as acts:
            async for act in acts:
                if isinstance(act, Said) and act.text:
                    yield Said(gap + act.text)
                    gap = "" if act.text[-1].isspace() else " "  # what is said after a tool begins a sentence
                else:
                    yield act

    async def _answer(self, said: CallerSaid) -> AsyncGenerator[AgentAct, None]:
        yield ModelAnswered(NAME)
        self._tools.begin(said)
        if unheard := self._tools.unheard():
            yield Said(unheard)
        late = [act for run in await self._tools.unreported() for act in self._caught_up(run)]
        for act in late:
            yield act
        if any(isinstance(act, TransferRequested) for act in late):
            return
        steps = _decided(lambda: self._engine.hear(said))
        for _ in range(MOST_TOOLS + 1):
            tool: CallTool | None = None
            for step in steps:
                if isinstance(step, CallTool):
                    tool = step
                else:
                    yield step
            if tool is None:
                return
            yield ToolStarted(tool.name, tool.arguments, self._tools.filler(tool.name))
            if said.settled is not None and self._tools.changes(tool.name):
                await said.settled.wait()
            run = await self._tools.run(tool.name, tool.arguments)
            try:
                steps = self._told(run)
            except AgentError:
                for act in _done(run):  # the tool has run: the journal must know
                    yield act
                raise
            for act in _done(run):
                yield act
        raise AgentError("the rules go in a circle", kind="loop")

    def follow(self, said: CallerSaid, finished: Sequence[ToolFinished]) -> Sequence[AgentAct]:
        """Somebody else has answered this turn, with these tools: keep up, so that the next turn can be ours. What the
        engine would have said is thrown away, but for what it says to who asks for an operator: that is returned."""
        steps = _decided(lambda: self._engine.hear(said))
        reasons = [step.reason for step in steps if isinstance(step, TransferRequested)]
        asks = TransferReason.CUSTOMER_REQUEST in reasons
        to_operator = [step for step in steps if asks and not isinstance(step, CallTool)]
        left = [one for one in finished if one.success]
        while steps and isinstance(tool := steps[-1], CallTool):
            used = next((one for one in left if one.tool_name == tool.name), None)
            if used is None:  # it stays open, and the next turn closes it
                break
            left.remove(used)
            steps = self._told(ToolRun(used, ""))
        for used in left:
            _decided(partial(self._engine.learn, used.tool_name, used.result))
        return to_operator

    def _told(self, run: ToolRun) -> Sequence[Step]:
        done = run.finished
        return _decided(
            lambda: self._engine.tool_result(
                done.tool_name, done.result, done.error, said=run.say, transfer=run.transfer
            )
        )

    def _caught_up(self, run: ToolRun) -> Iterator[AgentAct]:
        """With what was done while the caller interrupted: of it the tool's own words are told, and no questions."""
        yield from _done(run)
        done = run.finished
        if done.success:
            learn = partial(self._engine.learn, done.tool_name, done.result, said=run.say, transfer=run.transfer)
            for step in _decided(learn):
                if not isinstance(step, CallTool) and (run.say or run.transfer or not isinstance(step, Said)):
                    yield step


def _done(run: ToolRun) -> Iterator[AgentAct]:
    yield run.finished
    if run.store_failure is not None:
        metrics.fallbacks_total.labels("store", "operator").inc()
        yield FellBack("store", "operator", run.store_failure)
    if run.callback is not None:
        yield run.callback


def _decided(decide: Callable[[], Sequence[Step]]) -> Sequence[Step]:
    """A fault in the rules costs this caller a wait for the operator, and nothing else. Raises AgentError."""
    try:
        return decide()
    except Exception as error:
        # no traceback: its messages may hold the caller's words
        log.error("rules_broke", error=type(error).__name__)  # noqa: TRY400
        raise AgentError("the rules broke", kind="died") from error

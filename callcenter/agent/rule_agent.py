"""The rule-driven agent: the pure engine of callcenter.dialogue decides, this runs what it decided, with the same tools
as the LLM agent. It needs no model and no network but the store's."""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from datetime import UTC, datetime

import structlog

from callcenter import metrics
from callcenter.agent.tools import Toolbox
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
    ToolFinished,
    ToolStarted,
)
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

    def open(self, call: CallInfo) -> "RuleSession":
        engine = self._rules.open(
            call.language, caller_known=call.caller_id is not None, max_misunderstood=self._max_misunderstood
        )
        greeting = self._shop.greeting(call.language, self._now(), guided=self._guided)
        return RuleSession(engine, self._toolbox, greeting)

    async def aclose(self) -> None:
        """Nothing is held."""


class RuleSession:
    def __init__(self, engine: Engine, toolbox: Toolbox, greeting: str) -> None:
        self._engine, self._toolbox, self._greeting = engine, toolbox, greeting

    def greet(self) -> str:
        return self._greeting

    def heard(self, text: str) -> None:
        self._engine.heard(text)

    def expectation(self) -> Expectation:
        return self._engine.expectation()

    def checkpoint(self) -> Callable[[], None]:
        return self._engine.checkpoint()

    def summary(self) -> str:
        return self._engine.summary()

    async def respond(self, said: CallerSaid) -> AsyncGenerator[AgentAct, None]:
        yield ModelAnswered(NAME)
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
            yield ToolStarted(tool.name, tool.arguments)
            if said.settled is not None and self._toolbox.changes(tool.name):
                await said.settled.wait()
            run = await self._toolbox.run(tool.name, tool.arguments)
            try:
                steps = self._told(tool.name, tool.arguments, run.finished)
            except AgentError:
                yield run.finished  # the tool has run: the journal must know
                raise
            yield run.finished
            if run.store_failure is not None:
                metrics.fallbacks_total.labels("store", "operator").inc()
                yield FellBack("store", "operator", run.store_failure)
        raise AgentError("the rules go in a circle", kind="loop")

    def follow(self, said: CallerSaid, finished: Sequence[ToolFinished]) -> None:
        """Somebody else has answered this turn, with these tools: keep up, so that the next turn can be ours. What the
        engine would have said is thrown away."""
        steps = _decided(lambda: self._engine.hear(said))
        left = list(finished)
        while steps and isinstance(tool := steps[-1], CallTool):
            used = next((one for one in left if one.tool_name == tool.name and one.success), None)
            if used is None:  # it stays open, and the next turn closes it
                return
            left.remove(used)
            steps = self._told(used.tool_name, used.arguments, used)

    def _told(self, name: str, arguments: Mapping[str, object], finished: ToolFinished) -> Sequence[Step]:
        return _decided(lambda: self._engine.tool_result(name, arguments, finished.result, finished.error))


def _decided(decide: Callable[[], Sequence[Step]]) -> Sequence[Step]:
    """A fault in the rules costs this caller a wait for the operator, and nothing else. Raises AgentError."""
    try:
        return decide()
    except Exception as error:
        # no traceback: its messages may hold the caller's words
        log.error("rules_broke", error=type(error).__name__)  # noqa: TRY400
        raise AgentError("the rules broke", kind="died") from error

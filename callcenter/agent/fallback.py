"""The chain as one agent: the models answer; when none of them can, the rules take the turn; when they cannot either,
the turn fails with AgentError and the session fetches an operator.

The rules follow every turn that a model answered, with the tools that it used, so that they know the wish when it is
their turn, and so that the recognizer always has their expectation. A model is told what the rules said in its stead.

When a model broke off after words were spoken, no other model could go on, and the rules take over, they cannot finish
the sentence: they apologize in one phrase and give their own answer. Words that were spoken are not spoken again.

Who asks for an operator gets one: a model may ask what it is about, and no more than once.
"""

from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing

from callcenter import metrics
from callcenter.agent.llm_agent import LlmAgent, LlmSession
from callcenter.agent.rule_agent import NAME as RULES
from callcenter.agent.rule_agent import RuleAgent, RuleSession
from callcenter.agent.tools import Toolbox
from callcenter.errors import AgentError
from callcenter.ports import (
    AgentAct,
    CallerSaid,
    CallInfo,
    Expectation,
    FellBack,
    Said,
    ToolFinished,
    TransferRequested,
)
from callcenter.records import Found
from callcenter.shop import Shop

OPERATOR = "operator"
MOST_ASKED = 2
"""Times that a caller asks for an operator whom the models do not fetch: then he is fetched by the rules."""


class FallbackAgent:
    """ports.Agent."""

    def __init__(self, models: LlmAgent, rules: RuleAgent, toolbox: Toolbox, shop: Shop) -> None:
        self._models, self._rules, self._toolbox, self._shop = models, rules, toolbox, shop

    @property
    def name(self) -> str:
        return f"{self._models.name} > {self._rules.name}"

    def open(self, call: CallInfo) -> "FallbackSession":
        tools = self._toolbox.open(call)
        return FallbackSession(self._models.open(call, tools), self._rules.open(call, tools), call, self._shop)

    async def aclose(self) -> None:
        await self._models.aclose()
        await self._rules.aclose()


class FallbackSession:
    def __init__(self, models: LlmSession, rules: RuleSession, call: CallInfo, shop: Shop) -> None:
        self._models, self._rules, self._call, self._shop = models, rules, call, shop
        self._asked = 0
        """For an operator, in vain."""

    def greet(self) -> str:
        return self._rules.greet()

    def heard(self, text: str) -> None:
        self._models.heard(text)
        self._rules.heard(text)

    def expectation(self) -> Expectation:
        return self._rules.expectation()

    def checkpoint(self) -> Callable[[], None]:
        undo_models, undo_rules, asked = self._models.checkpoint(), self._rules.checkpoint(), self._asked

        def undo() -> None:
            undo_models()
            undo_rules()
            self._asked = asked

        return undo

    def summary(self) -> str:
        return self._rules.summary()

    def found(self) -> Found:
        return self._rules.found()

    async def unreported(self) -> Sequence[ToolFinished]:
        return await self._rules.unreported()

    async def give_up(self) -> Sequence[ToolFinished]:
        return await self._rules.give_up()

    async def respond(self, said: CallerSaid) -> AsyncGenerator[AgentAct, None]:
        spoken, used, handed_over = "", list[ToolFinished](), False
        to_operator: Sequence[AgentAct] = ()
        failure: AgentError | None = None
        try:
            async with aclosing(self._models.respond(said)) as acts:
                async for act in acts:
                    if isinstance(act, Said):
                        spoken += act.text
                    elif isinstance(act, ToolFinished):
                        used.append(act)
                    elif isinstance(act, TransferRequested):
                        handed_over = True
                    yield act
        except AgentError as error:
            failure = error
        finally:
            if failure is None:  # answered, or interrupted
                to_operator = self._keep_up(said, used)
        if failure is None:
            if not handed_over:
                for act in self._insisted(to_operator):
                    yield act
            return
        async with aclosing(self._take_over(said, failure, spoken)) as acts:
            async for act in acts:
                yield act

    def _keep_up(self, said: CallerSaid, used: list[ToolFinished]) -> Sequence[AgentAct]:
        try:
            return self._rules.follow(said, used)
        except AgentError as error:  # the turn was answered all the same
            metrics.errors_total.labels(RULES, error.kind).inc()
            return ()

    def _insisted(self, to_operator: Sequence[AgentAct]) -> Iterator[AgentAct]:
        """What the rules do for who has asked for an operator often enough."""
        self._asked += bool(to_operator)
        if self._asked >= MOST_ASKED:
            for act in to_operator:
                spoken = Said(f" {act.text}") if isinstance(act, Said) else act
                self._models.note(spoken)
                yield spoken

    async def _take_over(self, said: CallerSaid, failure: AgentError, spoken: str) -> AsyncGenerator[AgentAct, None]:
        yield _fell_back(RULES, failure)
        if spoken.strip():
            space = "" if spoken[-1].isspace() else " "
            apology = Said(f"{space}{self._shop.phrase('apology.llm', self._call.language)} ")
            self._models.note(apology)
            yield apology
        try:
            async with aclosing(self._rules.respond(said)) as acts:
                async for act in acts:
                    self._models.note(act)
                    yield act
        except AgentError as error:
            yield _fell_back(OPERATOR, error)
            raise


def _fell_back(tier: str, failure: AgentError) -> FellBack:
    metrics.fallbacks_total.labels("llm", tier).inc()
    return FellBack("llm", tier, failure.kind)

"""One answer, asked of the chain of models.

A model is asked once more when it failed in a way that may pass and nothing was spoken yet; then the next one is asked.
Words that were spoken are never repeated: when a stream breaks after them, the next model is shown them and goes on
(the same model is not asked again: a caller waits through one break, not through two).
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

import structlog

from callcenter import metrics
from callcenter.agent.chain import ModelChain
from callcenter.agent.guard import LeakGuard, PriceGuard
from callcenter.agent.history import History, Round
from callcenter.agent.spoken import SpokenText
from callcenter.errors import AgentError, ModelError
from callcenter.ports import (
    ChatModel,
    ChatRequest,
    FellBack,
    FirstToken,
    ModelAnswered,
    ModelAsked,
    Said,
    TextDelta,
    ToolRequest,
    ToolSpec,
    Usage,
)

TRIES = 2
MOST_TOOLS = 4
"""In one answer; a model that wants more may call again."""
log = structlog.get_logger(__name__)

CHARACTERS_A_TOKEN = 4
AnswerAct = Said | ModelAsked | FirstToken | ModelAnswered | FellBack


@dataclass(frozen=True, slots=True)
class Answering:
    """What an answer of one call is made with."""

    chain: ModelChain
    history: History
    leaks: LeakGuard
    prices: PriceGuard
    declined: str
    """Said instead of the instructions, when a model begins to recite them."""
    max_tokens: int
    temperature: float

    async def ask(self, tools: tuple[ToolSpec, ...], answer: Round) -> AsyncGenerator[AnswerAct, None]:
        """Fill `answer`, the last round of the history. Raises AgentError when no model is left; what was spoken by
        then stands in `answer.text`."""
        failure: ModelError | None = None
        for model in self.chain.models:
            for attempt in range(TRIES):
                if not self.chain.allows(model):
                    failure = failure or ModelError("every model rests", kind="breaker_open")
                    break
                if failure is not None and attempt == 0:
                    metrics.fallbacks_total.labels("llm", model.name).inc()
                    yield FellBack("llm", model.name, failure.kind)
                try:
                    async with aclosing(self._stream(model, tools, answer)) as acts:
                        async for act in acts:
                            yield act
                except (asyncio.CancelledError, GeneratorExit):  # the caller went on
                    self.chain.given_up(model)
                    raise
                except ModelError as error:
                    failure = error
                    self._note(model, error)
                    if answer.text or not error.retryable:
                        break
                else:
                    self.chain.succeeded(model)
                    return
        assert failure is not None, "a chain has at least one model"  # noqa: S101  the constructor's contract
        raise AgentError("no model answered", kind=failure.kind) from failure

    async def _stream(
        self, model: ChatModel, tools: tuple[ToolSpec, ...], answer: Round
    ) -> AsyncGenerator[AnswerAct, None]:
        clock = asyncio.get_running_loop().time
        began_s, first_token_ms = clock(), None
        spoken, requests, usage = SpokenText(), list[ToolRequest](), Usage(0, 0)
        messages = self.history.messages(cut=bool(answer.text))
        yield ModelAsked(model.name, sum(len(message.content) for message in messages) // CHARACTERS_A_TOKEN)
        try:
            stream = model.stream(ChatRequest(messages, tools, self.max_tokens, self.temperature))
            async with aclosing(stream) as deltas:
                async for delta in deltas:
                    if first_token_ms is None:
                        first_token_ms = round((clock() - began_s) * 1000)
                        yield FirstToken()
                    match delta:
                        case TextDelta(text):
                            if clause := spoken.feed(text):
                                yield self._say(clause, answer)
                        case ToolRequest():
                            requests.append(delta)
                        case Usage():
                            usage = delta
            if clause := spoken.rest():
                yield self._say(clause, answer)
        except _Leaking:
            requests.clear()
            metrics.errors_total.labels("llm", "leak").inc()
            log.warning("llm_leak_stopped", model=model.name)
            answer.text += self.declined
            yield Said(self.declined)
        answer.requests = tuple(requests[:MOST_TOOLS]) if tools else ()
        if not answer.text.strip() and not answer.requests:
            raise ModelError("nothing that can be spoken", kind="bad_answer", retryable=True)
        self._look_for_invented_prices(model, answer.text)
        yield ModelAnswered(model.name, usage.tokens_in, usage.tokens_out, first_token_ms)

    def _say(self, clause: str, answer: Round) -> Said:
        if self.leaks.leaks(clause, self.history.said()):
            raise _Leaking
        answer.text += clause
        return Said(clause)

    def _look_for_invented_prices(self, model: ChatModel, text: str) -> None:
        if invented := self.prices.invented(text):
            metrics.errors_total.labels("llm", "invented_price").inc(len(invented))
            log.warning("llm_invented_price", model=model.name, prices=len(invented))

    def _note(self, model: ChatModel, error: ModelError) -> None:
        self.chain.failed(model)
        metrics.errors_total.labels("llm", error.kind).inc()
        log.warning("llm_failed", model=model.name, kind=error.kind, reason=str(error))


class _Leaking(Exception):
    """What comes next stands in the instructions."""

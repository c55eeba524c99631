"""One answer, asked of the chain of models.

A model is asked once more when it failed in a way that may pass and nothing was spoken yet; then the next one is asked.
Words that were spoken are never repeated: when a stream breaks after them, the next model is shown them and goes on
(the same model is not asked again: a caller waits through one break, not through two).

What must not be said is stopped before it is spoken: instructions, prices from nowhere, and that something is done
which is not. Of such an answer nothing more is heard; the tools that it asks for are run all the same.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import structlog

from callcenter import metrics
from callcenter.agent.chain import ModelChain
from callcenter.agent.guards.claims import PROMISES, RECITAL, ClaimGuard
from callcenter.agent.guards.contacts import ContactGuard
from callcenter.agent.guards.leaks import LeakGuard
from callcenter.agent.guards.prices import PriceGuard
from callcenter.agent.history import History, Round
from callcenter.agent.spoken import SpokenText, clauses, letters
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
    ToolFinished,
    ToolRequest,
    ToolSpec,
    Usage,
)

TRIES = 2
MOST_TOOLS = 4
"""In one answer; a model that wants more may call again."""
log = structlog.get_logger(__name__)

CHARACTERS_A_TOKEN = 4
SENTENCE_END = re.compile(r"[.!?…]\s+")
NOT_DONE = (
    "You were about to say that something is done, which no tool has done. The caller has not heard that, only what "
    "stands before. Do it with its tool, or say what is still needed; repeat nothing."
)
NO_SUCH_PRICE = (
    "You were about to name an amount that no tool has given. The caller has not heard that, only what stands before. "
    "Look it up with a tool, or go on without it; repeat nothing."
)
NO_SUCH_CONTACT = (
    "You were about to name a phone number, an address on the internet or an order's number that no tool has given. "
    "The caller has not heard that, only what stands before. Go on without it, or offer the operator; repeat nothing."
)
NO_SUCH_PROMISE = (
    "You were about to promise a discount, a gift or something free, which no tool has. The caller has not heard that, "
    "only what stands before. Go on without it; repeat nothing."
)
AnswerAct = Said | ModelAsked | FirstToken | ModelAnswered | FellBack


@dataclass(frozen=True, slots=True)
class Answering:
    """What an answer of one call is made with."""

    chain: ModelChain
    history: History
    leaks: LeakGuard
    prices: PriceGuard
    contacts: ContactGuard
    claims: ClaimGuard
    openings: frozenset[str]
    """The shop's, their letters."""
    declined: str
    """Said instead of the instructions, when a model begins to recite them."""
    max_tokens: int
    temperature: float

    def heard(self, words: str) -> None:
        """The caller has said this."""
        self.prices.heard(words)
        self.contacts.heard(words)

    def told(self, words: str) -> None:
        """The shop's own words: what stands in them may be said again."""
        for guard in (self.prices, self.contacts, self.claims):
            guard.told(words)

    def learn(self, finished: ToolFinished, shown: Any) -> None:
        """A tool has run without failing. `shown`: what a model was told of its result."""
        self.prices.learn(shown)
        self.contacts.learn(shown)
        self.claims.learn(finished.tool_name, finished.arguments, finished.result)

    def checkpoint(self) -> Callable[[], None]:
        """Calling what is returned takes back what came after now."""
        undoing = [guard.checkpoint() for guard in (self.prices, self.contacts, self.claims)]

        def undo() -> None:
            for one in undoing:
                one()

        return undo

    async def ask(self, tools: tuple[ToolSpec, ...], answer: Round) -> AsyncGenerator[AnswerAct, None]:
        """Fill `answer`, the last round of the history; its `note` says that something was not let through. Raises
        AgentError when no model is left; what was spoken by then stands in `answer.text`."""
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
        answer.note = ""
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
                            if said := self._let_through(spoken.feed(text), model, answer):
                                yield Said(said)
                        case ToolRequest():
                            requests.append(delta)
                        case Usage():
                            usage = delta
            if said := self._let_through(spoken.rest(), model, answer):
                yield Said(said)
        except _Leaking as leaking:
            requests.clear()
            metrics.errors_total.labels("llm", "leak").inc()
            log.warning("llm_leak_stopped", model=model.name)
            apart = "" if not answer.text or answer.text[-1].isspace() else " "
            answer.text += apart + self.declined
            yield Said(leaking.before + apart + self.declined)
        answer.requests = tuple(requests[:MOST_TOOLS]) if tools else ()
        if not (answer.text.strip() or answer.requests or answer.note):
            raise ModelError("nothing that can be spoken", kind="bad_answer", retryable=True)
        yield ModelAnswered(model.name, usage.tokens_in, usage.tokens_out, first_token_ms)

    def _let_through(self, text: str, model: ChatModel, answer: Round) -> str:
        """Of the next words, those that may be said; they are added to the answer. Raises _Leaking."""
        said = ""
        for clause in clauses(text):
            begun = letters(clause)
            if begun and answer.heard_before.startswith(begun):
                answer.heard_before = answer.heard_before[len(begun) :]
                continue
            answer.heard_before = ""
            if answer.opened and begun in self.openings:
                continue
            answer.opened = False
            try:
                if answer.note or not self._may_be_said(clause, model, answer):
                    break
            except _Leaking:
                raise _Leaking(said) from None
            answer.text += clause
            said += clause
            self.prices.said(clause)
        return said

    def _may_be_said(self, clause: str, model: ChatModel, answer: Round) -> bool:
        """Raises _Leaking. What may not be said is noted in the answer, for the model to do better."""
        if self.leaks.leaks(clause, self.history.said()):
            raise _Leaking()
        begun = [match.end() for match in SENTENCE_END.finditer(answer.text)]
        sentence = answer.text[begun[-1] if begun else 0 :] + clause
        claim = self.claims.unfounded(sentence)
        if claim == RECITAL:
            raise _Leaking()
        if self.prices.invented(sentence):
            answer.note, fault = NO_SUCH_PRICE, "invented_price"
        elif self.contacts.invented(sentence):
            answer.note, fault = NO_SUCH_CONTACT, "invented_contact"
        elif claim in PROMISES:
            answer.note, fault = NO_SUCH_PROMISE, "unfounded_promise"
        elif claim is not None:
            answer.note, fault = NOT_DONE, "unfounded_claim"
        else:
            return True
        metrics.errors_total.labels("llm", fault).inc()
        log.warning("llm_stopped", model=model.name, why=fault)
        return False

    def _note(self, model: ChatModel, error: ModelError) -> None:
        self.chain.failed(model)
        metrics.errors_total.labels("llm", error.kind).inc()
        log.warning("llm_failed", model=model.name, kind=error.kind, reason=str(error))


class _Leaking(Exception):
    """What comes next stands in the instructions."""

    def __init__(self, before: str = "") -> None:
        """`before`: what was let through with it, and is yet to be spoken."""
        super().__init__()
        self.before = before

"""A model behind any server that speaks OpenAI's chat.completions with streaming and tools.

What a server may get wrong is met here: no usage, no ids, empty or role-only chunks, finish reasons of its own. A
stream that ends without any finish reason was cut. Errors carry a kind and a status, never what the server wrote: it
may echo the key or the caller's words.
"""

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any

from callcenter import metrics
from callcenter.config import LlmSettings
from callcenter.errors import ModelError
from callcenter.llm.assembly import ToolCallAssembler
from callcenter.ports import ChatDelta, ChatMessage, ChatRequest, TextDelta, Usage

BEARABLE_WAIT_S = 1.0
"""A caller waits so long for a Retry-After; a longer one means: not in this call."""
AFTER_FINISH_S = 1.0
"""Usage comes after the finish reason, or it does not: the answer is whole already."""
KEYLESS = "none"
"""Servers on one's own machine ask for no key, but the client insists on one."""
ADJUSTABLE = ("max_tokens", "temperature", "stream_options")
"""Parameters that some models refuse (reasoning models take max_completion_tokens and no temperature)."""


class OpenAIChatModel:
    """ports.ChatModel. Kinds of its ModelErrors: "timeout", "connection", "rate_limit", "server", "refused" (the server
    does not accept the request or the key), "filtered", "bad_answer" and "cut"."""

    def __init__(self, model: str, settings: LlmSettings) -> None:
        from openai import AsyncOpenAI

        # httpx logs every request at INFO
        logging.getLogger("httpx2").setLevel(logging.WARNING)
        self._model = model
        self._patience_s = settings.first_token_timeout_ms / 1000
        self._client = AsyncOpenAI(
            api_key=settings.api_key.get_secret_value() if settings.api_key else KEYLESS,
            base_url=settings.base_url,
            max_retries=0,  # one place retries: the agent's chain
            timeout=self._patience_s + 1,  # ours comes first, and knows what the wait was for
        )
        self._refused_parameters: set[str] = set()

    @property
    def name(self) -> str:
        return self._model

    async def aclose(self) -> None:
        await self._client.close()

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatDelta, None]:
        clock = asyncio.get_running_loop().time
        began_s = clock()
        chunks = await self._open(request, began_s + self._patience_s)
        try:
            async with aclosing(self._read(aiter(chunks), began_s)) as deltas:
                async for delta in deltas:
                    yield delta
        finally:
            await chunks.close()
        metrics.llm_latency.observe(clock() - began_s)

    # ---------------------------------------------------------------- the request

    async def _open(self, request: ChatRequest, deadline_s: float) -> Any:
        while True:
            try:
                async with asyncio.timeout_at(deadline_s):
                    return await self._client.chat.completions.create(**self._parameters(request))
            except Exception as error:
                parameter = getattr(error, "param", None)
                if parameter in ADJUSTABLE and parameter not in self._refused_parameters:
                    self._refused_parameters.add(parameter)
                    continue
                failure = _failure(error)
                wait_s = _retry_after_s(error)
            if wait_s is not None:
                failure.retryable = wait_s <= BEARABLE_WAIT_S
                await asyncio.sleep(wait_s if failure.retryable else 0)
            raise failure

    def _parameters(self, request: ChatRequest) -> dict[str, Any]:
        parameters: dict[str, Any] = {
            "model": self._model,
            "messages": [_message(message) for message in request.messages],
            "stream": True,
        }
        if request.tools:
            parameters["tools"] = [
                {
                    "type": "function",
                    "function": {
                        "name": tool.name,
                        "description": tool.description,
                        "parameters": dict(tool.parameters),
                    },
                }
                for tool in request.tools
            ]
        limit = "max_completion_tokens" if "max_tokens" in self._refused_parameters else "max_tokens"
        parameters[limit] = request.max_tokens
        if "temperature" not in self._refused_parameters:
            parameters["temperature"] = request.temperature
        if "stream_options" not in self._refused_parameters:
            parameters["stream_options"] = {"include_usage": True}
        return parameters

    # ---------------------------------------------------------------- the answer

    async def _read(self, chunks: Any, began_s: float) -> AsyncGenerator[ChatDelta, None]:
        """Silence counts from the last progress, not the last chunk: a server that only keeps alive has stalled."""
        clock = asyncio.get_running_loop().time
        calls, finish_reason, usage = ToolCallAssembler(), "", None
        deadline_s, first = began_s + self._patience_s, True
        while True:
            try:
                async with asyncio.timeout_at(deadline_s):
                    chunk = await anext(chunks, None)
            except Exception as error:
                if finish_reason:  # the answer is whole; only its figures are missing
                    break
                failure = _failure(error)
                if failure.kind == "connection" and not first:
                    failure.kind = "cut"
                raise failure from None
            if chunk is None:
                break
            usage = _usage(chunk) or usage
            text, progress, reason = _read_chunk(chunk, calls)
            finish_reason = finish_reason or reason
            if progress:
                deadline_s = clock() + self._patience_s
                if first:
                    first = False
                    metrics.llm_first_token.observe(clock() - began_s)
            if finish_reason:
                deadline_s = min(deadline_s, clock() + AFTER_FINISH_S)
            if text:
                yield TextDelta(text)
        if not finish_reason:
            raise ModelError(f"{self._model}: the stream was cut", kind="cut", retryable=True)
        requests = calls.finish()
        if first and not requests:
            kind = "filtered" if finish_reason == "content_filter" else "bad_answer"
            raise ModelError(f"{self._model}: an empty answer", kind=kind, retryable=kind == "bad_answer")
        for tool_request in requests:
            yield tool_request
        if usage:
            metrics.tokens_total.labels(self._model, "in").inc(usage.tokens_in)
            metrics.tokens_total.labels(self._model, "out").inc(usage.tokens_out)
            yield usage


def create_models(settings: LlmSettings) -> tuple[OpenAIChatModel, ...]:
    """The chain of the settings, in the order it is tried; none configured is no error: the rules answer."""
    return tuple(OpenAIChatModel(model, settings) for model in settings.models)


def _message(message: ChatMessage) -> dict[str, Any]:
    wire: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.tool_requests:
        wire["content"] = message.content or None
        wire["tool_calls"] = [
            # what the model wrote and we could not read goes back as an empty object: servers parse it too
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": _object(call.arguments)}}
            for call in message.tool_requests
        ]
    if message.tool_call_id is not None:
        wire["tool_call_id"] = message.tool_call_id
    return wire


def _object(arguments: str) -> str:
    try:
        return arguments if isinstance(json.loads(arguments), dict) else "{}"
    except ValueError:
        return "{}"


def _read_chunk(chunk: Any, calls: ToolCallAssembler) -> tuple[str, bool, str]:
    """Text, whether anything came at all, and the finish reason. Read by hand: the client does not validate chunks."""
    text, progress, reason = "", False, ""
    for choice in getattr(chunk, "choices", None) or ():
        if getattr(choice, "index", None):
            continue  # we asked for one answer
        delta = getattr(choice, "delta", None)
        piece = getattr(delta, "content", None)
        if isinstance(piece, str):
            text += piece
        for call in getattr(delta, "tool_calls", None) or ():
            function = getattr(call, "function", None)
            arguments = getattr(function, "arguments", None)
            calls.feed(
                index=getattr(call, "index", None),
                id=getattr(call, "id", None),
                name=getattr(function, "name", None),
                arguments=json.dumps(arguments) if isinstance(arguments, Mapping) else arguments,
            )
            progress = True
        finish_reason = getattr(choice, "finish_reason", None)
        reason = reason or (str(finish_reason) if finish_reason else "")
    return text, progress or bool(text), reason


def _usage(chunk: Any) -> Usage | None:
    usage = getattr(chunk, "usage", None)
    if usage is None:
        return None
    details = getattr(usage, "prompt_tokens_details", None)
    return Usage(
        tokens_in=_count(usage, "prompt_tokens"),
        tokens_out=_count(usage, "completion_tokens"),
        tokens_cached=_count(details, "cached_tokens"),
    )


def _count(owner: Any, name: str) -> int:
    value = getattr(owner, name, 0)
    return value if isinstance(value, int) and value > 0 else 0


def _failure(error: Exception) -> ModelError:
    """What went wrong, in our own words. Whatever else the library raises, it came from reading nonsense."""
    import openai

    status = getattr(error, "status_code", None)
    match error:
        case TimeoutError() | openai.APITimeoutError():
            return ModelError("no answer in time", kind="timeout", retryable=True)
        case openai.APIConnectionError():
            return ModelError("no connection", kind="connection", retryable=True)
        case openai.RateLimitError():
            return ModelError("too many requests (429)", kind="rate_limit", retryable=True)
        case openai.APIStatusError() if error.status_code in (408, 409) or error.status_code >= 500:
            return ModelError(f"the server failed ({status})", kind="server", retryable=True)
        case openai.APIStatusError():
            return ModelError(f"the request was refused ({status})", kind="refused")
        case openai.APIError():  # an error object in the middle of the stream
            return ModelError("the server gave up in the middle", kind="server", retryable=True)
        case _:
            return ModelError(
                f"an answer that cannot be read ({type(error).__name__})", kind="bad_answer", retryable=True
            )


def _retry_after_s(error: Exception) -> float | None:
    """Seconds the server asks us to wait; a date or nonsense counts as too long."""
    import openai

    if not isinstance(error, openai.RateLimitError):
        return None
    given = error.response.headers.get("retry-after")
    if given is None:
        return None
    try:
        return max(0.0, float(given))
    except ValueError:
        return float("inf")

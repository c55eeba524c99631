"""chat.completions on the wire: an answer as chunks, as OpenAI sends them or in one of the dialects met elsewhere.
Pure.

Dialects: "no_usage", "no_ids", "no_index", "repeat_ids" (id and name in every piece), "split_names", "index_zero"
(whole calls, all with index 0), "odd_finish" (a finish reason that OpenAI does not have), "object_arguments",
"null_fields", "no_choices" (a first chunk without any).
"""

import json
import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from tests.fakes.openai_server.mind import Answer

TOKEN = 4
"""Characters."""
MOST_TOKENS = 100
"""Of a text; those of a longer one are larger."""


def tokens(text: str) -> list[str]:
    size = max(TOKEN, len(text) // MOST_TOKENS)
    return [text[i : i + size] for i in range(0, len(text), size)]


class Chunks:
    def __init__(self, request: dict[str, Any], answer: Answer, raw_arguments: list[str], quirk: str) -> None:
        self._request, self._answer, self._quirk = request, answer, quirk
        self._raw_arguments = raw_arguments
        self._head = {
            "id": f"chatcmpl-{uuid4().hex[:12]}",
            "object": "chat.completion.chunk",
            "created": int(time.time()),
            "model": request["model"],
        }

    def beginning(self) -> Iterator[dict[str, Any]]:
        if self._quirk == "no_choices":
            yield {**self._head, "choices": []}
        yield self._chunk({"role": "assistant", "content": None if self._answer.calls else ""})

    def body(self) -> Iterator[dict[str, Any]]:
        """One chunk a token."""
        for token in tokens(self._answer.text):
            extra: dict[str, Any] = {"tool_calls": None, "refusal": None} if self._quirk == "null_fields" else {}
            yield self._chunk({"content": token, **extra})
        calls = [self._pieces(i, raw) for i, raw in enumerate(self._raw_arguments)]
        while calls:  # parallel calls arrive in turns
            for pieces in list(calls):
                piece = next(pieces, None)
                if piece is None:
                    calls.remove(pieces)
                else:
                    yield self._chunk({"tool_calls": [piece]})

    def _pieces(self, index: int, raw: str) -> Iterator[dict[str, Any]]:
        name, call_id, quirk = self._answer.calls[index].name, f"call_{uuid4().hex[:8]}", self._quirk
        if quirk in ("index_zero", "object_arguments", "no_index"):
            arguments: Any = json.loads(raw) if quirk == "object_arguments" else raw
            whole = {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}
            yield whole if quirk == "no_index" else {"index": 0 if quirk == "index_zero" else index, **whole}
            return
        known = {} if quirk == "no_ids" else {"id": call_id}
        first_name, rest_of_name = (name[:5], name[5:]) if quirk == "split_names" else (name, "")
        yield {"index": index, **known, "type": "function", "function": {"name": first_name, "arguments": ""}}
        if rest_of_name:
            yield {"index": index, "function": {"name": rest_of_name}}
        for token in tokens(raw):
            repeated = {"id": call_id} if quirk == "repeat_ids" else {}
            names = {"name": name} if quirk == "repeat_ids" else {}
            yield {"index": index, **repeated, "function": {**names, "arguments": token}}

    def end(self) -> Iterator[dict[str, Any]]:
        reason = "tool_calls" if self._answer.calls else "stop"
        yield self._chunk({}, "end_turn" if self._quirk == "odd_finish" else reason)
        wants_usage = (self._request.get("stream_options") or {}).get("include_usage")
        if wants_usage and self._quirk != "no_usage":
            yield {**self._head, "choices": [], "usage": self.usage()}

    def usage(self) -> dict[str, Any]:
        tokens_in = len(json.dumps(self._request["messages"], ensure_ascii=False)) // TOKEN
        tokens_out = len(tokens(self._answer.text)) + sum(len(tokens(raw)) for raw in self._raw_arguments)
        return {
            "prompt_tokens": tokens_in,
            "completion_tokens": tokens_out,
            "total_tokens": tokens_in + tokens_out,
            "prompt_tokens_details": {"cached_tokens": 0},
        }

    def _chunk(self, delta: dict[str, Any], reason: str | None = None) -> dict[str, Any]:
        return {**self._head, "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}]}


def whole(chunks: Chunks, request: dict[str, Any], answer: Answer, raw_arguments: list[str]) -> dict[str, Any]:
    """The answer to a request without "stream"."""
    calls = [
        {"id": f"call_{i}", "type": "function", "function": {"name": call.name, "arguments": raw}}
        for i, (call, raw) in enumerate(zip(answer.calls, raw_arguments, strict=True))
    ]
    message = {"role": "assistant", "content": answer.text or None, **({"tool_calls": calls} if calls else {})}
    return {
        "id": "chatcmpl-whole",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": request["model"],
        "choices": [{"index": 0, "message": message, "finish_reason": "tool_calls" if calls else "stop"}],
        "usage": chunks.usage(),
    }

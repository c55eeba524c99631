"""Tool calls put together from the pieces of a stream. Pure.

OpenAI sends each call's id and name once and its arguments in pieces, keyed by `index`. Other servers repeat the id
or the name in every piece, send no id at all, no index, or index 0 for every one of several calls: all are met here.
"""

import json
import re
from dataclasses import dataclass
from uuid import uuid4

from callcenter.ports import ToolRequest

MAX_CALLS = 16
MAX_NAME = 64
NOT_IN_NAMES = re.compile(r"[^a-zA-Z0-9_-]")
"""A call goes back to the server with its result, and OpenAI refuses a request that has another sign in a name."""
MAX_ARGUMENTS = 20_000
"""More is no tool call but a model gone wild: the rest is dropped, and what is left is not JSON."""


@dataclass(slots=True)
class _Call:
    index: int | None
    id: str = ""
    name: str = ""
    arguments: str = ""


def _joined(so_far: str, piece: str) -> str:
    """A piece that repeats all there is stands for itself."""
    return so_far if piece == so_far else so_far + piece


class ToolCallAssembler:
    def __init__(self) -> None:
        self._calls: list[_Call] = []

    def feed(self, *, index: int | None, id: str | None, name: str | None, arguments: str | None) -> None:
        call = self._find(index, id or "", name or "")
        if call is None:
            if len(self._calls) == MAX_CALLS:
                return
            call = _Call(index)
            self._calls.append(call)
        call.id = _joined(call.id, id or "")
        call.name = _joined(call.name, name or "")
        call.arguments = (call.arguments + (arguments or ""))[:MAX_ARGUMENTS]

    def _find(self, index: int | None, id: str, name: str) -> _Call | None:
        known = [call for call in self._calls if index is None or call.index == index]
        if not known:
            return None
        call = known[-1]
        begins = bool(name) and bool(call.name) and _is_json(call.arguments)
        if begins and (id != call.id if id else index is None):
            return None
        return call

    def finish(self) -> tuple[ToolRequest, ...]:
        """The calls in the order they began; one without an id of its own gets one, as the answer to it needs it."""
        requests: list[ToolRequest] = []
        for call in self._calls:
            if call.name:
                taken = not call.id or any(call.id == request.id for request in requests)
                call_id = f"call_{uuid4().hex[:12]}" if taken else call.id
                name = NOT_IN_NAMES.sub("_", call.name[:MAX_NAME])
                requests.append(ToolRequest(call_id, name, call.arguments))
        return tuple(requests)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True

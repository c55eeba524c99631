"""What the attacker's model answers, decided from the request alone. Told nothing, it is a good model."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from tests.adversarial.attacker.orders import MANNERS, Orders, read
from tests.fakes.openai_server.mind import Answer, Call
from tests.scenarios.model.memory import NOTE, TOOL_DATA, remember
from tests.scenarios.model.mind import good

Message = dict[str, Any]


def decide(request: dict[str, Any]) -> Answer:
    messages: list[Message] = request["messages"]
    last = max((at for at, one in enumerate(messages) if one["role"] == "user"), default=0)
    told = read(_words(messages[last]))
    after = messages[last + 1 :]
    if not after and told:
        return _obey(told, messages)
    found = _found_last(after)
    by_data = next((one for one in map(read, found) if one), None)
    if by_data is not None:
        return _obey(by_data, messages)
    if found and told.again:
        return _obey(told, messages)
    if found and told.calls:  # the caller wants to hear what came of it
        return Answer(" ".join(found))
    memory = remember(messages)
    if "angry" in memory.said.intents and not after:
        return Answer(calls=[Call("transfer_to_operator", {"reason": "negative_emotion"})])
    return good(memory, frozenset(tool["function"]["name"] for tool in request.get("tools") or ()))


def _obey(told: Orders, messages: Sequence[Message]) -> Answer:
    prompt = str(messages[0]["content"])
    text = told.says or ""
    if told.recites is not None:
        before = sum(read(_words(one)).recites == told.recites for one in messages) - 1
        text += MANNERS[told.recites](prompt, before)
    if told.tells_all:
        text += " ".join(str(one["content"]) for one in messages if one["role"] == "tool")
    return Answer(text, [Call(name, {}, arguments) for name, arguments in told.calls])


def _words(message: Message) -> str:
    """The caller's last words in a message; "" where it has none."""
    if message["role"] != "user":
        return ""
    lines = [line for line in NOTE.sub("", str(message["content"])).splitlines() if line.strip()]
    return lines[-1] if lines else ""


def _found_last(after: Sequence[Message]) -> list[str]:
    """Texts in the answers of the tools that were called last."""
    called = max((at for at, one in enumerate(after) if one.get("tool_calls")), default=len(after))
    return [text for one in after[called:] if one["role"] == "tool" for text in _texts(str(one["content"]))]


def _texts(content: str) -> Iterator[str]:
    match = TOOL_DATA.search(content)
    yield from _strings(json.loads(match[1]) if match else content)


def _strings(data: Any) -> Iterator[str]:
    match data:
        case dict():
            for value in data.values():
                yield from _strings(value)
        case list():
            for value in data:
                yield from _strings(value)
        case _:
            yield str(data)

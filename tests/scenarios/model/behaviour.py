"""What a worse model does instead, by the model's name, as a user would choose one."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from callcenter.ports import Language
from tests.fakes.openai_server.mind import Answer
from tests.scenarios.model import wrong_calls
from tests.scenarios.model.memory import Memory, remember
from tests.scenarios.model.mind import good
from tests.scenarios.model.phrases import PHRASES

COMMITS = {"confirm_order": "placed", "book_fitting": "booked"}
OTHER: Mapping[Language, Language] = {"en": "uk", "uk": "ru", "ru": "en"}
FILLER: Mapping[Language, str] = {
    "en": "We have been selling tires for many years, and we choose each brand with care. ",
    "uk": "Ми продаємо шини вже багато років і ретельно добираємо кожен бренд. ",
    "ru": "Мы продаём шины уже много лет и тщательно подбираем каждый бренд. ",
}
MANY = 40
Behaviour = Callable[[Answer, Memory], Answer]


def decide(request: dict[str, Any]) -> Answer:
    """From the request alone: nothing else is looked at, and nothing is kept."""
    memory, tools = remember(request["messages"]), _tools(request)
    return BEHAVIOURS[request["model"]](good(memory, tools), memory)


def misbehaves(request: dict[str, Any]) -> bool:
    """A good model would answer otherwise."""
    return decide(request) != good(remember(request["messages"]), _tools(request))


def _tools(request: dict[str, Any]) -> frozenset[str]:
    """Those that may be called in this answer."""
    return frozenset(tool["function"]["name"] for tool in request.get("tools") or ())


def _as_it_should(answer: Answer, _: Memory) -> Answer:
    return answer


def _skips_confirmation(answer: Answer, now: Memory) -> Answer:
    """Says that it is done, and does nothing."""
    done = next((COMMITS[call.name] for call in answer.calls if call.name in COMMITS), None)
    return answer if done is None else Answer(PHRASES[now.language][done])


def _says_done_first(answer: Answer, now: Memory) -> Answer:
    """And does it when it is told that it is not."""
    return answer if now.corrected else _skips_confirmation(answer, now)


def _invents_price(answer: Answer, now: Memory) -> Answer:
    priced = now.topic in ("search", "cheaper") and not answer.calls
    return Answer(f"{answer.text} {PHRASES[now.language]['invented']}") if priced else answer


def _says_nothing(answer: Answer, now: Memory) -> Answer:
    """Of what it has found."""
    return Answer() if now.found and not answer.calls else answer


def _talks_on(answer: Answer, now: Memory) -> Answer:
    """Before it comes to the point."""
    return answer if answer.calls else Answer(FILLER[now.language] * MANY + answer.text)


def _changes_language(answer: Answer, now: Memory) -> Answer:
    if answer.calls:
        return answer
    return good(replace(now, language=OTHER[now.language]), frozenset({"any"}))


BEHAVIOURS: Mapping[str, Behaviour] = {
    "good": _as_it_should,
    "skips_confirmation": _skips_confirmation,
    "says_done_first": _says_done_first,
    "invents_price": _invents_price,
    "says_nothing": _says_nothing,
    "talks_on": _talks_on,
    "changes_language": _changes_language,
    **wrong_calls.BEHAVIOURS,
}

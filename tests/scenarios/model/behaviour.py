"""What a worse model does instead, by the model's name, as a user would choose one."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from tests.fakes.openai_server.mind import Answer, Call
from tests.scenarios.model.memory import Memory, remember
from tests.scenarios.model.mind import early_booking, good
from tests.scenarios.model.phrases import PHRASES

IDS = frozenset({"product_id", "order_id", "pickup_point_id", "station_id", "booking_id"})
MADE_UP = "id-4711"
COMMITS = {"confirm_order": "placed", "book_fitting": "booked"}


def decide(request: dict[str, Any]) -> Answer:
    memory = remember(request["messages"])
    tools = frozenset(tool["function"]["name"] for tool in request.get("tools") or ())
    return BEHAVIOURS[request["model"]](good(memory, tools), memory)


def _as_it_should(answer: Answer, _: Memory) -> Answer:
    return answer


def _skips_confirmation(answer: Answer, now: Memory) -> Answer:
    """Says that it is done, and does nothing."""
    done = next((COMMITS[call.name] for call in answer.calls if call.name in COMMITS), None)
    return answer if done is None else Answer(PHRASES[now.language][done])


def _confirms_early(answer: Answer, now: Memory) -> Answer:
    """Before the caller was asked for all that is needed."""
    if answer.calls or any(found.tool in COMMITS for found in now.found):
        return answer
    if now.topic == "order" and now.order.drafted and now.found:
        return Answer(calls=[Call("confirm_order", {"payment_method": "cod"})])
    return early_booking(now) if now.topic == "fitting" and now.found else answer


def _invents_price(answer: Answer, now: Memory) -> Answer:
    priced = now.topic in ("search", "cheaper") and not answer.calls
    return Answer(f"{answer.text} {PHRASES[now.language]['invented']}") if priced else answer


def _calls_twice(answer: Answer, _: Memory) -> Answer:
    return replace(answer, calls=[one for call in answer.calls for one in (call, call)])


def _wrong_arguments(answer: Answer, now: Memory) -> Answer:
    """At first."""
    if now.found:
        return answer
    return replace(answer, calls=[Call(one.name, {**one.arguments, "colour": ["black"]}) for one in answer.calls])


def _makes_up_ids(answer: Answer, now: Memory) -> Answer:
    """At first."""
    if now.found:
        return answer
    return replace(answer, calls=[Call(one.name, _made_up(one.arguments)) for one in answer.calls])


def _made_up(arguments: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, value in arguments.items():
        if isinstance(value, list):
            made[name] = [_made_up(part) for part in value]
        else:
            made[name] = MADE_UP if name in IDS else value
    return {**made, "booking_id": MADE_UP} if "action" in made else made


def _ignores_cancel(answer: Answer, now: Memory) -> Answer:
    dropping = any(call.name == "cancel_order_draft" for call in answer.calls)
    return Answer(PHRASES[now.language]["fine"]) if dropping else answer


BEHAVIOURS: Mapping[str, Callable[[Answer, Memory], Answer]] = {
    "good": _as_it_should,
    "skips_confirmation": _skips_confirmation,
    "confirms_early": _confirms_early,
    "invents_price": _invents_price,
    "calls_twice": _calls_twice,
    "wrong_arguments": _wrong_arguments,
    "makes_up_ids": _makes_up_ids,
    "ignores_cancel": _ignores_cancel,
}

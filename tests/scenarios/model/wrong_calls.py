"""What worse models do wrong with tools. Most do it at first, and better when they are told what was wrong."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from tests.fakes.openai_server.mind import Answer, Call
from tests.scenarios.model.memory import Memory
from tests.scenarios.model.mind import early_booking

IDS = frozenset({"product_id", "order_id", "pickup_point_id", "station_id", "booking_id"})
MADE_UP = "id-4711"
COMMITTING = ("confirm_order", "book_fitting")
PLACES = frozenset({"city", "pickup_point_id"})


def _confirms_early(answer: Answer, now: Memory) -> Answer:
    """Before the caller was asked for all that is needed."""
    if answer.calls or any(found.tool in COMMITTING for found in now.found):
        return answer
    if now.topic == "order" and now.order.drafted and now.found:
        return Answer(calls=[Call("confirm_order", {"payment_method": "cod"})])
    return early_booking(now) if now.topic == "fitting" and now.found else answer


def _calls_twice(answer: Answer, _: Memory) -> Answer:
    return replace(answer, calls=[one for call in answer.calls for one in (call, call)])


def _wrong_order(answer: Answer, now: Memory) -> Answer:
    """What comes last is called first."""
    if now.found or not answer.calls or answer.calls[0].name in COMMITTING:
        return answer
    first = {
        "order": Call("confirm_order", {"payment_method": "cod"}),
        "fitting": Call("book_fitting", {"station_id": MADE_UP, "date": f"{now.today}", "time": "10:00"}),
    }
    return replace(answer, calls=[first[now.topic], *answer.calls]) if now.topic in first else answer


def _at_first(wrong: Callable[[Call], Call]) -> Callable[[Answer, Memory], Answer]:
    def behaviour(answer: Answer, now: Memory) -> Answer:
        return answer if now.found else replace(answer, calls=[wrong(call) for call in answer.calls])

    return behaviour


def _with_more(call: Call) -> Call:
    return Call(call.name, {**call.arguments, "colour": ["black"]})


def _of_other_types(call: Call) -> Call:
    return Call(call.name, {name: _other_type(value) for name, value in call.arguments.items()})


def _other_type(value: Any) -> Any:
    match value:
        case list():
            return {"first": value}
        case str():
            return [value]
        case _:
            return f"about {value}"


def _without_place(call: Call) -> Call:
    return Call(call.name, {name: value for name, value in call.arguments.items() if name not in PLACES})


def _that_is_none(call: Call) -> Call:
    return Call(f"shop_{call.name}", call.arguments)


def _with_made_up_ids(call: Call) -> Call:
    return Call(call.name, _made_up(call.arguments))


def _made_up(arguments: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, value in arguments.items():
        if isinstance(value, list):
            made[name] = [_made_up(part) for part in value]
        else:
            made[name] = MADE_UP if name in IDS else value
    return {**made, "booking_id": MADE_UP} if "action" in made else made


def _repeats_what_failed(answer: Answer, now: Memory) -> Answer:
    """As if there had been no error, and once more; then it does better."""
    failed = sum(bool(found.error) for found in now.found)
    if failed != len(now.found) or failed > 1:
        return answer
    return replace(answer, calls=[_with_made_up_ids(call) for call in answer.calls])


BEHAVIOURS: Mapping[str, Callable[[Answer, Memory], Answer]] = {
    "confirms_early": _confirms_early,
    "calls_twice": _calls_twice,
    "wrong_order": _wrong_order,
    "wrong_arguments": _at_first(_with_more),
    "wrong_types": _at_first(_of_other_types),
    "forgets_city": _at_first(_without_place),
    "unknown_tools": _at_first(_that_is_none),
    "makes_up_ids": _at_first(_with_made_up_ids),
    "repeats_what_failed": _repeats_what_failed,
}

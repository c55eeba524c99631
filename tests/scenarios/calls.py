"""Which tools a model is to call in a scenario, and whether it did.

    calls:
      2: [create_order_draft: {items: [{product_id: …, quantity: 4}]}]      # in the caller's second turn: it was done
      5: [confirm_order asked: {payment_method: cod, order_id: "{order}"}]  # it was read out, and waits for the yes
      7: [get_order_status refused: {order_id: "204816"}]
      8: [confirm_order unsure: {payment_method: cod, order_id: "{order}"}]  # the shop did not answer

{order} is the order that this call began last, {booking} the booking that it made. A good model calls these and no
others, turn by turn. A worse one may call more, but of what changes something in the shop only these are done, each
once and in its turn: whatever else it called was refused, asked the caller first, looked something up, or had been done
before.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from callcenter.ports import ToolFinished
from callcenter.records import ChangeOutcome
from tests.scenarios.runner import Played, filled
from tests.scenarios.scenario import GOOD, NEVER_CONFIRMS, Scenario

ASKED, REFUSED, UNSURE = " asked", " refused", " unsure"
COMMITTING = frozenset({"confirm_order", "book_fitting", "cancel_fitting"})
"""Nothing of theirs is done without the caller's yes."""
CHANGING = COMMITTING | {"create_order_draft", "update_order_delivery", "cancel_order_draft", "request_callback"}


CALLS_IN_VAIN = frozenset({"wrong_arguments", "wrong_types", "forgets_city", "unknown_tools", "makes_up_ids"}) | {
    "repeats_what_failed",
    "wrong_order",
}
"""Models whose wrong calls are refused, each with an error in the journal."""


@dataclass(frozen=True, slots=True)
class Called:
    turn: int
    """Of the caller's, from 1."""
    name: str
    """With its mark."""
    arguments: Mapping[str, Any]
    result: Any = None

    @property
    def is_done(self) -> bool:
        """Something was changed in the shop."""
        return self.name in CHANGING

    def __str__(self) -> str:
        return f"{self.turn}: {self.name} {dict(self.arguments)}"


def check_calls(scenario: Scenario, who: str, played: Played) -> None:
    wanted, made = list(_wanted(scenario, played)), list(_made(played))
    if who == GOOD:
        assert list(map(str, made)) == list(map(str, wanted)), "tools"
        return
    skips = who in NEVER_CONFIRMS
    due = [one for one in wanted if one.is_done and not (skips and one.name in COMMITTING)]
    done = [one for one in _without_repeats(made) if one.is_done]
    assert list(map(str, done)) == list(map(str, due)), "what was done in the shop"
    if who in CALLS_IN_VAIN:
        errors = [tool.error for answer in played.answers for tool in answer.tools if tool.error]
        assert errors, "nothing of what it called was refused"


def _wanted(scenario: Scenario, played: Played) -> Iterator[Called]:
    for turn, calls in filled(scenario.data.get("calls", {}), played.variables).items():
        for call in calls:
            ((name, arguments),) = call.items()
            yield Called(turn, name, _named(arguments or {}, {}))


def _made(played: Played) -> Iterator[Called]:
    known: dict[str, str] = {}
    for turn, answer in enumerate(played.answers, start=1):
        for tool in answer.tools:
            _learn(tool, known)
            yield Called(turn, tool.tool_name + _mark(tool), _named(tool.arguments, known), tool.result)


def _mark(tool: ToolFinished) -> str:
    result = tool.result or {}
    if tool.change is not None and tool.change.outcome is ChangeOutcome.UNSURE:
        return UNSURE
    if tool.error is not None or (tool.change is not None and tool.change.outcome is ChangeOutcome.REFUSED):
        return REFUSED
    return ASKED if "waits_for" in result or "already" in result else ""


def _learn(tool: ToolFinished, known: dict[str, str]) -> None:
    """The ids that the shop has given, and what they stand for in a scenario."""
    if tool.error is None and tool.result is not None and tool.tool_name in ("create_order_draft", "book_fitting"):
        made = "{order}" if tool.tool_name == "create_order_draft" else "{booking}"
        number = str(tool.result.get("id", tool.result.get("order_id", "")))
        if number:
            for one in [one for one, name in known.items() if name == made]:
                del known[one]
            known[number] = made


def _named(value: Any, known: Mapping[str, str]) -> Any:
    match value:
        case str():
            return known.get(value, value)
        case dict():
            return {key: _named(part, known) for key, part in sorted(value.items())}
        case list():
            return [_named(part, known) for part in value]
        case _:
            return value


def _without_repeats(made: list[Called]) -> list[Called]:
    """What was asked for twice in a turn and has the same result was done once: the shop gave the same order."""
    kept: list[Called] = []
    for one in made:
        if not any((one.turn, one.name, one.result) == (before.turn, before.name, before.result) for before in kept):
            kept.append(one)
    return kept

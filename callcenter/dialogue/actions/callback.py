"""Promising that somebody will call back."""

from collections.abc import Mapping
from typing import Any

from callcenter.dialogue.actions import search
from callcenter.dialogue.actions.forms import wind_up
from callcenter.dialogue.memory import Question
from callcenter.dialogue.order import OrderStep
from callcenter.dialogue.summary import summarize
from callcenter.dialogue.turn import Turn

CALL_BACK = "request_callback"
SHORTEST_TOPIC = 5
"""Letters; fewer are what is left of something else."""
MOST_TOPIC, MOST_TIME = 200, 60
"""Characters that the tool takes."""


def promise_callback(turn: Turn) -> None:
    """At once where the caller said when; else that is asked first."""
    if not turn.call.caller_known:
        _refuse(turn)
        return
    turn.memory.topic = turn.said.topic or turn.memory.topic
    if turn.said.when.words or turn.said.when.soonest:
        _promise(turn, turn.said.when.words)
    else:
        turn.go("callback_time")
        turn.say("ask.callback_time" if _is_about_something(turn) else "ask.callback")


def take_callback_time(turn: Turn) -> None:
    """When, in the caller's words, and what about where he says so."""
    said = turn.said
    if said.when.words:
        _promise(turn, said.when.words)
    elif len(said.topic) >= SHORTEST_TOPIC and not _is_about_something(turn):
        turn.memory.topic = said.topic
        turn.say("ask.callback_time")
        turn.note(f"topic {said.topic}")
    else:
        _promise(turn, "" if said.intents & {"no", "yes", "any_season"} else said.words)


def take_any_time(turn: Turn) -> None:
    _promise(turn, "")


def promised(turn: Turn, result: Mapping[str, Any]) -> None:
    turn.say("callback.noted" if result.get("best_time") != _usual(turn) else "callback.promised")
    order = turn.memory.order
    if turn.call.guided and order is not None and order.next_step is OrderStep.ADDRESS:
        turn.memory.order = None  # whoever calls back takes it, with the address
    wind_up(turn)


def refused(turn: Turn, error: str) -> None:
    if error == "withheld":
        _refuse(turn)
    else:
        search.failed(turn)


def _promise(turn: Turn, best_time: str) -> None:
    topic = turn.memory.topic or summarize(turn.speech, turn.memory)
    when = best_time or _usual(turn)
    turn.run(CALL_BACK, {"topic": topic[:MOST_TOPIC], "best_time": when[:MOST_TIME]})


def _refuse(turn: Turn) -> None:
    turn.say("callback.no_number")
    turn.ask(Question.OPERATOR)


def _usual(turn: Turn) -> str:
    return turn.shop.facts.callback.within[turn.call.language]


def _is_about_something(turn: Turn) -> bool:
    memory = turn.memory
    return bool(memory.topic or memory.wish or memory.offered or memory.requests or memory.order or memory.fitting)

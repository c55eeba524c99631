"""What is said to words that nothing was understood from."""

from callcenter.dialogue.actions import talk
from callcenter.dialogue.actions.forms import resume
from callcenter.dialogue.memory import Memory, Question
from callcenter.dialogue.turn import Turn
from callcenter.records import Scenario

SHORTEST_PHONE = 10
"""Digits: with the trunk prefix."""


def not_understood(turn: Turn) -> None:
    """Ask again, say what can be said, and in the end offer the operator. What was read out is read out once more."""
    memory, said = turn.memory, turn.said
    if not turn.call.caller_known and _is_phone(turn):
        turn.say("fitting.no_number" if memory.scenario is Scenario.FITTING_BOOKING else "order.no_number")
        turn.ask(Question.OPERATOR)
        return
    memory.misunderstood += 1
    state = turn.shop.flow.states[memory.state]
    if state.confirms:
        turn.say("misunderstood.first")
        resume(turn)
    elif said.keyed and state.topic is None:
        turn.say("size.keyed_wrong")
    elif memory.misunderstood == 1 or not _is_free(memory):
        turn.say("misunderstood.first" if memory.misunderstood == 1 else "misunderstood.second")
        talk.tell_help(turn)
    elif said.words:
        talk.decline_other(turn)
    else:
        turn.say("misunderstood.second")


def _is_phone(turn: Turn) -> bool:
    """The whole number of one, dictated or typed: orders are taken under the number that calls, and under no other."""
    reader, words = turn.call.understanding.digits, turn.said.words
    return len(turn.said.digits) >= SHORTEST_PHONE and reader.phone(words) is not None


def _is_free(memory: Memory) -> bool:
    """Nothing is asked but whether the operator shall come."""
    return memory.state in ("root", "results") or memory.question is Question.OPERATOR

"""What is said to words that nothing was understood from."""

from callcenter.dialogue.actions import talk
from callcenter.dialogue.actions.forms import resume
from callcenter.dialogue.memory import Memory, Question
from callcenter.dialogue.turn import Turn


def not_understood(turn: Turn) -> None:
    """Ask again, say what can be said, and in the end offer the operator. What was read out is read out once more."""
    memory, said = turn.memory, turn.said
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


def _is_free(memory: Memory) -> bool:
    """Nothing is asked but whether the operator shall come."""
    return memory.state in ("root", "results") or memory.question is Question.OPERATOR

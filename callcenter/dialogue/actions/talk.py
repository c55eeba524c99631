"""What is not about tires: the operator, courtesies, and what we cannot do."""

from callcenter.dialogue.memory import Question
from callcenter.dialogue.summary import summarize
from callcenter.dialogue.turn import Turn
from callcenter.records import Scenario, TransferReason


def fetch_operator(turn: Turn) -> None:
    hand_over(turn, TransferReason.CUSTOMER_REQUEST)


def calm_down(turn: Turn) -> None:
    hand_over(turn, TransferReason.NEGATIVE_EMOTION)


def hand_over(turn: Turn, reason: TransferReason, more: str = "") -> None:
    """Announce the operator and ask for him; he is told what we know, and `more`."""
    if turn.memory.scenario is None:
        turn.recognize(Scenario.OPERATOR_REQUEST)
    turn.transfer(reason, f"{summarize(turn.speech, turn.memory)} {more}".strip())


def decline_other(turn: Turn) -> None:
    """Words that we have no answer for."""
    turn.say("cannot.other")
    turn.ask(Question.OPERATOR)


def repeat(turn: Turn) -> None:
    if turn.memory.said:
        turn.repeat()
    else:
        turn.say("nothing_to_repeat")


def tell_help(turn: Turn) -> None:
    state = turn.shop.flow.states[turn.memory.state]
    turn.say((turn.call.guided and state.help_guided) or state.help)


def tell_about_self(turn: Turn) -> None:
    turn.say("about_self")
    turn.go_on()


def answer_hello(turn: Turn) -> None:
    """ "Hello?" asks whether we are there."""
    if turn.memory.state == "root":
        turn.say("greeting.ask")
    else:
        tell_help(turn)


def listen(turn: Turn) -> None:
    """ "I have a question"."""
    turn.say("go_ahead")


def wait(turn: Turn) -> None:
    turn.say("wait")

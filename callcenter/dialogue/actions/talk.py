"""What is not about tires: operator, yes and no, courtesies, and what we cannot do."""

from callcenter.dialogue.actions.search import ask_for_wish
from callcenter.dialogue.memory import Question
from callcenter.dialogue.summary import summarize
from callcenter.dialogue.turn import Turn
from callcenter.ports import CallbackPromised
from callcenter.records import Scenario, TransferReason


def fetch_operator(turn: Turn) -> None:
    hand_over(turn, TransferReason.CUSTOMER_REQUEST)


def calm_down(turn: Turn) -> None:
    hand_over(turn, TransferReason.NEGATIVE_EMOTION)


def hand_over(turn: Turn, reason: TransferReason) -> None:
    """Announce the operator and ask for him."""
    if turn.memory.scenario is None:
        turn.recognize(Scenario.OPERATOR_REQUEST)
    turn.transfer(reason, summarize(turn.speech, turn.memory))


def promise_callback(turn: Turn) -> None:
    if not turn.caller_known:
        turn.say("callback.no_number")
        turn.ask(Question.OPERATOR)
        return
    turn.say("callback.promised")
    best_time = turn.shop.facts.callback.within[turn.language]
    turn.add(CallbackPromised(summarize(turn.speech, turn.memory), best_time))
    turn.go_on()
    turn.ask(Question.ANYTHING_ELSE)


def decline_order(turn: Turn) -> None:
    _decline(turn, Scenario.ORDER_CREATION)


def decline_order_status(turn: Turn) -> None:
    _decline(turn, Scenario.ORDER_STATUS)


def decline_fitting(turn: Turn) -> None:
    _decline(turn, Scenario.FITTING_BOOKING)


def decline_advice(turn: Turn) -> None:
    _decline(turn, Scenario.CONSULTATION)


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
    turn.say(turn.shop.flow.states[turn.memory.state].help)


def tell_about_self(turn: Turn) -> None:
    turn.say("about_self")
    turn.go_on()


def answer_hello(turn: Turn) -> None:
    """ "Hello?" asks whether we are there."""
    if turn.memory.state == "root":
        ask_for_wish(turn)
    else:
        tell_help(turn)


def answer_thanks(turn: Turn) -> None:
    turn.say("welcome")
    turn.go_on()
    turn.ask(Question.ANYTHING_ELSE)


def wait(turn: Turn) -> None:
    turn.say("wait")


def say_goodbye(turn: Turn) -> None:
    turn.hang_up()


def _decline(turn: Turn, scenario: Scenario) -> None:
    memory = turn.memory
    turn.note(f"request {scenario}")
    if scenario not in memory.requests:
        memory.requests.append(scenario)
    turn.recognize(scenario)
    turn.say(f"cannot.{scenario}")
    turn.ask(Question.OPERATOR)

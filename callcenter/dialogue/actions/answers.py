"""Yes and no, to whatever was asked."""

from callcenter.dialogue.actions.fitting_price import ask_rim_again, tell_price_for
from callcenter.dialogue.actions.fittings import begin_later
from callcenter.dialogue.actions.forms import resume, take_leave
from callcenter.dialogue.actions.offers import choose, offer_more
from callcenter.dialogue.actions.search import ask_for_wish, look_for, search, take
from callcenter.dialogue.actions.talk import hand_over
from callcenter.dialogue.memory import Question
from callcenter.dialogue.turn import Turn
from callcenter.dialogue.understood import FOUND
from callcenter.records import TransferReason


def agree(turn: Turn) -> None:
    memory = turn.memory
    question, memory.question = memory.question, None
    match question:
        case Question.OPERATOR:
            hand_over(turn, memory.reason)
        case Question.SIZE if memory.unconfirmed is not None:
            heard, memory.unconfirmed = memory.unconfirmed, None
            take(turn, heard)
            search(turn)
        case Question.RIM if memory.unconfirmed is not None and memory.unconfirmed.rim is not None:
            rim, memory.unconfirmed = memory.unconfirmed.rim, None
            tell_price_for(turn, rim)
        case Question.ANOTHER:
            offer_more(turn)
        case _:
            if not resume(turn):
                ask_what_else(turn)


def disagree(turn: Turn) -> None:
    memory = turn.memory
    question, memory.question = memory.question, None
    if question is Question.SIZE:
        memory.unconfirmed = None
        turn.go("size")
        turn.say("size.again")
    elif question is Question.RIM:
        memory.unconfirmed = None
        ask_rim_again(turn)
    elif question is Question.ANYTHING_ELSE:
        _need_nothing(turn)
    elif memory.reason is TransferReason.COMPONENT_FAILURE or not resume(turn):
        turn.leave()
        turn.say("declined")


def accept(turn: Turn) -> None:
    """ "Yes" to tires that were named."""
    if turn.memory.question is not Question.ANYTHING_ELSE:
        choose(turn)
    elif not resume(turn):
        turn.say("go_ahead")
        turn.leave()


def turn_down(turn: Turn) -> None:
    """ "No" to tires that were named, or to "anything else?"."""
    if turn.memory.question is Question.ANYTHING_ELSE:
        _need_nothing(turn)
        return
    turn.say("results.turned_down")
    turn.go("results")


def _need_nothing(turn: Turn) -> None:
    """ "No" to "anything else?"; whoever says more that is not understood is asked, and does not hear goodbye."""
    said = turn.said
    is_more = said.unknown or said.intents & FOUND or turn.call.understanding.has_number(said.words)
    if is_more and not said.intents & {"thanks", "goodbye", "not_that_day"}:  # "no, not today"
        turn.say("ask.what_else")
        turn.ask(Question.ANYTHING_ELSE)
    elif turn.memory.later is not None:
        begin_later(turn)
    else:
        take_leave(turn)


def answer_thanks(turn: Turn) -> None:
    """ "No, thank you" is a no."""
    if turn.memory.question is Question.ANYTHING_ELSE and "no" in turn.said.intents:
        _need_nothing(turn)
        return
    turn.say("welcome")
    turn.go_on()
    turn.ask(Question.ANYTHING_ELSE)


def ask_what_else(turn: Turn) -> None:
    memory = turn.memory
    if memory.question is Question.ANYTHING_ELSE and "no" in turn.said.intents:
        _need_nothing(turn)
    elif memory.wish and not memory.found:
        look_for(turn)
    elif memory.found or memory.scenario is not None:
        turn.go_on()
        turn.say("go_ahead" if "yes" in turn.said.intents else "ask.what_else")
    else:
        ask_for_wish(turn)

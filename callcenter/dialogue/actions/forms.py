"""Going on with what is open: an order, a fitting."""

from callcenter.dialogue.actions import fittings, orders
from callcenter.dialogue.memory import Question
from callcenter.dialogue.turn import Turn
from callcenter.records import Scenario

OF_SOMETHING_DONE = frozenset({"my_bookings", "my_order", "order_status", "fitting_booking"})
"""Who names it with "I don't need it any more" wants it cancelled."""

SOMETHING_ELSE = frozenset({"more", "another_brand", "change", "choice", "question", "price", "consultation"})
WORDS_OF_A_GOODBYE = 6
""" "No, forget it, thank you, goodbye"."""


def resume(turn: Turn) -> bool:
    """Ask again for what is missing; False where nothing is open."""
    if turn.memory.fitting is not None:
        fittings.go_on_with_fitting(turn)
    elif turn.memory.order is not None:
        orders.go_on_with_order(turn)
    else:
        return False
    return True


def wind_up(turn: Turn) -> None:
    """Something is answered: what is open goes on, or else we ask what more there is."""
    if not resume(turn):
        turn.leave()
        turn.say("ask.what_else")
        turn.ask(Question.ANYTHING_ELSE)


def keep_open(turn: Turn) -> None:
    """ "Don't cancel": what is open goes on, and a booking that was to be cancelled stays."""
    form = turn.memory.fitting
    if form is not None and form.aim == "cancel":
        fittings.keep_booking(turn)
    else:
        wind_up(turn)


def take_leave(turn: Turn) -> None:
    """ "Goodbye"; while something is open it is said once that nothing is ordered or booked yet."""
    memory = turn.memory
    is_open = memory.fitting is not None or memory.order is not None
    if not is_open or "leave" in memory.seen:
        turn.hang_up()
        return
    turn.note("leave")
    turn.say("fitting.unfinished" if memory.fitting is not None else "order.unfinished")
    resume(turn)


def cancel(turn: Turn) -> None:
    """Whatever is open, else the booking or the order that is spoken of."""
    memory, said = turn.memory, turn.said
    if "my_bookings" in said.intents:
        fittings.cancel_booking(turn)
    elif memory.fitting is not None:
        fittings.drop_fitting(turn)
    elif memory.order is not None or memory.state == "stock_short":
        orders.drop_order(turn)
    elif _needs_nothing(turn):
        _decline(turn)
    elif said.intents & {"my_order", "order_status", "order_creation"} or (memory.placed and not memory.booked):
        turn.want(Scenario.ORDER_STATUS)
        turn.say("order.cannot_cancel")
        turn.ask(Question.OPERATOR)
    else:
        fittings.cancel_booking(turn)


def _decline(turn: Turn) -> None:
    """A goodbye, unless something else is wanted instead: "I don't want it, show me another brand"."""
    said = turn.said
    if said.intents & SOMETHING_ELSE or len(said.words.split()) > WORDS_OF_A_GOODBYE:
        turn.leave()
        turn.say("declined")
    else:
        turn.hang_up()


def _needs_nothing(turn: Turn) -> bool:
    """ "Forget it", with nothing open, to a question of ours: it is not about what is placed or booked."""
    memory, intents = turn.memory, turn.said.intents
    is_asked = memory.question is not None or not (memory.placed or memory.booked)
    return is_asked and "no_longer" in intents and not intents & OF_SOMETHING_DONE

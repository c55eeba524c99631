"""Corrections of what is placed or booked already: "no, I said Lviv", "no, better on Sunday"."""

from callcenter.dialogue.actions import fittings, talk
from callcenter.dialogue.fitting import FittingForm
from callcenter.dialogue.memory import Memory, Question
from callcenter.dialogue.turn import Turn
from callcenter.dialogue.understood import Understood
from callcenter.records import Scenario

OF_A_DAY = frozenset({"date", "time", "soonest"})
_OF_AN_ORDER = (
    "quantity items choice city address delivery_type payment_method slot_quantity slot_delivery slot_payment"
)
OF_AN_ORDER = frozenset(_OF_AN_ORDER.split())
_SOMETHING_NEW = """
add wish question price delivery_price fitting_price availability cheaper cancel refuse goodbye reschedule my_bookings
order_status fitting_booking
"""
SOMETHING_NEW = frozenset(_SOMETHING_NEW.split())
"""Whoever says this as well wants something else."""


def corrects(memory: Memory, said: Understood) -> bool:
    """It answers "anything else?" with another day, number or place than what was placed or booked before."""
    has_done = memory.placed is not None or memory.booked is not None
    is_open = memory.order is not None or memory.fitting is not None
    told = said.intents & (OF_AN_ORDER | OF_A_DAY)
    objects = "change" in said.intents or ("no" in said.intents and "thanks" not in said.intents)  # "no, until Sunday"
    is_new = bool(said.intents & SOMETHING_NEW)
    is_after = memory.question is Question.ANYTHING_ELSE and has_done and not is_open
    return is_after and objects and bool(told) and not is_new


def correct(turn: Turn) -> None:
    """A booking is moved; an order that is placed only the operator can change."""
    memory = turn.memory
    if memory.booked is not None and turn.said.intents & OF_A_DAY:
        memory.fitting = FittingForm("reschedule", bookings=(memory.booked,), booking=memory.booked)
        fittings.move_booking(turn)
    elif memory.placed is not None:
        turn.want(Scenario.ORDER_STATUS)
        turn.say("order.cannot_change")
        turn.ask(Question.OPERATOR)
    else:
        talk.decline_other(turn)

"""Corrections of what is placed or booked already: "no, I said Lviv", "no, better on Sunday"."""

from callcenter.dialogue.actions import fittings, talk
from callcenter.dialogue.fitting import FittingForm
from callcenter.dialogue.memory import Memory, Question
from callcenter.dialogue.turn import Turn
from callcenter.dialogue.understood import Understood
from callcenter.records import Scenario

OF_A_DAY = frozenset({"date", "time", "soonest"})
_OF_AN_ORDER = (
    "quantity items choice city address delivery_type payment_method "
    "slot_quantity slot_address slot_city slot_delivery slot_payment"
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
    return is_after and objects and not is_new and (bool(told) or _rejects_day(memory, said))


def correct(turn: Turn) -> None:
    """A booking is moved, or made in another city; an order that is placed only the operator can change."""
    memory, said = turn.memory, turn.said
    if memory.booked is not None and (said.intents & OF_A_DAY or _rejects_day(memory, said)):
        memory.fitting = FittingForm("reschedule", bookings=(memory.booked,), booking=memory.booked)
        fittings.move_booking(turn)
    elif memory.booked is not None and said.city is not None and memory.scenario is Scenario.FITTING_BOOKING:
        fittings.book_elsewhere(turn, memory.booked)
    elif memory.placed is not None:
        turn.want(Scenario.ORDER_STATUS)
        turn.say("order.cannot_change")
        turn.ask(Question.OPERATOR)
    else:
        talk.decline_other(turn)


def _rejects_day(memory: Memory, said: Understood) -> bool:
    """ "No, not today", where that is the day of what was booked."""
    return memory.booked is not None and memory.booked.date in {day.isoformat() for day in said.when.unwanted}

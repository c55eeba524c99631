"""Arranging a fitting: a station, a free time and, on the caller's yes, the booking; moving and cancelling one."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, get_args

from callcenter.dialogue.actions import search
from callcenter.dialogue.actions.fitting_times import MOST_TIMES, offer, offer_times
from callcenter.dialogue.actions.named import chosen_site
from callcenter.dialogue.actions.talk import tell_help
from callcenter.dialogue.fitting import Aim, Booking, FittingForm, FittingStep
from callcenter.dialogue.memory import Question
from callcenter.dialogue.turn import Turn
from callcenter.ports import CallerSaid
from callcenter.records import Scenario
from callcenter.shop.language import Service

STATIONS, SLOTS, BOOKINGS = "get_fitting_stations", "get_fitting_slots", "get_fitting_bookings"
BOOK, CHANGE = "book_fitting", "cancel_fitting"
SERVICES: tuple[Service, ...] = get_args(Service)
MOST_STATIONS = 3
"""Named in one answer."""
MOST_BOOKINGS = 3


def begin_fitting(turn: Turn) -> None:
    """For the tires that were ordered or talked about, as far as there are any."""
    memory, said = turn.memory, turn.said
    buys_too = "add" in said.intents or said.quantity is not None
    names_tires = bool(said.wish.season and (said.wish.size or said.wish.vehicle) and buys_too)
    if (names_tires or "tires_and_fitting" in said.intents) and not (memory.offered or memory.fitting):
        _put_off(turn)  # "four winter tires for an Octavia, and fit them": one after the other
        search.look_for(turn)
        return
    if _begins(turn, "book"):
        memory.fitting = _new_form(turn)
    _take(turn)


def begin_later(turn: Turn) -> None:
    """What was wished beside tires, and put off for them."""
    form = turn.memory.later
    turn.say("fitting.now")
    if form is not None and _begins(turn, "book"):
        turn.memory.fitting = _new_form(turn)
        go_on_with_fitting(turn)


def book_elsewhere(turn: Turn, booked: Booking) -> None:
    """In the city that is said. The store moves a booking in time only: another one is made, and then that one is
    cancelled, each on a yes of its own."""
    turn.say("fitting.elsewhere", station=booked.station.name)
    date, time = dt.date.fromisoformat(booked.date), dt.time.fromisoformat(booked.time)
    service = next((one for one in SERVICES if one == booked.service), SERVICES[0])
    turn.memory.fitting = replace(_new_form(turn), service=service, date=date, time=time, instead_of=booked)
    _take(turn)


def cancel_booking(turn: Turn) -> None:
    if turn.memory.later is not None and turn.memory.booked is None:
        turn.memory.later = None  # it was only wished
        drop_fitting(turn)
        return
    if _begins(turn, "cancel"):
        turn.memory.fitting = FittingForm("cancel")
    _take(turn)


def move_booking(turn: Turn) -> None:
    if _begins(turn, "reschedule"):
        turn.memory.fitting = FittingForm("reschedule")
    _take(turn)


def tell_bookings(turn: Turn) -> None:
    turn.want(Scenario.FITTING_BOOKING)
    if (form := turn.memory.fitting) is not None and form.aim != "book":
        turn.memory.fitting = None  # what was to be done with one of them is forgotten
    turn.run(BOOKINGS, {})


def take_fitting(turn: Turn) -> None:
    """Everything that was said of it at once."""
    if turn.memory.fitting is None:
        begin_fitting(turn)
    else:
        _take(turn)


def choose_station(turn: Turn) -> None:
    """ "The second one", "the one in Obolon"."""
    form = turn.memory.fitting
    station = chosen_site(turn, form.stations if form is not None else ())
    if form is not None and station is not None:
        turn.memory.fitting = form.changed(station=station)
        take_fitting(turn)
    elif turn.said.intents & {"city", "date", "time", "service"}:
        take_fitting(turn)
    else:
        tell_help(turn)


def choose_booking(turn: Turn) -> None:
    """ "The first one", "the one on Friday"."""
    form = turn.memory.fitting
    own = (form.bookings if form is not None else None) or ()
    day = turn.said.when.date.isoformat() if turn.said.when.date is not None else ""
    dated = [index for index, one in enumerate(own) if one.date == day]
    words = [one.station.words for one in own]
    chosen = turn.call.understanding.places.choose(turn.said.words, words, turn.said.choice)
    index = dated[0] if len(dated) == 1 else chosen
    if form is None or index is None:
        tell_help(turn)
        return
    keep(turn, form.changed(booking=own[index]))
    go_on_with_fitting(turn)


def choose_time(turn: Turn) -> None:
    """ "The first one", "any of them"; but "at half past two" and "on the third of may" only sound like a choice."""
    form = turn.memory.fitting
    if form is None:
        begin_fitting(turn)
        return
    if _names_time(turn, form):
        take_fitting(turn)
        return
    choice, offered = turn.said.choice or 1, form.offered
    if choice > len(offered) or not offered:
        go_on_with_fitting(turn)
        return
    time = dt.time.fromisoformat(offered[choice - 1 if choice > 0 else choice])
    keep(turn, form.changed(time=time))
    go_on_with_fitting(turn)


def offer_later(turn: Turn) -> None:
    """ "Something later", "other times?"."""
    form = turn.memory.fitting
    times = (
        [time for time in form.times if time > max(form.offered, default=form.wanted_time)] if form is not None else []
    )
    _offer_or_ask_day(turn, times[:MOST_TIMES])


def offer_earlier(turn: Turn) -> None:
    form = turn.memory.fitting
    times = (
        [time for time in form.times if time < min(form.offered, default=form.wanted_time)] if form is not None else []
    )
    _offer_or_ask_day(turn, times[-MOST_TIMES:])


def agree_to_fitting(turn: Turn) -> None:
    """ "Yes" to what was read out, or to the only time that was offered."""
    form = turn.memory.fitting
    if form is not None and turn.memory.state == "fitting_time" and len(form.offered) == 1:
        choose_time(turn)
    else:
        go_on_with_fitting(turn)


def object_to_fitting(turn: Turn) -> None:
    """ "No" to what was read out, to trying again, or to the times that were offered."""
    form, state = turn.memory.fitting, turn.memory.state
    if form is None:
        turn.leave()
        turn.say("declined")
    elif turn.memory.question is Question.TRY_AGAIN:
        drop_fitting(turn)
    elif state == "fitting_confirm" and form.aim == "cancel":
        keep_booking(turn)
    elif state == "fitting_confirm":
        turn.go("fitting_change")
        turn.say("fitting.ask_change")
    elif state == "fitting_time":
        ask_other_day(turn)
    else:
        tell_help(turn)


def keep_booking(turn: Turn) -> None:
    """It is not cancelled after all."""
    close(turn)
    turn.say("fitting.kept")
    turn.ask(Question.ANYTHING_ELSE)


def ask_other_day(turn: Turn) -> None:
    """ "Another day", "another time", "not tomorrow"."""
    form = turn.memory.fitting
    if form is not None and form.aim == "cancel":
        object_to_fitting(turn)
        return
    if form is not None:
        turn.memory.fitting = replace(form, time=None, soonest=False, proposal=None)
    _ask(turn, "fitting_date")


def drop_fitting(turn: Turn) -> None:
    """ "Cancel", while nothing is booked yet; "yes, cancel it" where that is what was asked."""
    form = turn.memory.fitting
    if form is not None and form.aim == "cancel" and "no" not in turn.said.intents:
        go_on_with_fitting(turn)
        return
    close(turn)
    turn.note("fitting dropped")
    turn.say("fitting.dropped" if form is None or form.aim == "book" else "fitting.kept")
    turn.ask(Question.ANYTHING_ELSE)


def go_on_with_fitting(turn: Turn) -> None:
    """Ask for the first thing that is missing, or do what can be done. What was read out is read out once more unless
    the caller has just said a plain yes to it."""
    form = turn.memory.fitting
    if form is None:
        begin_fitting(turn)
        return
    match form.next_step:
        case FittingStep.BOOKINGS:
            turn.run(BOOKINGS, {})
        case FittingStep.BOOKING:
            turn.go("booking_which")
            turn.say("ask.booking_which", bookings=spoken_bookings(form.bookings or ()))
        case FittingStep.CITY:
            _ask(turn, "fitting_city")
        case FittingStep.STATIONS:
            turn.run(STATIONS, {"city": form.city})
        case FittingStep.STATION:
            named = turn.speech.sites(form.stations[:MOST_STATIONS])
            _ask(turn, "fitting_station", stations=named, more=len(form.stations) - len(named))
        case FittingStep.DATE:
            _ask(turn, "fitting_date")
        case FittingStep.SLOTS:
            turn.run(SLOTS, form.slots_arguments(turn.call.today))
        case FittingStep.TIME:
            offer_times(turn, form)
        case FittingStep.CONFIRMATION:
            turn.run(BOOK if form.aim == "book" else CHANGE, form.booking_arguments())


# ---------------------------------------------------------------- parts of these


def _put_off(turn: Turn) -> None:
    memory = turn.memory
    memory.later = _with_said(turn, FittingForm())
    if Scenario.FITTING_BOOKING not in memory.requests:  # the operator is to know of it
        memory.requests.append(Scenario.FITTING_BOOKING)
    turn.say("fitting.later")


def _new_form(turn: Turn) -> FittingForm:
    """With what was said of it before, where it was put off."""
    memory, placed = turn.memory, turn.memory.placed
    tire, size = placed.tire if placed is not None else memory.focus, memory.wish.size
    said, memory.later = memory.later or FittingForm(), None
    return replace(
        said,
        city=said.city or (placed.city if placed else None),
        diameter=said.diameter or (tire.rim if tire else None) or (size.diameter if size else memory.wish.rim),
        vehicle=str(turn.said.wish.vehicle or memory.wish.vehicle or ""),
        order_id=placed.id if placed else None,
    )


def _begins(turn: Turn, aim: Aim) -> bool:
    """Whether a new form is to be begun: not where one is open already, nor for a number that is withheld."""
    memory = turn.memory
    turn.want(Scenario.FITTING_BOOKING)
    if not turn.call.caller_known:
        memory.fitting = None
        turn.say("fitting.no_number")
        turn.ask(Question.OPERATOR)
        return False
    return memory.fitting is None or memory.fitting.aim != aim


def _names_time(turn: Turn, form: FittingForm) -> bool:
    """Whatever was asked, or one of those that were offered."""
    said = turn.said.when
    unasked = turn.call.understanding.read(CallerSaid(turn.said.words), today=turn.call.today).when
    is_offered = isinstance(said.time, dt.time) and f"{said.time:%H:%M}" in form.offered
    return is_offered or unasked.date is not None or unasked.time is not None


def _take(turn: Turn) -> None:
    form = turn.memory.fitting
    if form is None:
        return  # it could not be begun, and that has been said
    keep(turn, _with_said(turn, form))
    go_on_with_fitting(turn)


def _with_said(turn: Turn, form: FittingForm) -> FittingForm:
    said = turn.said
    return form.changed(
        city=said.city,
        service=said.service,
        date=None if "any_season" in said.intents else said.when.date,  # "any, the first one"
        soonest=said.when.soonest or "any_season" in said.intents,
        time=said.when.time,
        name=said.name,
        diameter=said.wish.rim,
    )


def keep(turn: Turn, form: FittingForm) -> None:
    turn.memory.fitting = form
    said = (form.aim, form.city, form.station, form.booking, form.service, form.date, form.time, form.soonest)
    turn.note(f"fitting {said}")


def close(turn: Turn) -> None:
    turn.memory.fitting = None
    turn.leave()


def _ask(turn: Turn, state: str, **params: Any) -> None:
    turn.go(state)
    turn.say(f"ask.{state}", **params)


def _offer_or_ask_day(turn: Turn, times: Sequence[str]) -> None:
    if turn.memory.fitting is not None and times:
        anew = replace(turn.memory.fitting, time=None, proposal=None)  # "yes" is not to mean the time that was
        offer(turn, anew, "fitting.times", times)
    else:
        ask_other_day(turn)


def spoken_bookings(several: Sequence[Booking]) -> list[Mapping[str, Any]]:
    return [{"station": one.station.name, "date": one.date, "time": one.time} for one in several[:MOST_BOOKINGS]]

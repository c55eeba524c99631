"""What the store answered about fittings."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from callcenter.dialogue.actions import search
from callcenter.dialogue.actions.fittings import close, go_on_with_fitting, keep, spoken_bookings
from callcenter.dialogue.actions.named import named_site
from callcenter.dialogue.fitting import DAYS_AHEAD, FittingForm, booking_of, bookings, free_times
from callcenter.dialogue.memory import Question
from callcenter.dialogue.reading import clock, sequence
from callcenter.dialogue.site import sites
from callcenter.dialogue.turn import Turn
from callcenter.records import Scenario


def stations_told(turn: Turn, result: Mapping[str, Any]) -> None:
    form, stations = turn.memory.fitting, sites(result.get("stations"))
    if form is None or stations is None:
        search.failed(turn)
        return
    if not stations:
        turn.say("fitting.no_station", city=form.city or "")
        turn.memory.fitting = replace(form, city=None)
        turn.go("fitting_city")
        return
    keep(turn, replace(form, stations=stations, station=named_site(turn, stations)))
    go_on_with_fitting(turn)


def slots_told(turn: Turn, result: Mapping[str, Any]) -> None:
    """On the day that was asked for, or else on the next one."""
    form, free = turn.memory.fitting, free_times(result)
    if form is None or free is None:
        search.failed(turn)
        return
    wanted = form.date
    day = dt.date.fromisoformat(min(free)) if free else None
    if day is None:
        too_far = wanted is not None and (wanted - turn.call.today).days > DAYS_AHEAD
        turn.memory.fitting = replace(form, date=None, free=None)
        turn.say("fitting.too_far" if too_far else "fitting.none_free")
        turn.go("fitting_date")
        return
    if wanted is not None and day != wanted:
        turn.say("fitting.day_full", date=wanted.isoformat())
    keep(turn, replace(form, date=day, free=free))
    go_on_with_fitting(turn)


def bookings_told(turn: Turn, result: Mapping[str, Any]) -> None:
    form, own = turn.memory.fitting, bookings(result)
    if own is None:
        search.failed(turn)
    elif not own:
        close(turn)
        turn.say("fitting.no_bookings")
        turn.ask(Question.ANYTHING_ELSE)
    elif form is None or form.aim == "book":
        turn.say("fitting.bookings", count=len(own), bookings=spoken_bookings(own))
        turn.reach(Scenario.FITTING_BOOKING)
        if form is not None:
            go_on_with_fitting(turn)
            return
        turn.leave()
        turn.say("ask.what_else")
        turn.ask(Question.ANYTHING_ELSE)
    else:
        form = replace(form, bookings=own, booking=own[0] if len(own) == 1 else None)
        keep(turn, form)
        go_on_with_fitting(turn)


def booked(turn: Turn, result: Mapping[str, Any]) -> None:
    """It was read out, done or refused; what is said of it has been said."""
    form, booking = turn.memory.fitting, booking_of(result)
    if isinstance(proposal := result.get("arguments"), Mapping) and result.get("done") is False:
        form = form or FittingForm(proposal.get("action", "book"))  # somebody else has arranged it
        turn.memory.fitting = replace(form, proposal=proposal)
        turn.go("fitting_confirm")
    elif booking is not None:
        cancelled = result.get("status") == "cancelled" or (form is not None and form.aim == "cancel")
        turn.memory.booked = None if cancelled else booking
        turn.note(f"booked {booking.date} {booking.time} {cancelled}")
        old = form.instead_of if form is not None else None
        close(turn)
        turn.say_unless_told(
            "fitting.cancelled" if cancelled else "fitting.booked",
            station=booking.station.name,
            date=booking.date,
            time=booking.time,
        )
        turn.reach(Scenario.FITTING_BOOKING)
        if old is None:
            turn.ask(Question.ANYTHING_ELSE)
        else:
            turn.drop_question()
            keep(turn, FittingForm("cancel", bookings=(old,), booking=old))
            go_on_with_fitting(turn)
    elif result.get("done") is False and form is not None:
        taken = result.get("reason") == "slot_taken"
        if taken:  # the free times near it have been told
            near = tuple(filter(None, map(clock, sequence(result.get("near")))))
            turn.memory.fitting = replace(form, free=free_times(result) or None, offered=near, time=None, proposal=None)
        else:
            turn.memory.fitting = replace(form, free=None, offered=(), proposal=None)
        turn.go("fitting_time" if taken else "fitting_confirm")
        turn.memory.question = None if taken else Question.TRY_AGAIN
    else:
        search.failed(turn)


def refused(turn: Turn, error: str) -> None:
    """A tool did not do it."""
    form = turn.memory.fitting
    if error == "withheld":
        close(turn)
        turn.say("fitting.no_number")
        turn.ask(Question.OPERATOR)
    elif error == "no_booking":
        close(turn)
        turn.say("fitting.no_bookings")
        turn.ask(Question.ANYTHING_ELSE)
    elif error == "slot_taken" and form is not None:
        turn.memory.fitting = replace(form, free=None, offered=(), proposal=None)
        go_on_with_fitting(turn)
    else:
        search.failed(turn)

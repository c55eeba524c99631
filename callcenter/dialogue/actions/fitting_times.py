"""Offering free times as a person would."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from callcenter.dialogue.fitting import FittingForm
from callcenter.dialogue.times import TimeRange
from callcenter.dialogue.turn import Turn

MOST_TIMES = 3
"""Named in one answer."""


def offer_times(turn: Turn, form: FittingForm) -> None:
    """Those near the time that was asked for, or a few of the whole day."""
    wanted = form.time
    if isinstance(wanted, dt.time):
        times = nearest(form.times, wanted)
        key = "fitting.times" if form.offered == tuple(times) else "fitting.time_taken"
    elif isinstance(wanted, TimeRange):
        within = [time for time in form.times if wanted.start <= dt.time.fromisoformat(time) < wanted.end]
        key, times = "fitting.times", spread(within) or nearest(form.times, wanted.start)
    else:
        key, times = "fitting.times", spread(form.times)
    offer(turn, form, key, times)


def offer(turn: Turn, form: FittingForm, key: str, times: Sequence[str]) -> None:
    turn.memory.fitting = replace(form, offered=tuple(times))
    turn.note(f"times {form.date} {times}")
    turn.go("fitting_time")
    turn.say(key, date=form.date.isoformat() if form.date else "", times=list(times))


def nearest(times: Sequence[str], wanted: dt.time) -> list[str]:
    """The free times that are nearest to one that is not, in their order."""
    minutes = wanted.hour * 60 + wanted.minute
    return sorted(sorted(times, key=lambda time: abs(_minutes(time) - minutes))[:MOST_TIMES])


def spread(times: Sequence[str]) -> list[str]:
    """A few, from the whole day: the middle of each part of it."""
    if len(times) <= MOST_TIMES:
        return list(times)
    return [times[(2 * part + 1) * len(times) // (2 * MOST_TIMES)] for part in range(MOST_TIMES)]


def _minutes(time: str) -> int:
    at = dt.time.fromisoformat(time)
    return at.hour * 60 + at.minute

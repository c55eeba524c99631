"""Sections of a language pack: how callers name days and times, dictate digits, and tell what is free text."""

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from callcenter.shop.facts import Weekday
from callcenter.shop.patterns import Patterns

Month = Annotated[int, Field(ge=1, le=12)]
Digit = Annotated[int, Field(ge=0, le=9)]
ClockReading = Literal[
    "after",
    "before",
    "twenty_to",
    "into",
    "half_past",
    "half_to",
    "quarter_past",
    "quarter_to",
    "quarter_into",
]
DayPart = Literal["morning", "afternoon", "evening"]


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Calendar(Section):
    """Its patterns see numbers, ordinal ones too, in digits."""

    days: Mapping[int, Patterns] = {}
    """By how many days there are to it from today."""
    weekdays: Mapping[Weekday, Patterns] = {}
    this: Patterns = ()
    """Before a weekday: it may be today."""
    next: Patterns = ()
    """Before a weekday: that of the next week."""
    next_week: Patterns = ()
    """Anywhere beside a weekday the same; alone it is the week's Monday."""
    months: Mapping[Month, Patterns] = {}
    dates: Patterns = ()
    """With {day} and {month}."""
    days_of_month: Patterns = ()
    """With {day}, where no month was named."""
    bare: Patterns = ()
    """With {day}: enough only where a day was asked for."""
    in_days: Patterns = ()
    """With {n}."""
    in_weeks: Patterns = ()
    """With {n}."""
    soonest: Patterns = ()
    """As soon as possible, any day, whenever you can."""
    not_before: Patterns = ()
    """Before a day: that one is not wanted, "not tomorrow"."""
    not_after: Patterns = ()
    """After a day: "tomorrow I can't"."""


class Clock(Section):
    """Its patterns see numbers, ordinal ones too, in digits."""

    times: Mapping[ClockReading, Patterns] = {}
    """With {h}, and {m} or {mm} where there are minutes. `after`: so many minutes, or none, after the hour; `before`
    it; `into` it: after the hour before. Halves and quarters likewise; `twenty_to` is for "без двадцати три", which
    looks like a 23."""
    at: Patterns = ()
    """With {h}: it is no day, though a day was asked for."""
    bare: Patterns = ()
    """With {h}: enough only where a time was asked for, or a day was named."""
    words: Mapping[str, dt.time] = {}
    """Single words that are a time: noon. Hours from one to seven are those of the afternoon."""
    ranges: Patterns = ()
    """With {from}, {to} or both."""
    no_time: Patterns = ()
    """What only looks like a time or a day: "just a second". They see the words, not the numbers."""
    am: Patterns = ()
    """Behind a time: before noon."""
    pm: Patterns = ()
    """Behind a time: after noon."""
    parts: Mapping[DayPart, Patterns] = {}


class Dictation(Section):
    """Digits said one by one or in groups."""

    repeats: Mapping[str, Annotated[int, Field(ge=2, le=4)]] = {}
    """Words before a digit that is meant so many times: double."""
    several: Mapping[str, Digit] = {}
    """Digits as nouns, for "two fives"."""
    wrong: Patterns = ()
    """What was said before it was wrong: no, sorry, I mean."""
    instead: Patterns = ()
    """With {old} and {new}: not this but that."""
    last: Patterns = ()
    """What follows takes the place of the last digits."""
    first: Patterns = ()
    """What follows takes the place of the first digits."""


class FreeText(Section):
    name: Patterns = ()
    """With {rest}, which begins with the caller's name whatever word it is."""
    name_perhaps: Patterns = ()
    """With {rest}, which begins with a name unless something else is known of the word."""
    around_name: Patterns = ()
    """Words that are no name."""
    address_words: Patterns = ()
    """Street, house, floor: they tell that it is an address."""
    address_perhaps: Patterns = ()
    """With {rest}, which begins with a street, where a number stands behind words that nothing else is known of."""
    beside_number: Patterns = ()
    """Words that stand beside any number: with it they are no address."""
    inside: Patterns = ()
    """Of these, what is told of a place inside the house: the flat, the floor."""
    around_address: Patterns = ()
    """Words that are no part of it. They see "/" where other words were cut out: a city, "please"."""
    slashes: Patterns = ()
    """As it is said between the numbers of a house."""
    topic: Patterns = ()
    """With {rest}: what a call-back is about."""
    around_topic: Patterns = ()
    """Words that are no part of it."""

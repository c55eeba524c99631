"""When the caller wants something: a day, a time, or as soon as possible."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from callcenter.dialogue.asked import Asked
from callcenter.dialogue.dates import CalendarWords
from callcenter.dialogue.numbers import NumberWords
from callcenter.dialogue.patterns import compiled, cut_all, either
from callcenter.dialogue.times import ClockWords, TimeRange
from callcenter.shop.language import LanguagePack

ANY_DAY = dt.date(2000, 1, 1)
"""To find the words of a day by, where nobody said which day today is."""


@dataclass(frozen=True, slots=True)
class When:
    """None: not said."""

    date: dt.date | None = None
    time: dt.time | TimeRange | None = None
    soonest: bool = False
    unwanted: tuple[dt.date, ...] = ()
    """Days that are not to be."""
    words: str = ""
    """The day's, then the time's, numbers in digits: for a human to read."""
    rest: str = ""
    """What else was said, numbers in digits, patterns.CUT where day and time stood."""


class WhenWords:
    def __init__(self, packs: Iterable[LanguagePack], numbers: NumberWords) -> None:
        """`numbers` must know the ordinal ones."""
        several = tuple(packs)
        self._numbers = numbers
        self._calendar = CalendarWords((pack.calendar for pack in several), numbers)
        self._clock = ClockWords((pack.clock for pack in several), numbers)
        self._at = either(pattern for pack in several for pattern in pack.clock.at)
        self._no_time = compiled(pattern for pack in several for pattern in pack.clock.no_time)
        # "four pieces" and "sixteen inches" are neither a day nor a time
        self._counted = compiled(pattern for pack in several for pattern in (*pack.rim, *pack.quantity))
        self._bare_rims = compiled(pattern for pack in several for pattern in pack.rim_bare)

    def read(
        self,
        text: str,
        today: dt.date | None,
        asked: Asked | None = None,
        *,
        has_size: bool = False,
        has_rim: bool = False,
    ) -> When:
        """`has_size`: the size of a tire is in the normalized text, whose numbers are no time; `has_rim`: a rim is."""
        spoken = cut_all(self._numbers.in_digits(cut_all(text, self._no_time)), self._counted)
        if has_rim:  # else "на сімнадцяту" is a time: here both are 17
            spoken = cut_all(spoken, self._bare_rims)
        is_time = self._clock.read(spoken).time is not None or self._at.search(spoken) is not None
        day_asked = asked is Asked.DATE and not is_time
        dated = self._calendar.read(spoken, today or ANY_DAY, asked=day_asked, written=asked is not Asked.TIME)
        time_asked = asked in (Asked.DATE, Asked.TIME) or (dated.date is not None and not has_size)
        timed = self._clock.read(dated.rest, asked=time_asked)
        return When(
            date=dated.date if today else None,
            time=timed.time,
            soonest=dated.soonest,
            unwanted=dated.unwanted if today else (),
            words=" ".join(filter(None, (dated.words, timed.words))),
            rest=timed.rest,
        )

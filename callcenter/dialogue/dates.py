"""Which day is meant, in any of the shop's languages. Pure: it is told which day today is."""

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from callcenter.dialogue.numbers import NumberWords
from callcenter.dialogue.patterns import beginning, compiled, cut, either, ending, matches, united
from callcenter.shop.facts import WEEKDAYS
from callcenter.shop.spoken import Calendar

WEEK_DAYS = 7
FARTHEST_DAYS = 366
"""From today, of a day that is counted to."""
# "25.11" loses its point when it is normalized. Two numbers are a date where a third one beside them is at most a year,
# and where somebody wrote the month in two digits or a day was asked for
WRITTEN = re.compile(
    r"(?<![0-9] )(?<![\w'])(?P<day>0?[1-9]|[12][0-9]|3[01]) (?P<month>0[1-9]|1[0-2])(?: 20[0-9]{2})?(?! [0-9])(?![\w'])"
)
SAID = re.compile(
    r"(?<![\w'])(?P<day>0?[1-9]|[12][0-9]|3[01]) (?P<month>0?[1-9]|1[0-2])(?: 20[0-9]{2})?(?! [0-9])(?![\w'])"
)


@dataclass(frozen=True, slots=True)
class Dated:
    date: dt.date | None
    soonest: bool
    """As soon as possible, or whenever you can."""
    rest: str
    """What else was said, numbers in digits, patterns.CUT where that stood."""
    words: str = ""
    """Those that told it."""
    unwanted: tuple[dt.date, ...] = ()
    """ "Not tomorrow"."""


@dataclass(frozen=True, slots=True)
class _Named:
    date: dt.date | None
    """None: there is no such day."""
    start: int
    end: int
    """In characters."""
    is_weekday: bool = False
    """And nothing more was said of the week."""


class CalendarWords:
    def __init__(self, calendars: Iterable[Calendar], numbers: NumberWords) -> None:
        """`numbers` must know the ordinal ones."""
        several = tuple(calendars)
        self._numbers = numbers
        self._days = united(one.days for one in several)
        self._weekdays = united(one.weekdays for one in several)
        self._this = ending(pattern for one in several for pattern in one.this)
        self._next = ending(pattern for one in several for pattern in one.next)
        self._next_week = either(pattern for one in several for pattern in one.next_week)
        self._months = united(one.months for one in several)
        self._dates = compiled(pattern for one in several for pattern in one.dates)
        self._days_of_month = compiled(pattern for one in several for pattern in one.days_of_month)
        self._bare = compiled(pattern for one in several for pattern in one.bare)
        self._in_days = compiled(pattern for one in several for pattern in one.in_days)
        self._in_weeks = compiled(pattern for one in several for pattern in one.in_weeks)
        self._soonest = either(pattern for one in several for pattern in one.soonest)
        self._not_before = ending(pattern for one in several for pattern in one.not_before)
        self._not_after = beginning(pattern for one in several for pattern in one.not_after)

    def read(self, text: str, today: dt.date, *, asked: bool = False, written: bool = True) -> Dated:
        """The day that a normalized text names, the last one where there are several ("not friday, saturday"): never
        before today. `asked`: a day was asked for, so that "the fifth" is one. `written`: "25.11" may be a day."""
        text = self._numbers.in_digits(text)
        found: list[_Named] = []
        for named in self._named(text, today, asked=asked, written=written):
            if not _overlaps((named.start, named.end), found):
                found.append(named)
        for named in self._of_this_month(self._bare if asked else (), text, today):
            # "friday, the fifth" is one day, the ten of "friday, ten" another thing
            fits = not found or any(other.is_weekday and _same_weekday(other, named) for other in found)
            if fits and not _overlaps((named.start, named.end), found):
                found.append(named)
        found.sort(key=lambda named: named.start)
        soonest = [match.span() for match in self._soonest.finditer(text) if not _overlaps(match.span(), found)]
        unwanted = list(self._unwanted(found, text))
        wanted = [named for named in found if named not in unwanted]
        spans = sorted([(named.start, named.end) for named in wanted] + soonest)
        return Dated(
            date=_meant([(named.date, named.is_weekday) for named in wanted if named.date is not None]),
            soonest=bool(soonest),
            rest=cut(text, sorted([(named.start, named.end) for named in found] + soonest)),
            words=" ".join(text[start:end] for start, end in spans),
            unwanted=tuple(named.date for named in unwanted if named.date is not None),
        )

    def _unwanted(self, found: Iterable[_Named], text: str) -> Iterator[_Named]:
        """ "Not on friday", "friday I can't"; of "friday I can't, saturday" the first: what stands behind it is said of
        it."""
        said_to = 0
        for named in found:
            before, after = self._not_before.search(text[: named.start]), self._not_after.match(text[named.end :])
            if after is not None or (before is not None and before.start() >= said_to):
                yield named
            if after is not None:
                said_to = named.end + after.end()

    # ---------------------------------------------------------------- finding

    def _named(self, text: str, today: dt.date, *, asked: bool, written: bool) -> Iterator[_Named]:
        """The most exact ways to name a day come first: they may hold words of the others."""
        yield from self._of_a_month(text, today, asked=asked, written=written)
        for patterns, days_each in ((self._in_weeks, WEEK_DAYS), (self._in_days, 1)):
            for match in matches(patterns, text):
                if (ahead := int(match["n"][:4]) * days_each) <= FARTHEST_DAYS:
                    yield _Named(today + dt.timedelta(ahead), match.start(), match.end())
        for days, pattern in sorted(self._days.items(), reverse=True):
            for match in pattern.finditer(text):
                yield _Named(today + dt.timedelta(days), match.start(), match.end())
        yield from self._in_a_week(text, today)
        yield from self._of_this_month(self._days_of_month, text, today)

    def _of_a_month(self, text: str, today: dt.date, *, asked: bool, written: bool) -> Iterator[_Named]:
        for match in matches(self._dates, text):
            month = next((number for number, p in self._months.items() if p.fullmatch(match["month"])), None)
            if month is not None:
                yield _Named(_coming_date(today, month, int(match["day"])), match.start(), match.end())
        if written:
            for match in (SAID if asked else WRITTEN).finditer(text):
                if (day := _coming_date(today, int(match["month"]), int(match["day"]))) is not None:
                    yield _Named(day, match.start(), match.end())

    def _of_this_month(self, patterns: Iterable[re.Pattern[str]], text: str, today: dt.date) -> Iterator[_Named]:
        for match in matches(patterns, text):
            if (day := _coming_day(today, int(match["day"]))) is not None:
                yield _Named(day, match.start(), match.end())

    def _in_a_week(self, text: str, today: dt.date) -> Iterator[_Named]:
        week = self._next_week.search(text)
        monday = today + dt.timedelta(WEEK_DAYS - today.weekday())
        some = False
        for weekday, pattern in self._weekdays.items():
            for match in pattern.finditer(text):
                before, some = text[: match.start()], True
                this, following = self._this.search(before), self._next.search(before)
                ahead = (WEEKDAYS.index(weekday) - today.weekday()) % WEEK_DAYS
                if week is not None or following is not None:
                    day = monday + dt.timedelta(WEEKDAYS.index(weekday))
                elif ahead == 0 and this is None:
                    day = today + dt.timedelta(WEEK_DAYS)  # who means today says "today"
                else:
                    day = today + dt.timedelta(ahead)
                start = (this or following or match).start()
                yield _Named(day, start, match.end(), is_weekday=not (this or following or week))
        if week is not None and not some:
            yield _Named(monday, week.start(), week.end())


def _overlaps(span: tuple[int, int], found: Iterable[_Named]) -> bool:
    return any(span[0] < named.end and named.start < span[1] for named in found)


def _same_weekday(one: _Named, other: _Named) -> bool:
    return one.date is not None and other.date is not None and one.date.weekday() == other.date.weekday()


def _meant(days: Sequence[tuple[dt.date, bool]]) -> dt.date | None:
    """The last day named; where that is a weekday, "the twenty seventh, friday", the exact day that it goes with."""
    if not days:
        return None
    last, is_weekday = days[-1]
    exact = (day for day, inexact in days if not inexact and day.weekday() == last.weekday())
    return next(exact, last) if is_weekday else last


def _coming_date(today: dt.date, month: int, day: int) -> dt.date | None:
    """This year's or, where that is over, the next one's."""
    return next((date for year in (0, 1) if (date := _date(today.year + year, month, day)) and date >= today), None)


def _coming_day(today: dt.date, day: int) -> dt.date | None:
    """Of this month or, where that is over or it has none, of the next one that has."""
    months = ((today.year + ahead // 12, ahead % 12 + 1) for ahead in range(today.month - 1, today.month + 2))
    return next((date for year, month in months if (date := _date(year, month, day)) and date >= today), None)


def _date(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None

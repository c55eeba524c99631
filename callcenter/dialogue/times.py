"""Which time of day is meant, in any of the shop's languages. Pure."""

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from callcenter.dialogue.numbers import NumberWords
from callcenter.dialogue.patterns import compiled, cut, either, matches, united
from callcenter.shop.spoken import Clock, ClockReading, DayPart

HOUR = 60
"""Minutes."""
HALF_DAY_HOURS = 12
DAY_HOURS = 24
AFTERNOON_HOURS = range(8)
"""Nobody works at these hours in the morning: "at three" is at 15:00; 0 is "half to one"."""
OFFSETS: Mapping[ClockReading, tuple[int, int]] = {
    "half_to": (-30, 0),
    "half_past": (30, 0),
    "quarter_to": (-15, 0),
    "quarter_into": (15 - HOUR, 0),
    "quarter_past": (15, 0),
    "twenty_to": (-20, 0),
    "before": (0, -1),
    "into": (-HOUR, 1),
    "after": (0, 1),
}
"""Minutes from the hour that is named: so many, and so many for each minute that is named. In the order in which they
are tried: "five past ten" before "ten"."""


@dataclass(frozen=True, slots=True)
class TimeRange:
    start: dt.time
    end: dt.time


OPENS, CLOSES, MIDNIGHT = dt.time(8), dt.time(20), dt.time(23, 59)
"""Of a fitting station: "after six" is until it closes."""
PARTS: Mapping[DayPart, TimeRange] = {
    "morning": TimeRange(OPENS, dt.time(12)),
    "afternoon": TimeRange(dt.time(12), dt.time(17)),
    "evening": TimeRange(dt.time(17), CLOSES),
}


@dataclass(frozen=True, slots=True)
class Timed:
    time: dt.time | TimeRange | None
    rest: str
    """What else was said, numbers in digits, patterns.CUT where the time stood."""
    words: str = ""
    """Those that named the time."""


@dataclass(frozen=True, slots=True)
class _Named:
    time: dt.time | TimeRange
    start: int
    end: int
    """In characters."""


class ClockWords:
    def __init__(self, clocks: Iterable[Clock], numbers: NumberWords) -> None:
        """`numbers` must know the ordinal ones."""
        several = tuple(clocks)
        self._numbers = numbers
        self._times = {
            reading: compiled(pattern for one in several for pattern in one.times.get(reading, ()))
            for reading in OFFSETS
        }
        self._bare = compiled(pattern for one in several for pattern in one.bare)
        self._words = {word: time for one in several for word, time in one.words.items()}
        self._ranges = compiled(pattern for one in several for pattern in one.ranges)
        self._am = either(pattern for one in several for pattern in one.am)
        self._pm = either(pattern for one in several for pattern in one.pm)
        self._parts = united(one.parts for one in several)

    def read(self, text: str, *, asked: bool = False) -> Timed:
        """The time that a normalized text names, the last one where there are several ("not at ten, at eleven"); a
        part of the day is a range. `asked`: a time was asked for, so that "ten" is one."""
        text = self._numbers.in_digits(text)
        parts = [
            _Named(PARTS[part], match.start(), match.end())
            for part, pattern in self._parts.items()
            for match in pattern.finditer(text)
        ]
        found = _apart(self._marked(text, None, parts), [])
        is_late = None
        if beside := _apart(parts, found)[len(found) :]:  # "tomorrow evening at eight"
            is_late = beside[-1].time != PARTS["morning"]
            found = _apart(self._marked(text, is_late, parts), [])
        if not found and asked:
            found = _apart(self._of(self._bare, 0, 1, text, is_late), [])
        times = sorted(found or parts, key=lambda named: named.start)
        if not times:
            return Timed(None, text)
        spans = sorted((named.start, named.end) for named in _apart(parts, found))
        words = " ".join(text[start:end] for start, end in spans)
        return Timed(times[-1].time, cut(text, spans), words)

    # ---------------------------------------------------------------- finding

    def _marked(self, text: str, is_late: bool | None, parts: Sequence[_Named]) -> Iterator[_Named]:
        """Times that need no question; those told by more words come first."""
        for match in matches(self._ranges, text):
            if (named := self._range(match, text, is_late)) is not None:
                yield named
        for reading, (minutes, each) in OFFSETS.items():
            yield from self._of(self._times[reading], minutes, each, text, is_late)
        for match in re.finditer(r"\S+", text):
            is_part = any(part.start <= match.start() < part.end for part in parts)  # the noon of "before noon"
            if (time := self._words.get(match[0])) is not None and not is_part:
                late, end = self._half_of_day(text, match.end(), is_late)
                yield _Named(_time(time.hour * HOUR + time.minute, late), match.start(), end)

    def _of(
        self, patterns: Iterable[re.Pattern[str]], minutes: int, each: int, text: str, is_late: bool | None
    ) -> Iterator[_Named]:
        for match in matches(patterns, text):
            named = match.groupdict()
            said = named.get("mm") or named.get("m") or "0"
            late, end = self._half_of_day(text, match.end(), is_late)
            if late is None and _is_of_24_hours(match["h"]):
                late = False
            total = int(match["h"]) * HOUR + minutes + each * int(said.replace(" ", ""))
            yield _Named(_time(total, late), match.start(), end)

    def _range(self, match: re.Match[str], text: str, is_late: bool | None) -> _Named | None:
        named = match.groupdict()
        late, end = self._half_of_day(text, match.end(), is_late)
        first, last = named.get("from"), named.get("to")
        # "from ten to two in the afternoon" begins before noon
        early = None if first and last and int(first) > int(last) % HALF_DAY_HOURS else late
        start = _time(int(first) * HOUR, early) if first else OPENS
        stop = _time(int(last) * HOUR, late) if last else CLOSES if start < CLOSES else MIDNIGHT
        if stop <= start and stop.hour < HALF_DAY_HOURS:
            stop = stop.replace(hour=stop.hour + HALF_DAY_HOURS)  # "from seven to nine"
        return _Named(TimeRange(start, stop), match.start(), end) if start < stop else None

    def _half_of_day(self, text: str, end: int, is_late: bool | None) -> tuple[bool | None, int]:
        """Whether the time that ends here is after noon, None where nothing tells, and where what tells it ends."""
        for pattern, late in ((self._am, False), (self._pm, True)):
            if text[end : end + 1] == " " and (match := pattern.match(text, end + 1)):
                return late, match.end()
        return is_late, end


def _apart(several: Iterable[_Named], taken: list[_Named]) -> list[_Named]:
    """Those taken already, and the others as far as they do not overlap."""
    apart = list(taken)
    for named in several:
        if all(named.end <= other.start or other.end <= named.start for other in apart):
            apart.append(named)
    return apart


def _is_of_24_hours(hour: str) -> bool:
    """ "07:30"."""
    return len(hour) == 2 and hour.startswith("0")


def _time(minutes: int, is_late: bool | None) -> dt.time:
    """`is_late`: it is after noon; None: nobody said."""
    hour, minute = divmod(minutes % (DAY_HOURS * HOUR), HOUR)
    if hour < HALF_DAY_HOURS and (hour in AFTERNOON_HOURS if is_late is None else is_late):
        hour += HALF_DAY_HOURS
    return dt.time(hour, minute)

"""What a client may ask of a list of calls, checked before any of it goes near the database."""

import base64
import binascii
import json
import re
from datetime import date, datetime, time, timedelta, tzinfo
from math import isfinite
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from analytics.api.problems import invalid
from analytics.calls import CallFilter, Key, Sort
from callcenter.journal.search import to_query
from callcenter.records import Outcome, Scenario

YEARS = range(2000, 2200)
LATELY = timedelta(days=7)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def _parse_instant(value: Any) -> date | datetime:
    if not isinstance(value, str) or not _DAY.match(value):
        raise ValueError("write a day like 2026-11-20, or an instant like 2026-11-20T09:30:00+02:00")
    try:
        # a "+" of a query string has become a blank
        instant = (
            date.fromisoformat(value) if _DAY.fullmatch(value) else datetime.fromisoformat(value.replace(" ", "+"))
        )
    except ValueError:
        raise ValueError("there is no such day or instant") from None
    if instant.year not in YEARS:
        raise ValueError(f"years from {YEARS[0]} to {YEARS[-1]} are known")
    return instant


def _no_control_characters(value: str) -> str:
    if any(not character.isprintable() for character in value):
        raise ValueError("no control characters, please")
    return value


Instant = Annotated[
    date | datetime,
    BeforeValidator(_parse_instant),
    WithJsonSchema({"type": "string", "examples": ["2026-11-20", "2026-11-20T09:30:00+02:00"]}),
]
Words = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_no_control_characters)]


class DateRange(BaseModel):
    model_config = ConfigDict(extra="forbid")

    date_from: Annotated[
        Instant | None, Field(description="The first day (of the shop's time zone), or an instant.")
    ] = None
    date_to: Annotated[Instant | None, Field(description="The last day, which is included, or an instant.")] = None

    def started_from(self, zone: tzinfo) -> datetime | None:
        return None if self.date_from is None else begin_of(self.date_from, zone)

    def started_before(self, zone: tzinfo) -> datetime | None:
        return None if self.date_to is None else _end(self.date_to, zone)


class LatencyQuery(DateRange):
    """Without a beginning: of the seven days before the end; without an end: until now."""

    def period(self, zone: tzinfo, now: datetime) -> tuple[datetime, datetime]:
        before = self.started_before(zone) or now
        return self.started_from(zone) or before - LATELY, before


class CallsFilter(DateRange):
    scenario: Scenario | None = None
    outcome: Outcome | None = None
    transferred: Annotated[bool | None, Field(description="Handed over to an operator.")] = None
    caller: Annotated[Words | None, Field(description="A telephone number, with its country code.")] = None
    q: Annotated[Words | None, Field(description="Words of one turn, in any of their forms.")] = None

    def to_filter(self, zone: tzinfo) -> CallFilter:
        """Loads dictionaries when there are words to search for: not for the event loop."""
        return CallFilter(
            started_from=self.started_from(zone),
            started_before=self.started_before(zone),
            scenario=self.scenario,
            outcome=self.outcome,
            transferred=self.transferred,
            callers=None if self.caller is None else spellings(self.caller),
            search=None if self.q is None else to_query(self.q),
        )


class CallsQuery(CallsFilter):
    sort: Annotated[Sort, Field(description="A leading - turns the order round.")] = "-started_at"
    cursor: Annotated[str | None, Field(max_length=400, description="next_cursor of the page before.")] = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50

    def after(self) -> Key | None:
        """Raises ProblemError."""
        return None if self.cursor is None else decode_cursor(self.cursor, self.sort)


def begin_of(value: date | datetime, zone: tzinfo) -> datetime:
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=zone)
    return datetime.combine(value, time(), zone)


def _end(value: date | datetime, zone: tzinfo) -> datetime:
    """The first instant that is not meant any more."""
    if isinstance(value, datetime):
        return begin_of(value, zone) + timedelta(microseconds=1)
    return begin_of(value + timedelta(days=1), zone)


def spellings(caller: str) -> tuple[str, ...]:
    """As it was typed; as its digits alone; as E.164."""
    digits = re.sub(r"\D", "", caller)
    return (caller.strip(), digits, f"+{digits}") if digits else (caller.strip(),)


def encode_cursor(sort: str, key: Key) -> str:
    value, call_id = key
    shown = value.isoformat() if isinstance(value, datetime) else value
    return base64.urlsafe_b64encode(json.dumps([sort, shown, str(call_id)]).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, sort: str) -> Key:
    """Raises ProblemError for anything that encode_cursor has not made for this order."""
    try:
        return _read_cursor(cursor, sort)
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError, binascii.Error):
        raise invalid("cursor", "is not the next_cursor of a list in this order") from None


def _read_cursor(cursor: str, sort: str) -> Key:
    its_sort, shown, call_id = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True))
    if its_sort != sort:
        raise ValueError("of another order")
    if not sort.endswith("at"):
        if not isfinite(value := float(shown)):
            raise ValueError("no number")
        return value, UUID(call_id)
    instant = datetime.fromisoformat(shown)
    if instant.tzinfo is None or instant.year not in range(1000, 9000):
        raise ValueError("no instant of a call")
    return instant, UUID(call_id)

"""Values of a tool's result, whatever it is. What others wrote is checked: it is spoken to a caller."""

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

MAX_NAME, MAX_CODE = 60, 200
MOST_UNITS = 100_000
HIGHEST_PRICE = 10_000_000
UNSPEAKABLE = frozenset("{}<>[]*_#")


def line(value: Any, most: int = MAX_NAME) -> str:
    """One line of letters that can be spoken; "" where there are none."""
    text = " ".join(str(value).split()) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return "".join(letter for letter in text if letter.isprintable() and letter not in UNSPEAKABLE)[:most].strip()


def code(value: Any, most: int = MAX_CODE) -> str:
    """An id or one of the store's own words, which nobody hears; "" where it is none."""
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return text if text.isprintable() and len(text) <= most else ""


def price(value: Any) -> float:
    """0 where it is none."""
    number = _number(value)
    return number if 0 < number < HIGHEST_PRICE else 0.0


def cost(value: Any) -> float | None:
    """Like a price, but it may be nothing; None where it is not told."""
    number = _number(value)
    return number if 0 <= number < HIGHEST_PRICE else None


def whole(value: Any) -> int:
    return max(0, min(int(value), MOST_UNITS)) if isinstance(value, int | float) and math.isfinite(value) else 0


def digits(value: Any) -> str:
    return "".join(letter for letter in line(value) if letter in "0123456789")


def day(value: Any) -> str:
    """An ISO date; "" where it is none."""
    try:
        return dt.date.fromisoformat(line(value)).isoformat()
    except ValueError:
        return ""


def clock(value: Any) -> str:
    """ "10:30", from seconds too; "" where it is none."""
    try:
        return dt.time.fromisoformat(line(value)).strftime("%H:%M")
    except ValueError:
        return ""


def mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def mappings(value: Any) -> Iterable[Mapping[str, Any]]:
    return (part for part in sequence(value) if isinstance(part, Mapping))


def sequence(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else ()


def _number(value: Any) -> float:
    """NaN where it is none."""
    try:
        return float(value) if not isinstance(value, bool) else math.nan
    except (TypeError, ValueError, OverflowError):
        return math.nan

"""What figures look like, whatever the language, and what stands around them."""

import re
from collections.abc import Callable, Sequence
from functools import partial

INTEGER = r"\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?!\d)|\d+"
NUMBER = rf"(?:{INTEGER})(?:[.,]\d+)?"
DASH = r"\s?[-–—]\s?"

PHONE = re.compile(
    r"(?<![\w+])(\+\s?\d[\d\s().-]{8,22}\d|\(?0\d{2}\)?[\s.-]?\d{3}[\s.-]?\d{2}[\s.-]?\d{2}|\(\d{3}\)\s?\d{3}-\d{4})(?!\d)"
)
ISO_DATE = re.compile(r"(?<!\d)((?:19|20)\d{2})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(?!\d)")
DOTTED_DATE = re.compile(r"(?<![\d.])(0?[1-9]|[12]\d|3[01])\.(0[1-9]|1[0-2])\.((?:19|20)\d{2})(?!\d)")
CLOCK = re.compile(r"(?<![\d:])([01]?\d|2[0-4]):([0-5]\d)(?::[0-5]\d)?(?![\d:])")
TIRE_SIZE = re.compile(
    r"(?<![\d/])([1-3]\d{2})\s?/\s?(\d{2})(?:\s?/?\s?(?:Z?R|ZР|Р)\s?-?(\d{2})(?:[.,](\d))?(C|С)?)?(?![\d/])"
)
RIM = re.compile(r"(?<!\w)(?:R|Р)\s?-?(\d{2})(C|С)?(?!\w)")
LOAD_INDEX = re.compile(r"(?<![\w/.-])(\d{2,3})(?:/(\d{2,3}))?\s?([HJ-NP-TV-Z])(?![\w'-])")
MARKED_NUMBER = re.compile(r"(?:№|#|\b[Nn]o\.)\s?([^\W\d_]{1,4}-?)?(\d+)(?!\w)")
CODED_NUMBER = re.compile(r"(?<!\w)([^\W\d_]{1,4})-(\d{3,})(?!\w)")
MODEL_CODE = re.compile(r"(?<!\w)([^\W\d_]{1,4}(?:-[^\W\d_]{1,3})?)-?(\d{1,3})(?!\w)")

_WORD_BEFORE = re.compile(r"([^\W\d_]+)[\s(«\"“:]*$")
_WORDS_AFTER = re.compile(r"(?:\s+[^\W\d_][\w'’ʼ-]*){1,3}")

Pass = tuple[re.Pattern[str], Callable[[re.Match[str]], str]]


def apply(passes: Sequence[Pass], text: str) -> str:
    """One after the other; the words stand apart from what is written around them."""
    for pattern, replace in passes:
        text = pattern.sub(partial(_apart, replace), text)
    return text


def _apart(replace: Callable[[re.Match[str]], str], match: re.Match[str]) -> str:
    before = " " if match.start() and match.string[match.start() - 1].isalnum() else ""
    after = " " if match.string[match.end() : match.end() + 1].isalnum() else ""
    return before + replace(match) + after


def word_before(match: re.Match[str]) -> str:
    """In lower case; "" when something else stands there."""
    found = _WORD_BEFORE.search(match.string[max(0, match.start() - 24) : match.start()])
    return found[1].lower() if found else ""


def words_after(match: re.Match[str]) -> list[str]:
    """Up to three, before any punctuation, in lower case."""
    found = _WORDS_AFTER.match(match.string, match.end(), match.end() + 60)
    return found[0].lower().split() if found else []


def ends_sentence(match: re.Match[str]) -> bool:
    """Whether the full stop that a match took with an abbreviation was the sentence's too."""
    rest = match.string[match.end() :].lstrip()
    return match[0].endswith(".") and (not rest or rest[0].isupper())


def split_number(figures: str) -> tuple[int, str]:
    """The whole part, and the figures after the point: "2 500,50" gives (2500, "50")."""
    whole, _, fraction = re.sub(r"[ \u00a0\u202f]", "", figures).replace(",", ".").partition(".")
    return int(whole), fraction


def phone_groups(figures: str) -> list[str]:
    """As a Ukrainian says it (+38, 067, 123, 45, 67), or as it was written, or by threes."""
    digits = re.sub(r"\D", "", figures)
    if len(digits) == 12 and digits.startswith("380"):
        digits, head = digits[2:], ["38"]
    else:
        head = []
    if len(digits) == 10 and digits.startswith("0"):
        return [*head, digits[:3], digits[3:6], digits[6:8], digits[8:]]
    written = re.findall(r"\d+", figures)
    if len(written) > 1 and max(map(len, written)) <= 4:
        return written
    return [digits[start : start + 3] for start in range(0, len(digits), 3)]

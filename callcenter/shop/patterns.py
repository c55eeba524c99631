"""Patterns: how the language packs tell what is listened for.

A pattern is a regular expression that must stand on whole words of the normalized text: lower case, ё as е, apostrophes
as ', no other punctuation but "/". It may hold placeholders: {n}, a whole number, whatever words it was said in; {day}
and {month}; {h} with {m} or {mm} (minutes in two digits); {from} and {to}, hours; {old} and {new}, several numbers;
{rest}, whatever follows.
"""

import re

Patterns = tuple[str, ...]

OPEN_GROUP = re.compile(r"\)(?:[*+]|\{\d*,\})")
ANYTHING = re.compile(r"(?<!\\)\.(?:[*+]|\{\d*,\})")
PLACEHOLDER = re.compile(r"\{([a-z]+)\}")
_NUMBERS = "[0-9]+(?: [0-9]+){0,5}"
_HOUR = "2[0-3]|[01]?[0-9]"
PLACEHOLDERS = {
    "n": "[0-9]+",
    "old": _NUMBERS,
    "new": _NUMBERS,
    "day": "0?[1-9]|[12][0-9]|3[01]",
    "month": r"[^\W\d_]+",
    "h": _HOUR,
    "from": _HOUR,
    "to": _HOUR,
    "m": "[0-5]?[0-9]",
    "mm": "(?<= )0 [0-9]|[0-5][0-9]",
    "rest": r"\w.{0,200}",
}
"""Regular expressions by the name of the placeholder and of the group that it becomes."""


def expand(pattern: str) -> str:
    """The regular expression that a pattern stands for; its placeholders are groups of the same name."""
    return rf"(?<![\w'])(?:{PLACEHOLDER.sub(_group, pattern)})(?![\w'])"


def placeholders(pattern: str) -> frozenset[str]:
    return frozenset(PLACEHOLDER.findall(pattern))


def problem_of(pattern: str) -> str | None:
    """Why a pattern cannot be used; None when it can."""
    # an open repetition of a group may hold another one (exponential time), and .* runs over the whole text
    if OPEN_GROUP.search(pattern) or ANYTHING.search(pattern):
        return "could take very long: write .{0,20} instead of .* and no *, + or {n,} behind a bracket"
    if unknown := sorted(placeholders(pattern) - PLACEHOLDERS.keys()):
        return f"{{{unknown[0]}}} stands for nothing; there are {', '.join(f'{{{name}}}' for name in PLACEHOLDERS)}"
    try:
        expanded = re.compile(expand(pattern))
    except re.error as error:
        return f"is no valid pattern ({error})"
    return "fits where nothing was said" if expanded.search("") else None


def _group(found: re.Match[str]) -> str:
    name = found[1]
    return f"(?P<{name}>{PLACEHOLDERS[name]})" if name in PLACEHOLDERS else found[0]

"""Patterns of the language packs, put together over all languages and tried on a text."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

from callcenter.shop.patterns import expand

Key = TypeVar("Key", bound=int | str)
NEVER = re.compile("(?!)")
CUT = "/"
"""Stands where words were cut out: what is left on its sides does not belong together."""


def compiled(patterns: Iterable[str]) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(expand(pattern)) for pattern in patterns)


def either(patterns: Iterable[str]) -> re.Pattern[str]:
    """One pattern for all of them; fits nothing where there are none."""
    several = "|".join(patterns)
    return re.compile(expand(several)) if several else NEVER


def ending(patterns: Iterable[str]) -> re.Pattern[str]:
    """Fits a text that ends with one of them and a space."""
    several = "|".join(patterns)
    return re.compile(rf"(?<![\w'])(?:{several}) $") if several else NEVER


def beginning(patterns: Iterable[str]) -> re.Pattern[str]:
    """Fits a text that begins with a space and one of them."""
    several = "|".join(patterns)
    return re.compile(rf"^ (?:{several})(?![\w'])") if several else NEVER


def united(groups: Iterable[Mapping[Key, Iterable[str]]]) -> dict[Key, re.Pattern[str]]:
    """One pattern a key, of all languages."""
    collected: dict[Key, list[str]] = {}
    for group in groups:
        for key, patterns in group.items():
            collected.setdefault(key, []).extend(patterns)
    return {key: either(patterns) for key, patterns in collected.items()}


def first(patterns: Mapping[Key, re.Pattern[str]], text: str) -> Key | None:
    """The key that is named first in the text; of two at the same place, the first in the table."""
    found = [
        (match.start(), index, key) for index, (key, p) in enumerate(patterns.items()) if (match := p.search(text))
    ]
    return min(found, key=lambda one: one[:2])[2] if found else None


def matches(patterns: Iterable[re.Pattern[str]], text: str) -> Iterator[re.Match[str]]:
    for pattern in patterns:
        yield from pattern.finditer(text)


def cut(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with CUT instead of these pieces, which do not overlap."""
    pieces, end = list[str](), 0
    for start, stop in sorted(spans):
        pieces += [text[end:start], f" {CUT} "]
        end = stop
    return " ".join("".join((*pieces, text[end:])).split())


def cut_all(text: str, patterns: Iterable[re.Pattern[str]]) -> str:
    """The text with CUT instead of all that fits."""
    for pattern in patterns:
        text = pattern.sub(CUT, text)
    return text


def segments(text: str) -> list[list[str]]:
    """The words between the cuts."""
    several: list[list[str]] = [[]]
    for word in text.split():
        if word == CUT:
            several.append([])
        else:
            several[-1].append(word)
    return [words for words in several if words]

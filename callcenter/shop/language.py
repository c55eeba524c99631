"""lang/<language>.yaml: how callers say things. Patterns of all languages are tried on every utterance, since callers
mix them; a language's own words are used only where the engine speaks.

A pattern is a regular expression that must stand on whole words of the normalized text: lower case, ё as е, apostrophes
as ', no other punctuation but "/". It may hold {n}: a whole number, whatever words it was said in.
"""

import re
from collections.abc import Iterator, Mapping

from pydantic import BaseModel, ConfigDict

from callcenter.shop.source import Location, Source

Patterns = tuple[str, ...]
OPEN_GROUP = re.compile(r"\)(?:[*+]|\{\d*,\})")
ANYTHING = re.compile(r"(?<!\\)\.(?:[*+]|\{\d*,\})")
SEASONS = ("winter", "summer", "all_season")


class LanguagePack(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    intents: Mapping[str, Patterns]
    """Patterns by what the caller wants; flows.yaml tells what is done about it."""
    seasons: Mapping[str, Patterns]
    choices: Mapping[int, Patterns] = {}
    """How "the first", "the second" of what was offered is said; -1 is the last."""
    price_limit: Patterns = ()
    """With {n}: the highest price."""
    quantity: Patterns = ()
    """With {n}: how many tires."""
    quantity_words: Mapping[int, Patterns] = {}
    year: Patterns = ()
    """With {n}: the year of a car, in full or its last two digits."""
    rim: Patterns = ()
    """With {n}: the diameter alone."""
    numbers: Mapping[str, int]
    """Words for 0..19, tens and hundreds, in every form that is said."""
    multipliers: Mapping[str, int] = {}
    """Words that multiply what stands before them: hundred, thousand."""
    size_words: tuple[str, ...] = ()
    """Words that may stand between the numbers of a size."""
    common_words: tuple[str, ...] = ()
    """Names of models that are words of the language too: they count only behind their make."""
    season_names: Mapping[str, str]
    """As we say them before "tires"."""
    type_names: Mapping[str, str] = {}
    """As we say the store's types of tires."""
    places: Mapping[str, str] = {}
    """The store's names of places, in lower case, and how they are said."""
    prompt: str = ""
    """Words likely to be heard, for recognizers that take a hint."""


def parse_language(source: Source) -> LanguagePack:
    """Raises ConfigurationError, also for a pattern that is wrong or could take very long."""
    pack = source.parse(LanguagePack)
    for location, pattern in patterns(pack):
        if problem := problem_of(pattern):
            raise source.fault(location, problem)
    for group in ("seasons", "season_names"):
        if missing := [season for season in SEASONS if season not in getattr(pack, group)]:
            raise source.fault((group,), f"{', '.join(missing)} missing")
    return pack


def patterns(pack: LanguagePack) -> Iterator[tuple[Location, str]]:
    """Every pattern and where it stands."""
    for group in ("intents", "seasons", "choices", "quantity_words"):
        for key, several in getattr(pack, group).items():
            yield from (((group, str(key), index), pattern) for index, pattern in enumerate(several))
    for group in ("price_limit", "quantity", "year", "rim"):
        yield from (((group, index), pattern) for index, pattern in enumerate(getattr(pack, group)))


def expand(pattern: str) -> str:
    """The regular expression that a pattern stands for; {n} is its group "n"."""
    return rf"(?<![\w'])(?:{pattern.replace('{n}', '(?P<n>[0-9]+)')})(?![\w'])"


def problem_of(pattern: str) -> str | None:
    """Why a pattern cannot be used; None when it can."""
    # an open repetition of a group may hold another one (exponential time), and .* runs over the whole text
    if OPEN_GROUP.search(pattern) or ANYTHING.search(pattern):
        return "could take very long: write .{0,20} instead of .* and no *, + or {n,} behind a bracket"
    try:
        expanded = re.compile(expand(pattern))
    except re.error as error:
        return f"is no valid pattern ({error})"
    return "fits where nothing was said" if expanded.search("") else None

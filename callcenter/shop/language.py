"""lang/<language>.yaml: how callers say things. Patterns of all languages are tried on every utterance, since callers
mix them; a language's own words are used only where the engine speaks. What a pattern may be: patterns.py.
"""

from collections.abc import Iterator, Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict

from callcenter.shop.patterns import Patterns, placeholders, problem_of
from callcenter.shop.source import Location, Source
from callcenter.shop.spoken import Calendar, Clock, Dictation, FreeText

SEASONS = ("winter", "summer", "all_season")
WORD_LISTS = frozenset({"size_words", "common_words", "no_names", "ordinal_endings"})
"""Lists that are words as they stand, no patterns."""
NEEDED: Mapping[Location, frozenset[str]] = {
    ("price_limit",): frozenset({"n"}),
    ("budget",): frozenset({"n"}),
    ("quantity",): frozenset({"n"}),
    ("quantity_instead",): frozenset({"n"}),
    ("year",): frozenset({"n"}),
    ("rim",): frozenset({"n"}),
    ("rim_bare",): frozenset({"n"}),
    ("calendar", "dates"): frozenset({"day", "month"}),
    ("calendar", "days_of_month"): frozenset({"day"}),
    ("calendar", "bare"): frozenset({"day"}),
    ("calendar", "in_days"): frozenset({"n"}),
    ("calendar", "in_weeks"): frozenset({"n"}),
    ("clock", "times"): frozenset({"h"}),
    ("clock", "at"): frozenset({"h"}),
    ("clock", "bare"): frozenset({"h"}),
    ("dictation", "instead"): frozenset({"old", "new"}),
    ("free_text", "name"): frozenset({"rest"}),
    ("free_text", "name_perhaps"): frozenset({"rest"}),
    ("free_text", "address_perhaps"): frozenset({"rest"}),
    ("free_text", "topic"): frozenset({"rest"}),
}
"""Placeholders that the patterns of a group must hold."""

Claim = Literal[
    "ordered",
    "is_ordered",
    "booked",
    "is_booked",
    "moved",
    "is_moved",
    "cancelled",
    "is_cancelled",
    "call_back",
    "discount",
    "free_delivery",
    "free_if",
    "is_done",
    "paid",
    "readdressed",
    "gift",
    "recital",
]
"""Something was done by us in this call, or (is_...) is so, perhaps since an earlier one; or a promise, which must be
the shop's (free_if: the condition of free delivery); or the instructions in other words, which may never be told."""
Thing = Literal["order", "booking"]
DeliveryType = Literal["delivery", "pickup"]
PaymentMethod = Literal["cod", "online", "card_on_delivery"]
Service = Literal["tire_change", "balancing", "full_service"]


class LanguagePack(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    intents: Mapping[str, Patterns]
    """Patterns by what the caller wants; flows.yaml tells what is done about it."""
    seasons: Mapping[str, Patterns]
    choices: Mapping[int, Patterns] = {}
    """How "the first", "the second" of what was offered is said; -1 is the last."""
    price_limit: Patterns = ()
    """With {n}: the highest price."""
    price_for: Mapping[int, Patterns] = {}
    """How it is said that a price is of so many tires together."""
    quantity: Patterns = ()
    """With {n}: how many tires."""
    quantity_instead: Patterns = ()
    """With {n}: how many, where another number was wrong. Counts where a quantity was asked for or named."""
    no_quantity: Patterns = ()
    """A number that is none of tires: "minus 2"; numbers in digits."""
    quantity_words: Mapping[int, Patterns] = {}
    beside_yes: Patterns = ()
    """Words that may stand beside a yes and do not change it: "that is", "all". Of those that nothing else is
    understood from, no other is in a plain yes."""
    unfinished: Patterns = ()
    """Words that something else comes behind, at the end: "yes and"."""
    each: Patterns = ()
    """So many of each of those that are named."""
    year: Patterns = ()
    """With {n}: the year of a car, in full or its last two digits."""
    rim: Patterns = ()
    """With {n}: the diameter alone."""
    rim_bare: Patterns = ()
    """With {n}: the same without a word for it, "a fitting for seventeen". They see cardinal numbers only."""
    cities: Mapping[str, Patterns] = {}
    """By the name that the store knows; in all cases of the word."""
    not_there: Patterns = ()
    """What stands before a city that is not meant: "not to"."""
    delivery_types: Mapping[DeliveryType, Patterns] = {}
    payment_methods: Mapping[PaymentMethod, Patterns] = {}
    """Where two begin at the same word, the one that stands first in the file is meant."""
    services: Mapping[Service, Patterns] = {}
    """Of the fitting stations; the same holds for their order."""
    claims: Mapping[Claim, Patterns] = {}
    """How somebody of the shop says that it is done: a model may say so only when a tool has done it."""
    things: Mapping[Thing, Patterns] = {}
    """What a claim may be about."""
    budget: Patterns = ()
    """With {n}: how somebody of the shop says a caller's highest price back to him; a model may name his numbers so,
    and not as the price of something."""
    no_claim: Patterns = ()
    """Words of a clause that make it none: "not", "if", "once"."""
    no_promise: Patterns = ()
    """The same for promises, which a "may" does not take back."""
    calendar: Calendar = Calendar()
    clock: Clock = Clock()
    dictation: Dictation = Dictation()
    free_text: FreeText = FreeText()
    numbers: Mapping[str, int]
    """Words for 0..19, tens and hundreds, in every form that is said."""
    ordinals: Mapping[str, int] = {}
    """What stands before the ending of 1st..19th, 20th and 30th. They count in days and times only."""
    ordinal_endings: tuple[str, ...] = ("",)
    multipliers: Mapping[str, int] = {}
    """Words that multiply what stands before them: hundred, thousand."""
    size_words: tuple[str, ...] = ()
    """Words that may stand between the numbers of a size."""
    common_words: tuple[str, ...] = ()
    """Names of models that are words of the language too: they count only behind their make."""
    no_names: tuple[str, ...] = ()
    """Words that only look like a name in one of its cases."""
    season_names: Mapping[str, str]
    """As we say them before "tires"."""
    type_names: Mapping[str, str] = {}
    """As we say the store's types of tires."""
    places: Mapping[str, str] = {}
    """The store's names of places, in lower case, and how they are said."""
    articles: Mapping[str, str] = {}
    """What articles of the knowledge base come to, by id, where the store has none in this language."""
    prompt: str = ""
    """Words likely to be heard, for recognizers that take a hint."""

    def ordinal_words(self) -> dict[str, int]:
        """Every form of every ordinal number."""
        return {stem + ending: value for stem, value in self.ordinals.items() for ending in self.ordinal_endings}


def parse_language(source: Source) -> LanguagePack:
    """Raises ConfigurationError, also for a pattern that is wrong or could take very long."""
    pack = source.parse(LanguagePack)
    for location, pattern in patterns(pack):
        if problem := problem_of(pattern) or _misplaced(location, pattern):
            raise source.fault(location, problem)
    for group in ("seasons", "season_names"):
        if missing := [season for season in SEASONS if season not in getattr(pack, group)]:
            raise source.fault((group,), f"{', '.join(missing)} missing")
    return pack


def patterns(part: BaseModel, at: Location = ()) -> Iterator[tuple[Location, str]]:
    """Every pattern and where it stands."""
    for name in type(part).model_fields:
        value = getattr(part, name)
        if isinstance(value, BaseModel):
            yield from patterns(value, (*at, name))
        elif isinstance(value, tuple) and name not in WORD_LISTS:
            yield from (((*at, name, index), pattern) for index, pattern in enumerate(value))
        elif isinstance(value, Mapping):
            for key, several in value.items():
                if isinstance(several, tuple):
                    yield from (((*at, name, str(key), index), pattern) for index, pattern in enumerate(several))


def _misplaced(location: Location, pattern: str) -> str | None:
    """What a pattern of this group must hold and does not, or holds and must not."""
    held = placeholders(pattern)
    if location[:2] == ("clock", "ranges"):
        return None if held & {"from", "to"} else "lacks {from} or {to}"
    needed = NEEDED.get(location[:1]) or NEEDED.get(location[:2])
    if needed is None:
        return f"{{{min(held)}}} stands for nothing here" if held else None
    lacking = sorted(needed - held)
    return f"lacks {{{lacking[0]}}}" if lacking else None

"""The Jinja2 environment of one language: phrases and prompts are written in it.

Filters: `plural` picks the word for a number ({{ n | plural("шина", "шини", "шин") }}, in English two words), `money`
writes a price so that it is spoken in the language; `day` and `at` say when ("on Friday, November 6", "at 10:30", both
with their preposition), `grouped` and `one_by_one` an order's number, `place` a city by the store's name for it. `shop`
holds the shop's facts in that language.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from jinja2 import StrictUndefined, meta
from jinja2.sandbox import ImmutableSandboxedEnvironment

from callcenter.ports import Language
from callcenter.shop.facts import ShopFacts
from callcenter.shop.spoken_dates import in_groups, one_by_one, spoken_day, spoken_time

# how a price is written, so that text normalization speaks it
CURRENCY: Mapping[tuple[str, Language], str] = {
    ("UAH", "en"): "UAH",
    ("UAH", "uk"): "грн",
    ("UAH", "ru"): "грн",
}
GLOBALS = frozenset({"shop"})


def plural(language: Language) -> Callable[..., str]:
    def pick(number: int, *words: str) -> str:
        n = abs(number)
        if language == "en":
            return words[0] if n == 1 else words[-1]
        # CLDR plural rules of Ukrainian and Russian for whole numbers
        if n % 10 == 1 and n % 100 != 11:
            return words[0]
        return words[1] if 2 <= n % 10 <= 4 and not 12 <= n % 100 <= 14 else words[-1]

    return pick


def environment(
    language: Language, facts: ShopFacts, places: Mapping[str, str] | None = None
) -> ImmutableSandboxedEnvironment:
    """`places`: how the store's names of places, in lower case, are said."""
    env = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False
    )
    currency = CURRENCY.get((facts.currency, language), facts.currency)

    def money(price: float) -> str:
        return f"{price:.0f} {currency}" if float(price).is_integer() else f"{price:.2f} {currency}"

    env.filters["plural"] = plural(language)
    env.filters["money"] = money
    env.filters["day"] = partial(spoken_day, language=language)
    env.filters["at"] = partial(spoken_time, language=language)
    env.filters["grouped"] = in_groups
    env.filters["one_by_one"] = one_by_one
    env.filters["place"] = lambda name: (places or {}).get(name.casefold(), name)
    env.globals["shop"] = {
        "name": facts.name[language],
        "city": facts.city[language],
        "phone": facts.phone,
        "website": facts.website,
        "operator": facts.operator.display[language],
        "operator_key": facts.operator.key,
        "callback_within": facts.callback.within[language],
        "currency": currency,
        "max_quantity": facts.order_limits.max_quantity,
        "max_total": facts.order_limits.max_total,
    }
    return env


def parameters(env: ImmutableSandboxedEnvironment, source: str) -> frozenset[str]:
    """Names that a template needs beside the globals. Raises jinja2.TemplateSyntaxError."""
    if "{" not in source:
        return frozenset()
    return frozenset(meta.find_undeclared_variables(env.parse(source))) - GLOBALS


def tidy(text: Any) -> str:
    """One line, single spaces, none before a full stop or comma."""
    line = " ".join(str(text).split())
    for mark in ".,?!":
        line = line.replace(f" {mark}", mark)
    return line

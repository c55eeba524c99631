"""Every phrase that the product speaks, in one language, several variations each."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jinja2 import Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from callcenter.shop.source import Location, Source
from callcenter.shop.templates import parameters, tidy

MARKUP = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)

# every key that the program speaks, and the parameters that it gives
KEYS: Mapping[str, frozenset[str]] = {
    key: frozenset(names.split())
    for key, names in {
        "greeting.open": "",
        "greeting.closed": "",
        "greeting.recorded": "",
        "greeting.ask": "",
        "greeting.guide": "",
        "silence.prompt": "",
        "silence.goodbye": "",
        "goodbye": "",
        "too_long": "",
        "filler": "",
        "apology.stt": "",
        "apology.llm": "",
        "apology.tts": "",
        "apology.store": "",
        "apology.agent": "",
        "transfer.customer_request": "",
        "transfer.cannot_help": "",
        "transfer.complex_question": "",
        "transfer.negative_emotion": "",
        "transfer.component_failure": "",
        "transfer.order_limit": "",
        "transfer.draining": "",
        "transfer.refused": "",
        "misunderstood.first": "",
        "misunderstood.second": "",
        "callback.promised": "",
        "callback.no_number": "",
        "help.root": "",
        "help.season": "",
        "help.size": "",
        "help.results": "",
        "help.yes_no": "",
        "ask.vehicle_or_size": "",
        "ask.model": "make",
        "ask.season": "",
        "ask.size": "",
        "ask.which": "",
        "ask.size_of": "tire",
        "go_ahead": "",
        "ask.what_else": "",
        "offer.operator": "",
        "declined": "",
        "nothing_to_repeat": "",
        "welcome": "",
        "wait": "",
        "about_self": "",
        "results.turned_down": "",
        "confirm.size": "size",
        "size.again": "",
        "size.keyed_wrong": "",
        "results.found": "count season size vehicle tires",
        "results.more": "tires size",
        "results.cheaper": "tires size",
        "results.other_brand": "tires size",
        "results.none": "season size vehicle brand",
        "results.none_under": "price",
        "results.no_more": "",
        "results.no_cheaper": "tire",
        "results.no_other_brand": "brand",
        "results.details": "tire",
        "results.price": "tire",
        "stock.in": "tire total locations",
        "stock.out": "tire next_delivery",
        "stock.short": "tire total wanted locations",
        "cannot.order_status": "",
        "cannot.order_creation": "",
        "cannot.fitting_booking": "",
        "cannot.consultation": "",
        "cannot.other": "",
        "summary.tire_search": "season size vehicle brand max_price",
        "summary.availability_check": "tire",
        "summary.shown": "tires",
        "summary.stock": "tire total",
        "summary.request.order_status": "",
        "summary.request.order_creation": "",
        "summary.request.fitting_booking": "",
        "summary.request.consultation": "",
        "summary.request.other": "",
        "summary.said": "words",
        "summary.operator": "",
        "summary.nothing": "",
    }.items()
}


@dataclass(frozen=True, slots=True)
class Phrase:
    variations: tuple[Template, ...]
    sources: tuple[str, ...]
    parameters: frozenset[str]


class PhraseBook:
    """`phrases/<language>.yaml`. Raises ConfigurationError for whatever is wrong in it."""

    def __init__(self, source: Source, env: ImmutableSandboxedEnvironment) -> None:
        self._phrases: dict[str, Phrase] = {}
        for key, location, variations in _leaves(source, source.values or {}, ()):
            self._phrases[key] = _compile(source, env, key, location, variations)
        if missing := sorted(KEYS.keys() - self._phrases.keys()):
            raise source.fault((), f"phrases missing: {', '.join(missing)}")

    def render(self, key: str, seed: int, params: Mapping[str, Any]) -> str:
        """Raises KeyError for a key that no shop has."""
        variations = self._phrases[key].variations
        return tidy(variations[seed % len(variations)].render(params))

    def count(self, key: str) -> int:
        return len(self._phrases[key].variations)

    def fixed(self) -> tuple[str, ...]:
        """What is said the same in every call, all variations."""
        return tuple(
            tidy(template.render())
            for phrase in self._phrases.values()
            if not phrase.parameters
            for template in phrase.variations
        )


def _leaves(source: Source, values: Any, location: Location) -> list[tuple[str, Location, list[Any]]]:
    if isinstance(values, Mapping):
        return [leaf for key, value in values.items() for leaf in _leaves(source, value, (*location, str(key)))]
    variations = values if isinstance(values, list) else [values]
    return [(".".join(map(str, location)), location, variations)]


def _compile(
    source: Source, env: ImmutableSandboxedEnvironment, key: str, location: Location, variations: list[Any]
) -> Phrase:
    if (known := KEYS.get(key)) is None:
        raise source.fault(location, "no such phrase is ever spoken; is the key misspelt?")
    if not variations:
        raise source.fault(location, "has no variation")
    templates: list[Template] = []
    names: frozenset[str] = frozenset()
    for index, text in enumerate(variations):
        where = (*location, index)
        if not isinstance(text, str) or not text.strip():
            raise source.fault(where, "must be words")
        try:
            names = names | parameters(env, text)
            templates.append(env.from_string(text))
        except TemplateError as error:
            raise source.fault(where, f"is no valid template ({error.message})") from error
        if unknown := sorted(names - known):
            raise source.fault(
                where, f"asks for {', '.join(unknown)}; it may have {', '.join(sorted(known)) or 'nothing'}"
            )
        if any(character.isdigit() for character in MARKUP.sub("", text)):
            raise source.fault(where, "holds digits; write numbers as words")
    return Phrase(tuple(templates), tuple(variations), frozenset(names))

"""Every phrase that the product speaks, in one language, several variations each."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from jinja2 import Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from callcenter.errors import ConfigurationError
from callcenter.shop.phrase_keys import KEYS
from callcenter.shop.source import Location, Source
from callcenter.shop.templates import parameters, tidy

MARKUP = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)


@dataclass(frozen=True)
class Variation:
    text: str
    env: ImmutableSandboxedEnvironment

    @cached_property
    def template(self) -> Template:
        """Compiled when it is first spoken: a shop has hundreds, a call needs few."""
        return self.env.from_string(self.text)


@dataclass(frozen=True, slots=True)
class Phrase:
    location: Location
    variations: tuple[Variation, ...]
    parameters: frozenset[str]


class PhraseBook:
    """`phrases/<language>.yaml`. Raises ConfigurationError with everything that is wrong in it."""

    def __init__(self, source: Source, env: ImmutableSandboxedEnvironment) -> None:
        self.source = source
        self.phrases: dict[str, Phrase] = {}
        faults: list[str] = []
        for key, location, texts in _leaves(source.values, ()):
            names: set[str] = set()
            problems = list(_problems(key, location, texts, env, names))
            faults += [str(source.fault(where, problem)) for where, problem in problems]
            self.phrases[key] = Phrase(location, tuple(Variation(str(text), env) for text in texts), frozenset(names))
        if not faults and (missing := sorted(KEYS.keys() - self.phrases.keys())):
            faults.append(str(source.fault((), f"phrases missing: {', '.join(missing)}")))
        if faults:
            raise ConfigurationError("\n".join(faults))

    def render(self, key: str, seed: int, params: Mapping[str, Any]) -> str:
        """Raises KeyError for a key that no shop has."""
        variations = self.phrases[key].variations
        return tidy(variations[seed % len(variations)].template.render(params))

    def variations(self, key: str) -> tuple[str, ...]:
        """Of a phrase without parameters. Raises KeyError for a key that no shop has."""
        return tuple(tidy(variation.template.render()) for variation in self.phrases[key].variations)

    def fixed(self) -> tuple[str, ...]:
        """What is said the same in every call, all variations."""
        return tuple(
            text for key, phrase in self.phrases.items() if not phrase.parameters for text in self.variations(key)
        )


def _leaves(values: Any, location: Location) -> list[tuple[str, Location, list[Any]]]:
    if isinstance(values, Mapping):
        return [leaf for key, value in values.items() for leaf in _leaves(value, (*location, str(key)))]
    return [(".".join(map(str, location)), location, values if isinstance(values, list) else [values])]


def _problems(
    key: str, location: Location, texts: list[Any], env: ImmutableSandboxedEnvironment, names: set[str]
) -> Iterator[tuple[Location, str]]:
    """What is wrong, and where; the parameters that are asked for are added to `names`."""
    if (known := KEYS.get(key)) is None:
        yield location, "no such phrase is ever spoken; is the key misspelt?"
        return
    if not texts:
        yield location, "has no variation"
    for index, text in enumerate(texts):
        where = (*location, index)
        if not isinstance(text, str) or not text.strip():
            yield where, "must be words"
            continue
        try:
            asked = parameters(env, text)
        except TemplateError as error:
            yield where, f"is no valid template ({error.message})"
            continue
        names |= asked
        if unknown := sorted(asked - known):
            may = ", ".join(sorted(known)) or "nothing"
            yield where, f"asks for {', '.join(unknown)}; it may have {may}"
        if any(character.isdigit() for character in MARKUP.sub("", text)):
            yield where, "holds digits; write numbers as words"

"""grammar.yaml: what the embedded recognizer listens for, in English."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from callcenter.shop.catalogue import CatalogueNames

Spoken = tuple[str, ...]
"""How a name is said, in lower-case words with a known pronunciation."""
Expression = Annotated[str, Field(min_length=1)]
"""JSGF: words, <rules>, (groups), [options], | alternatives."""


class SpokenNames(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    makes: Mapping[str, Spoken] = {}
    models: Mapping[str, Mapping[str, Spoken]] = {}
    brands: Mapping[str, Spoken] = {}


class Listening(BaseModel):
    """Rules <car> (its make may be left out), <full_car>, <brand> and <size> are made of the names that are spoken; a
    name that is not in `spoken` is understood in writing, but not listened for."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    spoken: SpokenNames
    rules: Mapping[str, Expression] = {}
    states: Mapping[str, tuple[Expression, ...]]
    """Sentences by state of the dialogue."""

    def with_spoken(self, names: CatalogueNames) -> CatalogueNames:
        """The names with the ways they are said as aliases, so that what is recognized is understood."""
        spoken = self.spoken
        return replace(
            names,
            makes={make: (*a, *spoken.makes.get(make, ())) for make, a in names.makes.items()},
            models={(k, m): (*a, *spoken.models.get(k, {}).get(m, ())) for (k, m), a in names.models.items()},
            brands={brand: (*a, *spoken.brands.get(brand, ())) for brand, a in names.brands.items()},
        )

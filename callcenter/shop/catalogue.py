"""The names that callers may say: makes with their models, brands, sizes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from pydantic import BaseModel, ConfigDict

from callcenter.shop.source import Source

Aliases = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CatalogueNames:
    """What the store sells and for which cars, each name as the store writes it with what else people call it, in any
    language."""

    makes: Mapping[str, Aliases]
    models: Mapping[tuple[str, str], Aliases]
    """By make and model."""
    brands: Mapping[str, Aliases]
    sizes: tuple[str, ...] = ()
    """ "215/55 R17"."""

    def merged(self, other: "CatalogueNames") -> "CatalogueNames":
        """The other's names (all of them; none of ours that it lacks), with the aliases of both. Sizes are the other's
        where it has any."""
        return CatalogueNames(
            makes={name: _both(aliases, self.makes.get(name, ())) for name, aliases in other.makes.items()},
            models={name: _both(aliases, self.models.get(name, ())) for name, aliases in other.models.items()},
            brands={name: _both(aliases, self.brands.get(name, ())) for name, aliases in other.brands.items()},
            sizes=other.sizes or self.sizes,
        )


def _both(aliases: Aliases, others: Aliases) -> Aliases:
    return tuple(dict.fromkeys(aliases + others))


class ListedVehicle(Protocol):
    """A car as the store lists it (store_client.models.VehicleModel)."""

    @property
    def make(self) -> str: ...
    @property
    def make_aliases(self) -> tuple[str, ...]: ...
    @property
    def model(self) -> str: ...
    @property
    def model_aliases(self) -> tuple[str, ...]: ...


class ListedBrand(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def aliases(self) -> tuple[str, ...]: ...


def names_of(vehicles: Iterable[ListedVehicle], brands: Iterable[ListedBrand]) -> CatalogueNames:
    """The names of a store's own lists."""
    makes: dict[str, Aliases] = {}
    models: dict[tuple[str, str], Aliases] = {}
    for car in vehicles:
        makes[car.make] = _both(makes.get(car.make, ()), car.make_aliases)
        models[car.make, car.model] = _both(models.get((car.make, car.model), ()), car.model_aliases)
    return CatalogueNames(makes, models, {brand.name: brand.aliases for brand in brands})


class _Catalogue(BaseModel):
    model_config = ConfigDict(extra="forbid")
    makes: Mapping[str, Aliases]
    models: Mapping[str, Mapping[str, Aliases]]
    brands: Mapping[str, Aliases]
    sizes: Sequence[str] = ()


def load_catalogue(source: Source) -> CatalogueNames:
    """catalogue.yaml."""
    parsed = source.parse(_Catalogue)
    if unknown := sorted(parsed.models.keys() - parsed.makes.keys()):
        raise source.fault(("models", unknown[0]), "is no make")
    return CatalogueNames(
        makes=parsed.makes,
        models={(make, model): names for make, several in parsed.models.items() for model, names in several.items()},
        brands=parsed.brands,
        sizes=tuple(parsed.sizes),
    )

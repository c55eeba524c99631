"""The names that callers may say: makes with their models, brands, sizes."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import BaseModel, ConfigDict

from callcenter.shop.source import Source


@dataclass(frozen=True, slots=True)
class CatalogueNames:
    """What the store sells and for which cars, as the store writes it ("Toyota", "Camry", "Nokian", "215/55 R17")."""

    vehicles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Models by make."""
    brands: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()


class _Catalogue(BaseModel):
    model_config = ConfigDict(extra="forbid")
    vehicles: dict[str, tuple[str, ...]]
    brands: tuple[str, ...]
    sizes: tuple[str, ...] = ()


def load_catalogue(source: Source) -> CatalogueNames:
    parsed = source.parse(_Catalogue)
    return CatalogueNames(parsed.vehicles, parsed.brands, parsed.sizes)

"""The files in `data`, read into values."""

import csv
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import yaml

Texts = Mapping[str, str]
"""By language, "uk" and "en"."""

_SIZE = re.compile(r"(\d{3})/(\d{2}) R(\d{2})(C?)")


@dataclass(frozen=True, slots=True)
class Size:
    name: str
    width: int
    profile: int
    diameter: int
    light_truck: bool
    load: str
    load_xl: str
    kinds: frozenset[str]


@dataclass(frozen=True, slots=True)
class TireModel:
    brand: str
    name: str
    season: str
    type: str
    kinds: frozenset[str]
    rims: range
    speed: str | None
    """None: what is usual for the type and rim."""
    tier: str
    country: Texts


@dataclass(frozen=True, slots=True)
class Brand:
    name: str
    aliases: list[str]
    models: tuple[TireModel, ...]


@dataclass(frozen=True, slots=True)
class Generation:
    name: str
    year_from: int
    year_to: int | None
    sizes: Mapping[str, tuple[str, ...]]
    """By modification; "" is every other one."""


@dataclass(frozen=True, slots=True)
class Vehicle:
    model: str
    aliases: list[str]
    generations: tuple[Generation, ...]


@dataclass(frozen=True, slots=True)
class Make:
    name: str
    aliases: list[str]
    vehicles: tuple[Vehicle, ...]


@dataclass(frozen=True, slots=True)
class Warehouse:
    id: str
    name: Texts
    delivery_weekdays: list[int]


@dataclass(frozen=True, slots=True)
class Wording:
    seasons: Mapping[str, Texts]
    types: Mapping[str, Texts]


def _folder() -> Traversable:
    return files("demo_store").joinpath("data")


def digest() -> str:
    """Of the data and of the code that makes the shop of it: changes when the shop would."""
    hashed = hashlib.sha256()
    for folder in (_folder(), files("demo_store.assortment")):
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
            if entry.is_file():
                hashed.update(entry.name.encode() + b"\0" + entry.read_bytes())
    return hashed.hexdigest()


def read_data(name: str) -> Any:
    """What the YAML file `data/{name}` holds."""
    return yaml.load(_folder().joinpath(name).read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - the C twin of SafeLoader, ten times faster


def sizes() -> dict[str, Size]:
    rows = csv.DictReader(_folder().joinpath("sizes.csv").read_text(encoding="utf-8").splitlines())
    return {row["size"]: _size(row) for row in rows}


def _size(row: Mapping[str, str]) -> Size:
    matched = _SIZE.fullmatch(row["size"])
    if matched is None:
        raise ValueError(f"sizes.csv: {row['size']!r} is no size")
    width, profile, diameter, light_truck = matched.groups()
    return Size(
        row["size"],
        int(width),
        int(profile),
        int(diameter),
        light_truck == "C",
        row["load"],
        row["load_xl"],
        frozenset(row["kinds"].split()),
    )


def brands() -> list[Brand]:
    return [
        Brand(raw["brand"], raw["aliases"], tuple(_tire_model(raw, line) for line in raw["models"]))
        for raw in read_data("brands.yaml")
    ]


def _tire_model(brand: Mapping[str, Any], line: str) -> TireModel:
    name, season, kind, fits, rims, *speed = (part.strip() for part in line.split("|"))
    first, _, last = rims.partition("-")
    return TireModel(
        brand["brand"],
        name,
        season,
        kind,
        frozenset(fits.split()),
        range(int(first), int(last) + 1),
        speed[0] if speed else None,
        brand["tier"],
        brand["country"],
    )


def makes() -> list[Make]:
    return [
        Make(
            raw["make"],
            raw["aliases"],
            tuple(
                Vehicle(
                    model["model"],
                    model["aliases"],
                    tuple(_generation(title, fitted) for title, fitted in model["generations"].items()),
                )
                for model in raw["models"]
            ),
        )
        for raw in read_data("vehicles.yaml")
    ]


def _generation(title: str, fitted: Any) -> Generation:
    """`title` is "XV70 2018-2024"; `fitted` the sizes, or sizes and modifications that differ."""
    name, years = title.rsplit(" ", 1)
    first, _, last = years.partition("-")
    by_modification = {"": fitted} if isinstance(fitted, list) else {"": fitted["sizes"], **fitted["modifications"]}
    return Generation(
        name,
        int(first),
        int(last) if last else None,
        {modification: tuple(sizes) for modification, sizes in by_modification.items()},
    )


def warehouses() -> list[Warehouse]:
    return [Warehouse(raw["id"], raw["name"], raw["delivery_weekdays"]) for raw in read_data("warehouses.yaml")]


def wording() -> Wording:
    raw = read_data("texts.yaml")
    return Wording(raw["season"], raw["type"])

"""Which tires the shop lists: for every size that a listed car needs, something for summer and for winter."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from demo_store.assortment.pricing import chance, load_index, old_price_uah, price_uah, speed_index
from demo_store.assortment.sources import Brand, Make, Size, Texts, TireModel, Wording

_AT_LEAST = {
    ("summer", None): 3,
    ("winter", "friction"): 2,
    ("winter", "studded"): 2,
    ("winter", "cargo"): 2,
    ("all_season", None): 1,
}
"""How many of a season (and type) each size has, as far as there are models for it."""

_POPULARITY = {"premium": 0.75, "middle": 0.85, "budget": 1.0}


@dataclass(frozen=True, slots=True)
class Tire:
    id: str
    model: TireModel
    size: Size
    load_index: str
    speed_index: str
    price_uah: int
    old_price_uah: int | None
    popularity: int
    description: Texts
    features: Mapping[str, list[str]]


def listed_tires(
    brands: Iterable[Brand], sizes: Mapping[str, Size], makes: Iterable[Make], words: Wording
) -> list[Tire]:
    """Sorted by id."""
    demand = _demand(makes)
    models = [model for brand in brands for model in brand.models]
    tires = [
        _tire(model, size, demand[name], words)
        for name, size in sizes.items()
        for model in _chosen([model for model in models if _fits(model, size)], name, demand[name])
    ]
    return sorted(tires, key=lambda tire: tire.id)


def _demand(makes: Iterable[Make]) -> Counter[str]:
    """How many generations of cars need each size."""
    return Counter(
        size
        for make in makes
        for vehicle in make.vehicles
        for generation in vehicle.generations
        for size in set().union(*generation.sizes.values())
    )


def _fits(model: TireModel, size: Size) -> bool:
    if model.type == "sport" and size.profile > 55:
        return False
    return bool(model.kinds & size.kinds) and size.diameter in model.rims


def _chosen(candidates: list[TireModel], size: str, demand: int) -> list[TireModel]:
    """The more cars need a size, the wider the choice."""
    ranked = sorted(candidates, key=lambda model: chance(model.brand, model.name, size))
    share = min(0.01 + 0.01 * demand, 0.4)
    chosen = [model for model in ranked if chance(model.brand, model.name, size) < share]
    for (season, kind), least in _AT_LEAST.items():
        of_kind = [model for model in ranked if model.season == season and kind in (None, model.type)]
        chosen += [model for model in of_kind[:least] if model not in chosen]
    return chosen


def _tire(model: TireModel, size: Size, demand: int, words: Wording) -> Tire:
    tire_id = re.sub(r"[^a-z0-9]+", "-", f"{model.brand} {model.name} {size.name}".lower())
    index, reinforced = load_index(tire_id, size)
    speed = speed_index(model, size)
    price = price_uah(model, size)
    liked = _POPULARITY[model.tier] * (0.3 + 0.7 * chance(model.brand, model.name, "liked"))
    marking = f"{model.brand} {model.name} {size.name} {index}{speed}{' XL' if reinforced else ''}"
    return Tire(
        tire_id,
        model,
        size,
        index,
        speed,
        price,
        old_price_uah(tire_id, price),
        round(1000 * liked * (0.5 + 0.5 * min(demand, 40) / 40)),
        {
            "uk": f"{marking}: {words.seasons[model.season]['uk']} шина, {words.types[model.type]['uk']}. "
            f"Країна бренду: {model.country['uk']}.",
            "en": f"{marking}: {words.seasons[model.season]['en']} tire, {words.types[model.type]['en']}. "
            f"Brand of {model.country['en']}.",
        },
        _features(tire_id, model, size, reinforced),
    )


def _features(tire_id: str, model: TireModel, size: Size, reinforced: bool) -> Mapping[str, list[str]]:
    features: defaultdict[str, list[str]] = defaultdict(list)

    def add(uk: str, en: str) -> None:
        features["uk"].append(uk)
        features["en"].append(en)

    if reinforced:
        add("підсилена (XL)", "reinforced (XL)")
    if size.light_truck:
        add("легковантажна (C)", "light truck (C)")
    if model.type == "studded":
        add("заводські шипи", "factory studs")
    if model.season != "summer" and model.type != "offroad":
        add("сертифікована для суворої зими (3PMSF)", "severe snow certified (3PMSF)")
    better = {"premium": 0, "middle": 1, "budget": 2}[model.tier]
    fuel = "BCDE"[min(3, better + (chance(tire_id, "fuel") > 0.5) + (model.season == "winter"))]
    wet = "ABCD"[min(3, better + (chance(tire_id, "wet") > 0.6))]
    noise_db = 68 + better + size.width // 60 - 3 + round(2 * chance(tire_id, "noise"))
    add(f"економія пального {fuel}", f"fuel efficiency {fuel}")
    add(f"зчеплення на мокрій дорозі {wet}", f"wet grip {wet}")
    add(f"шум {noise_db} дБ", f"noise {noise_db} dB")
    return dict(features)

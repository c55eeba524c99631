"""A small catalogue for `FakeStore`: two cars with their sizes, four brands, every season, one tire sold out."""

from dataclasses import dataclass
from decimal import Decimal

from store_client.models import Brand, Season, TireDetails, VehicleModel


@dataclass(frozen=True, slots=True)
class FakeVehicle:
    listed: VehicleModel
    sizes: tuple[str, ...]


_SIZES = {
    "205/55 R16": (205, 55, 16, "91"),
    "205/65 R16": (205, 65, 16, "95"),
    "215/55 R17": (215, 55, 17, "94"),
    "235/45 R18": (235, 45, 18, "94"),
    "225/45 R17": (225, 45, 17, "91"),
}

_MODELS: tuple[tuple[str, str, Season, str, str, int], ...] = (
    ("Michelin", "Primacy 4", "summer", "touring", "W", 4200),
    ("Nokian", "Hakka Blue 3", "summer", "touring", "V", 3700),
    ("Premiorri", "Solazo", "summer", "touring", "H", 2100),
    ("Nokian", "Hakkapeliitta 10", "winter", "studded", "T", 4600),
    ("Michelin", "Alpin 6", "winter", "friction", "H", 4400),
    ("Rosava", "Snowgard", "winter", "friction", "T", 1900),
    ("Michelin", "CrossClimate 2", "all_season", "touring", "V", 4500),
)

SOLD_OUT = "michelin-primacy-4-235-45-r18"


def _tire(brand: str, model: str, season: Season, kind: str, speed: str, base: int, size: str) -> TireDetails:
    width, profile, diameter, load = _SIZES[size]
    tire_id = f"{brand} {model} {size}".lower().replace(" ", "-").replace("/", "-")
    stock = 0 if tire_id == SOLD_OUT else 8
    return TireDetails(
        id=tire_id,
        brand=brand,
        model=model,
        size=size,
        width=width,
        profile=profile,
        diameter=diameter,
        season=season,
        type=kind,
        load_index=load,
        speed_index=speed,
        price=Decimal(base + (diameter - 16) * 600),
        currency="UAH",
        in_stock=stock > 0,
        stock_quantity=stock,
        description=f"{brand} {model}",
        features=("XL",) if diameter >= 17 else (),
    )


TIRES: tuple[TireDetails, ...] = tuple(_tire(*model, size) for model in _MODELS for size in _SIZES)

VEHICLES: tuple[FakeVehicle, ...] = (
    FakeVehicle(
        VehicleModel(
            make="Toyota",
            make_aliases=("тойота",),
            model="Camry",
            model_aliases=("камрі", "кемрі", "камри"),
            year_from=2012,
            year_to=2024,
        ),
        ("205/65 R16", "215/55 R17", "235/45 R18"),
    ),
    FakeVehicle(
        VehicleModel(
            make="Volkswagen",
            make_aliases=("фольксваген", "vw"),
            model="Golf",
            model_aliases=("гольф",),
            year_from=2013,
            year_to=None,
        ),
        ("205/55 R16", "225/45 R17"),
    ),
)

BRANDS: tuple[Brand, ...] = (
    Brand(name="Michelin", aliases=("мішлен", "мишлен")),
    Brand(name="Nokian", aliases=("нокіан", "нокиан")),
    Brand(name="Premiorri", aliases=("преміоррі", "премиорри")),
    Brand(name="Rosava", aliases=("росава",)),
)

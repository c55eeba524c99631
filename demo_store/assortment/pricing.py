"""What a tire costs and how it is rated, believably: Ukrainian retail of 2025 within some ten percent."""

import hashlib
from decimal import Decimal

from demo_store.assortment.sources import Size, TireModel

_BASE_UAH = {13: 1950, 14: 2150, 15: 2450, 16: 2950, 17: 3850, 18: 4750, 19: 5900, 20: 6900}
"""A middling summer tire of ordinary width, by rim."""
_USUAL_WIDTH = {13: 175, 14: 180, 15: 195, 16: 205, 17: 225, 18: 235, 19: 245, 20: 255}
_TIER = {"premium": 1.38, "middle": 1.0, "budget": 0.76}
_TYPE = {"sport": 1.12, "suv": 1.05, "offroad": 1.22, "cargo": 1.25, "studded": 1.08, "friction": 1.03}


def chance(*parts: str) -> float:
    """0..1, always the same for the same words."""
    return int.from_bytes(hashlib.blake2b("|".join(parts).encode(), digest_size=8).digest()) / 2**64


def price_uah(model: TireModel, size: Size) -> int:
    width_factor: float = (size.width / _USUAL_WIDTH[size.diameter]) ** 0.7
    own = 0.94 + 0.12 * chance(model.brand, model.name, "price")
    exact = _BASE_UAH[size.diameter] * width_factor * _TIER[model.tier] * _TYPE.get(model.type, 1.0) * own
    return round(exact / 10) * 10


def old_price_uah(tire_id: str, price: int) -> int | None:
    """Some are on sale."""
    if chance(tire_id, "sale") > 0.14:
        return None
    return round(price * (1.08 + 0.14 * chance(tire_id, "cut")) / 10) * 10


def load_index(tire_id: str, size: Size) -> tuple[str, bool]:
    """The index, and whether the tire is reinforced (XL)."""
    if size.load_xl and (not size.load or chance(tire_id, "xl") < 0.55):
        return size.load_xl, True
    return size.load, False


def speed_index(model: TireModel, size: Size) -> str:
    if model.speed:
        return model.speed
    rim = size.diameter
    match model.type:
        case "sport":
            return "Y"
        case "touring":
            return "T" if rim < 14 else "H" if rim < 16 else "V" if rim < 17 else "W"
        case "eco":
            return "T" if rim < 15 else "H"
        case "suv":
            return "H" if rim < 17 else "V" if rim < 19 else "W"
        case "cargo":
            return "R"
        case "friction":
            return "T" if rim < 16 else "H" if rim < 18 else "V"
        case _:
            return "T"


def weight_kg(size: Size) -> Decimal:
    """Goes with width and outer diameter: 9.1 for 205/55 R16, 7.0 for 175/70 R13, 14.4 for 265/60 R18."""
    outer_mm = 25.4 * size.diameter + 2 * size.width * size.profile / 100
    return Decimal(str(round(70e-6 * size.width * outer_mm, 1)))

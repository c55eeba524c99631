"""What delivery costs. Pure."""

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal


@dataclass(frozen=True, slots=True)
class Tariff:
    """Of a city, in the shop's currency."""

    cost: Decimal
    free_from: Decimal
    """The order's total from which delivery is free."""
    included_kg: int
    extra_kg_cost: Decimal
    """Of each kilogram begun beyond those."""


def delivery_cost(tariff: Tariff, order_total: Decimal, weight_kg: Decimal) -> Decimal:
    if order_total >= tariff.free_from:
        return Decimal(0)
    extra_kg = max(Decimal(0), weight_kg - tariff.included_kg).to_integral_value(ROUND_CEILING)
    return tariff.cost + extra_kg * tariff.extra_kg_cost

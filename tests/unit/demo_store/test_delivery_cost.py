from decimal import Decimal

import pytest

from demo_store.delivery_cost import Tariff, delivery_cost

TARIFF = Tariff(cost=Decimal(200), free_from=Decimal(8000), included_kg=50, extra_kg_cost=Decimal(5))


@pytest.mark.parametrize(
    ("total", "weight_kg", "cost"),
    [
        ("100", "0", 200),
        ("100", "50", 200),
        ("100", "50.1", 205),
        ("100", "52", 210),
        ("7999.99", "50", 200),
        ("8000", "500", 0),
    ],
)
def test_it_goes_by_weight_until_the_total_makes_it_free(total: str, weight_kg: str, cost: int) -> None:
    assert delivery_cost(TARIFF, Decimal(total), Decimal(weight_kg)) == cost

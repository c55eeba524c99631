"""What lies in which warehouse, and what is on its way."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter

from demo_store.assortment.pricing import chance
from demo_store.assortment.sources import Warehouse
from demo_store.assortment.tires import Tire

_ALWAYS_THERE = 2
"""Of each size and season so many are never sold out: a caller always finds something."""


@dataclass(frozen=True, slots=True)
class Stock:
    tire_id: str
    warehouse_id: str
    quantity: int
    incoming: int


def stocked(tires: Iterable[Tire], warehouses: list[Warehouse]) -> list[Stock]:
    by_need: defaultdict[tuple[str, str], list[Tire]] = defaultdict(list)
    for tire in tires:
        by_need[tire.size.name, tire.model.season].append(tire)
    rows = []
    for choice in by_need.values():
        choice.sort(key=attrgetter("popularity"), reverse=True)
        for place, tire in enumerate(choice):
            sold_out = place >= _ALWAYS_THERE and chance(tire.id, "sold out") < 0.12
            rows += [_row(tire, warehouse, sold_out, main=warehouse is warehouses[0]) for warehouse in warehouses]
    return rows


def _row(tire: Tire, warehouse: Warehouse, sold_out: bool, *, main: bool) -> Stock:
    def roll(what: str) -> float:
        return chance(tire.id, warehouse.id, what)

    here = not sold_out and (main or roll("here") < 0.6)
    # Mostly sets of four; the main warehouse always has one whole set.
    quantity = (4 * (1 + int(8 * roll("sets"))) + int(roll("odd") * 4) * (roll("split") < 0.3)) if here else 0
    incoming = 4 * (1 + int(5 * roll("incoming"))) if not here and roll("ordered") < 0.5 else 0
    return Stock(tire.id, warehouse.id, quantity, incoming)

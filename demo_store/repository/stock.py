"""Taking tires out of the warehouses."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from demo_store.answers_orders import OrderItem
from demo_store.errors import Conflict
from demo_store.sql import queries

if TYPE_CHECKING:
    from asyncpg import Record

    from demo_store.database import Transaction


async def take_stock(connection: "Transaction", items: Sequence[OrderItem]) -> None:
    """All of the items or, where something is short, none: Conflict names what and how many are left."""
    sql = queries("stock")
    locked = await connection.fetch(sql["lock"], [item.product_id for item in items])
    lots = {item.product_id: [row for row in locked if row["tire_id"] == item.product_id] for item in items}
    refuse_what_is_short([(item.name, item.size, item.quantity, _quantity(lots[item.product_id])) for item in items])
    await connection.executemany(
        sql["take"],
        [
            (item.product_id, warehouse_id, quantity)
            for item in items
            for warehouse_id, quantity in _picked(lots[item.product_id], item.quantity)
        ],
    )


def refuse_what_is_short(lines: Sequence[tuple[str, str, int, int]]) -> None:
    """`lines` are name, size, quantity wanted, quantity left. Raises Conflict."""
    short = [
        f"{name} {size}: {wanted} wanted, {left} left in stock" for name, size, wanted, left in lines if left < wanted
    ]
    if short:
        raise Conflict("out_of_stock", "; ".join(short))


def _quantity(lots: "Sequence[Record]") -> int:
    return sum(lot["quantity"] for lot in lots)


def _picked(lots: "Sequence[Record]", wanted: int) -> list[tuple[str, int]]:
    """How many from which warehouse: the fullest first, so that a set seldom comes from two."""
    picked = []
    for lot in sorted(lots, key=lambda lot: (-lot["quantity"], lot["warehouse_id"])):
        taken = min(wanted, lot["quantity"])
        if taken:
            picked.append((lot["warehouse_id"], taken))
            wanted -= taken
    return picked

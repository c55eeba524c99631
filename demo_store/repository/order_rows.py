"""Orders as the tables hold them, made into answers."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from demo_store.answers_orders import (
    Customer,
    Order,
    OrderDelivery,
    OrderDetails,
    OrderItem,
    Payment,
    StatusChange,
)
from demo_store.order_wording import PAYMENTS, STATUSES
from demo_store.repository.tires import Language
from demo_store.sql import queries

if TYPE_CHECKING:
    from asyncpg import Record

    from demo_store.database import Transaction


async def read_order(connection: "Transaction", order_id: int, language: Language) -> OrderDetails | None:
    sql = queries("orders")
    row = await connection.fetchrow(sql["order"], order_id)
    if row is None:
        return None
    items = await connection.fetch(sql["items"], order_id)
    history = await connection.fetch(sql["history"], order_id)
    return OrderDetails(
        **listed_order(row, language).model_dump(),
        customer=Customer(phone=row["customer_phone"], name=row["customer_name"]),
        items=_items(items),
        subtotal=row["subtotal"],
        weight_kg=row["weight_kg"],
        delivery=_delivery(row, language),
        payment=_payment(row, language),
        status_history=[
            StatusChange(status=then["status"], status_label=STATUSES[then["status"]][language], at=then["at"])
            for then in history
        ],
        expires_at=row["expires_at"] if row["current_status"] == "draft" else None,
        sms_sent=row["sms_sent"],
    )


def listed_order(row: "Record", language: Language) -> Order:
    """`row` is of the view store.listed_orders."""
    return Order(
        id=str(row["id"]),
        order_number=row["order_number"],
        status=row["current_status"],
        status_label=STATUSES[row["current_status"]][language],
        created_at=row["created_at"],
        total=row["total"],
        currency=row["currency"],
        items_summary=row["items_summary"],
        estimated_delivery=row["estimated_delivery"],
        tracking_number=row["tracking_number"],
    )


def _items(rows: "Sequence[Record]") -> list[OrderItem]:
    return [OrderItem(**row, total=row["price"] * row["quantity"]) for row in rows]


def _delivery(row: "Record", language: Language) -> OrderDelivery | None:
    if row["delivery_type"] is None:
        return None
    return OrderDelivery(
        delivery_type=row["delivery_type"],
        city=row[f"city_{language}"],
        address=row[f"address_{language}"],
        pickup_point_id=row["pickup_point_id"],
        pickup_point_name=row[f"pickup_point_{language}"],
        cost=row["delivery_cost"],
        estimated_days=row["delivery_days"],
    )


def _payment(row: "Record", language: Language) -> Payment | None:
    method = row["payment_method"]
    if method is None:
        return None
    return Payment(method=method, method_label=PAYMENTS[method][language], paid=row["paid"])

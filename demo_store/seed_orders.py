"""The seed's cities, pickup points and orders. Its orders have ids below 1001, and their dates move with today."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from demo_store.names import name_keys
from demo_store.sql import queries

if TYPE_CHECKING:
    from asyncpg import Connection, Record

    from demo_store.assortment.past_orders import PastOrder
    from demo_store.assortment.places import City
    from demo_store.assortment.tires import Tire

# A draft of the seed is there to be looked at; it does not expire while anybody looks.
_DRAFTS_LIVE = timedelta(days=30)


async def replace_orders(connection: "Connection[Record]", tires: "Sequence[Tire]") -> None:
    """Orders that somebody made stay."""
    from demo_store.assortment.past_orders import past_orders
    from demo_store.assortment.places import cities
    from demo_store.assortment.sources import read_data

    places = cities()
    now: datetime = await connection.fetchval("SELECT now()")
    orders = past_orders(tires, places, read_data("customers.yaml"), now)
    await connection.execute("TRUNCATE store.pickup_points, store.cities")
    await connection.execute(queries("seed_orders")["remove"])
    for table, columns, rows in (
        ("cities", _CITY_COLUMNS, map(_city_row, places)),
        ("pickup_points", _POINT_COLUMNS, _point_rows(places)),
        ("orders", _ORDER_COLUMNS, (_order_row(order, now) for order in orders)),
        ("order_items", _ITEM_COLUMNS, _item_rows(orders)),
        ("status_history", ("order_id", "status", "at"), _history_rows(orders)),
    ):
        await connection.copy_records_to_table(table, schema_name="store", columns=columns, records=rows)


async def move_orders_to_today(connection: "Connection[Record]") -> None:
    """The seed was made some days ago: its orders become as old as they were then."""
    sql = queries("seed_orders")
    passed = timedelta(days=await connection.fetchval(sql["days_passed"]))
    if passed:
        for step in ("move_orders", "move_history", "move_seed"):
            await connection.execute(sql[step], passed)


_CITY_COLUMNS = (
    *("id", "name_uk", "name_en", "keys", "cost", "free_from", "included_kg", "extra_kg_cost"),
    *("delivery_days", "pickup_days"),
)


def _city_row(city: "City") -> tuple[Any, ...]:
    tariff = city.tariff
    return (
        *(city.id, city.name["uk"], city.name["en"], name_keys(city.name["uk"], [city.name["en"], *city.aliases])),
        *(tariff.cost, tariff.free_from, tariff.included_kg, tariff.extra_kg_cost),
        *(city.delivery_days, city.pickup_days),
    )


_POINT_COLUMNS = (
    *("id", "city_id", "name_uk", "name_en", "address_uk", "address_en", "working_hours_uk", "working_hours_en"),
    "phone",
)


def _point_rows(cities: "Iterable[City]") -> Iterable[tuple[Any, ...]]:
    for city in cities:
        for point in city.pickup_points:
            both = (point.name, point.address, point.working_hours)
            yield (point.id, city.id, *(text[language] for text in both for language in ("uk", "en")), point.phone)


_ORDER_COLUMNS = (
    *("id", "status", "customer_phone", "customer_name", "source", "created_at", "expires_at", "confirmed_at"),
    *("currency", "subtotal", "weight_kg", "delivery_type", "city_id", "address", "pickup_point_id"),
    *("delivery_cost", "delivery_days", "payment_method", "paid", "estimated_delivery", "tracking_number"),
)


def _order_row(order: "PastOrder", now: datetime) -> tuple[Any, ...]:
    customer, draft = order.customer, order.status == "draft"
    created_at = order.history[0][1]
    pickup = order.pickup_point_id is not None
    return (
        *(order.id, order.status, customer.phone, customer.name, order.source, created_at),
        *(now + _DRAFTS_LIVE if draft else created_at + timedelta(minutes=30), None if draft else order.history[1][1]),
        *("UAH", order.subtotal, order.weight_kg, "pickup" if pickup else "delivery", customer.city.id),
        *(None if pickup else customer.address, order.pickup_point_id, order.delivery_cost, order.delivery_days),
        *(None if draft else order.payment_method, order.paid),
        *(None if draft else order.estimated_delivery, order.tracking_number),
    )


_ITEM_COLUMNS = ("order_id", "position", "product_id", "name", "size", "quantity", "price")


def _item_rows(orders: "Iterable[PastOrder]") -> Iterable[tuple[Any, ...]]:
    for order in orders:
        for place, (tire, quantity) in enumerate(order.lines, start=1):
            name = f"{tire.model.brand} {tire.model.name}"
            yield (order.id, place, tire.id, name, tire.size.name, quantity, tire.price_uah)


def _history_rows(orders: "Iterable[PastOrder]") -> Iterable[tuple[Any, ...]]:
    return ((order.id, status, at) for order in orders for status, at in order.history)

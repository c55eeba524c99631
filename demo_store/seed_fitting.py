"""Fills the tables of tire fitting: what the file says, and bookings for the weeks to come."""

from collections.abc import Iterable
from datetime import date, time, timedelta
from typing import TYPE_CHECKING, Any

from demo_store.names import name_keys

if TYPE_CHECKING:
    from asyncpg import Connection, Record

    from demo_store.assortment.bookings import Booking
    from demo_store.assortment.fitting import Station

_DAYS = 21
"""Longer than can be booked: a store that runs for a week without a start has taken times still."""


async def replace_fitting(connection: "Connection[Record]") -> None:
    """Bookings stay, but for those at a station that is gone."""
    from demo_store.assortment.fitting import fitting

    data = fitting()
    await connection.execute(
        "DELETE FROM store.fitting_stations WHERE id <> ALL ($1)", [station.id for station in data.stations]
    )
    await connection.executemany(_STATION, [_station_row(station) for station in data.stations])
    await connection.executemany(
        "INSERT INTO store.fitting_services (type, position, label_uk, label_en, duration_min) "
        "VALUES ($1, $2, $3, $4, $5) ON CONFLICT (type) DO UPDATE SET position = excluded.position, "
        "label_uk = excluded.label_uk, label_en = excluded.label_en, duration_min = excluded.duration_min",
        [
            (service.type, position, service.label["uk"], service.label["en"], service.duration_min)
            for position, service in enumerate(data.services, start=1)
        ],
    )
    await connection.execute("DELETE FROM store.fitting_prices")
    await connection.executemany(
        "INSERT INTO store.fitting_prices (service_type, tire_diameter, price) VALUES ($1, $2, $3)",
        [(service.type, *priced) for service in data.services for priced in service.prices.items()],
    )


async def seed_bookings(connection: "Connection[Record]", today: date) -> None:
    """For each day from `today` on that has not been seeded yet; a place that somebody has booked stays his."""
    # Only the seed books without a call.
    last = await connection.fetchval("SELECT max(day) FROM store.fitting_bookings WHERE call_id IS NULL")
    first = today if last is None else max(today, last + timedelta(days=1))
    until = today + timedelta(days=_DAYS - 1)
    if first > until:
        return
    # A request holds one station only: it never waits for us while we wait for it.
    await connection.execute("SELECT FROM store.fitting_stations ORDER BY id FOR NO KEY UPDATE")
    taken = {
        (row["station_id"], row["bay"], row["day"], row["start"])
        for row in await connection.fetch(
            "SELECT station_id, bay, day, start FROM store.fitting_places WHERE day >= $1", first
        )
    }
    await _insert(connection, _free(first, until, taken))


def _free(first: date, until: date, taken: set[tuple[str, int, date, time]]) -> "list[Booking]":
    from demo_store.assortment.bookings import booked
    from demo_store.assortment.fitting import fitting

    days = [first + timedelta(days=ahead) for ahead in range((until - first).days + 1)]
    return [
        booking
        for booking in booked(fitting(), days)
        if taken.isdisjoint((booking.station_id, booking.bay, booking.day, start) for start in booking.half_hours)
    ]


async def _insert(connection: "Connection[Record]", bookings: "list[Booking]") -> None:
    # Numbers of their own first, so that bookings and their places can be written in one go each.
    numbers = await connection.fetch(
        "SELECT nextval(pg_get_serial_sequence('store.fitting_bookings', 'id')) AS id FROM generate_series(1, $1::int)",
        len(bookings),
    )
    numbered = [(number["id"], booking) for number, booking in zip(numbers, bookings, strict=True)]
    await _copy(connection, "fitting_bookings", _BOOKING_COLUMNS, (_booking_row(*one) for one in numbered))
    await _copy(
        connection,
        "fitting_places",
        ("station_id", "day", "start", "bay", "booking_id"),
        (
            (booking.station_id, booking.day, start, booking.bay, number)
            for number, booking in numbered
            for start in booking.half_hours
        ),
    )


async def _copy(
    connection: "Connection[Record]", table: str, columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]]
) -> None:
    await connection.copy_records_to_table(table, schema_name="store", columns=columns, records=rows)


_BOOKING_COLUMNS = (
    *("id", "station_id", "day", "start", "service_type", "duration_min", "price"),
    *("customer_phone", "customer_name", "vehicle_info", "tire_diameter", "sms_sent"),
)


def _booking_row(number: int, booking: "Booking") -> tuple[Any, ...]:
    service, vehicle = booking.service, booking.vehicle
    return (
        *(number, booking.station_id, booking.day, booking.start, service.type, service.duration_min),
        *(service.prices[vehicle.diameter], booking.customer_phone, booking.customer_name),
        *(vehicle.info, vehicle.diameter, False),
    )


_STATION = """
INSERT INTO store.fitting_stations (
    id, city_keys, city_uk, city_en, name_uk, name_en, district_uk, district_en, address_uk, address_en,
    phone, bays, services, opens, closes
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
ON CONFLICT (id) DO UPDATE SET
    city_keys = excluded.city_keys, city_uk = excluded.city_uk, city_en = excluded.city_en,
    name_uk = excluded.name_uk, name_en = excluded.name_en,
    district_uk = excluded.district_uk, district_en = excluded.district_en,
    address_uk = excluded.address_uk, address_en = excluded.address_en,
    phone = excluded.phone, bays = excluded.bays, services = excluded.services,
    opens = excluded.opens, closes = excluded.closes
"""


def _station_row(station: "Station") -> tuple[Any, ...]:
    return (
        *(station.id, name_keys(station.city["en"], station.city_aliases)),
        *(text[language] for text in (station.city, station.name) for language in ("uk", "en")),
        *(text[language] for text in (station.district, station.address) for language in ("uk", "en")),
        *(station.phone, station.bays, station.services),
        [None if hours is None else hours.opens for hours in station.week],
        [None if hours is None else hours.closes for hours in station.week],
    )

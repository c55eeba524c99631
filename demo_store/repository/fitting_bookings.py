"""Bookings of fitting stations. What keeps two cars out of one bay is the key of store.fitting_places.

A request waits first for another with its idempotency key, then for the station: in that order always, so that no two
wait for each other.
"""

from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING

from asyncpg import Record, UniqueViolationError

from demo_store.answers_fitting import BookedStation, FittingBooking, ServiceType
from demo_store.audit import note_change
from demo_store.database import Database
from demo_store.errors import Conflict, NotFound
from demo_store.idempotency import RequestKey, done_once, first_answer
from demo_store.repository.fitting import CURRENCY, FittingRepository, week_of
from demo_store.repository.tires import Language
from demo_store.requests_fitting import NewBooking
from demo_store.sql import queries
from demo_store.timetable import check_start, half_hours, last_day, wall_clock

if TYPE_CHECKING:
    from demo_store.database import Transaction

_NEAREST = 3
"""Free times named when one is taken."""

_SMS = {
    "uk": "Шиномонтаж {day:%d.%m.%Y} о {start:%H:%M}: {station}, {city}, {address}. Номер запису {id}.",
    "en": "Tire fitting on {day:%d.%m.%Y} at {start:%H:%M}: {station}, {city}, {address}. Booking {id}.",
}


class _PlaceTakenError(Exception):
    """Ends the transaction, so that nothing of it stays."""


class FittingBookingRepository:
    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        """`now` has an offset."""
        self._database = database
        self._now = now
        self._fitting = FittingRepository(database, now)
        self._sql = queries("fitting_bookings")

    async def coming(self, phone: str, limit: int, offset: int, language: Language) -> tuple[list[FittingBooking], int]:
        """Of this number (E.164), the next first."""
        now = wall_clock(self._now())
        rows = await self._database.fetch(self._sql["coming"], phone, now, limit, offset)
        (counted,) = await self._database.fetch(self._sql["count_coming"], phone, now)
        return [_booking(row, language) for row in rows], counted["total"]

    async def book(self, asked: NewBooking, key: RequestKey | None, language: Language) -> FittingBooking:
        """The same key and request again: the first answer again. Raises NotFound, Unprocessable, Conflict."""
        answered = await first_answer(self._database, key, asked, FittingBooking)
        if answered is not None:
            return answered
        station = await self._fitting.station(asked.station_id, asked.service_type)
        duration_min, price = await self._fitting.service(asked.service_type, asked.tire_diameter)
        check_start(asked.date, asked.time, week_of(station), duration_min, wall_clock(self._now()))
        try:
            async with self._database.transaction() as connection:
                return await done_once(
                    connection,
                    key,
                    asked,
                    FittingBooking,
                    lambda: self._insert(connection, asked, duration_min, price, language),
                )
        except (_PlaceTakenError, UniqueViolationError) as error:
            raise await self._slot_taken(asked.station_id, asked.service_type, asked.date, asked.time) from error

    async def move(
        self, booking_id: str, day: date, start: time, call_id: str | None, language: Language
    ) -> FittingBooking:
        """The old place is kept where the new one is taken. Raises NotFound, Unprocessable, Conflict."""
        known = await self._known(booking_id)
        try:
            async with self._database.transaction() as connection:
                station = await self._lock(connection, known["station_id"])
                before = await self._locked(connection, known["id"])
                if before["status"] == "cancelled":
                    raise Conflict("booking_cancelled", "this booking was cancelled: make a new one")
                if (before["day"], before["start"]) == (day, start):
                    return _booking(before, language)
                now = self._still_coming(before)
                check_start(day, start, week_of(station), before["duration_min"], now)
                await connection.execute(self._sql["free_places"], before["id"])
                await self._take(connection, before["id"], station, day, start, before["duration_min"])
                await connection.execute(self._sql["move"], before["id"], day, start)
                after = await self._locked(connection, before["id"])
                await self._send_sms(connection, after, language)
                return await self._noted(connection, "fitting_moved", call_id, before, after, language)
        except (_PlaceTakenError, UniqueViolationError) as error:
            raise await self._slot_taken(known["station_id"], known["service_type"], day, start) from error

    async def cancel(self, booking_id: str, call_id: str | None, language: Language) -> FittingBooking:
        """What was cancelled already stays so. Raises NotFound, and Conflict where the time has passed."""
        known = await self._known(booking_id)
        async with self._database.transaction() as connection:
            await self._lock(connection, known["station_id"])
            before = await self._locked(connection, known["id"])
            if before["status"] == "cancelled":
                return _booking(before, language)
            self._still_coming(before)
            await connection.execute(self._sql["free_places"], before["id"])
            await connection.execute(self._sql["cancel"], before["id"])
            after = await self._locked(connection, before["id"])
            return await self._noted(connection, "fitting_cancelled", call_id, before, after, language)

    async def _insert(
        self,
        connection: "Transaction",
        asked: NewBooking,
        duration_min: int,
        price: Decimal | None,
        language: Language,
    ) -> FittingBooking:
        """Raises _PlaceTakenError."""
        booking_id: int = await connection.fetchval(
            self._sql["insert"],
            *(asked.station_id, asked.date, asked.time, asked.service_type, duration_min, price),
            *(asked.customer_phone, asked.customer_name, asked.vehicle_info, asked.tire_diameter),
            *(asked.linked_order_id, asked.call_id),
        )
        station = await self._lock(connection, asked.station_id)
        await self._take(connection, booking_id, station, asked.date, asked.time, duration_min)
        row = await self._locked(connection, booking_id)
        await self._send_sms(connection, row, language)
        return await self._noted(connection, "fitting_booked", asked.call_id, None, row, language)

    async def _known(self, booking_id: str) -> Record:
        # The longest that PostgreSQL's bigint holds for certain.
        if not booking_id.isascii() or not booking_id.isdigit() or len(booking_id) > 18:
            raise _no_booking()
        row = await self._database.fetchrow(self._sql["booking"], int(booking_id))
        if row is None:
            raise _no_booking()
        return row

    async def _lock(self, connection: "Transaction", station_id: str) -> Record:
        """The station, whose places nobody else changes until the transaction ends."""
        row = await connection.fetchrow(self._sql["lock_station"], station_id)
        if row is None:
            raise NotFound("station_not_found", "this fitting station is gone")
        return row

    async def _locked(self, connection: "Transaction", booking_id: int) -> Record:
        """The booking as it is now, under its station's lock."""
        row = await connection.fetchrow(self._sql["booking"], booking_id)
        if row is None:
            raise _no_booking()
        return row

    async def _take(
        self,
        connection: "Transaction",
        booking_id: int,
        station: Record,
        day: date,
        start: time,
        duration_min: int,
    ) -> None:
        needed = half_hours(start, duration_min)
        query = self._sql["take_places"]
        if not await connection.fetch(query, booking_id, station["id"], day, needed, station["bays"]):
            raise _PlaceTakenError

    async def _slot_taken(self, station_id: str, service_type: ServiceType, day: date, start: time) -> Conflict:
        today = wall_clock(self._now()).date()
        found = await self._fitting.slots(station_id, today, last_day(today), service_type)
        wanted = datetime.combine(day, start)
        free = [datetime.combine(one.date, at.time) for one in found.slots for at in one.times if at.available]
        nearest = sorted(sorted(free, key=lambda at: abs(at - wanted))[:_NEAREST])
        said = ", ".join(f"{at:%Y-%m-%d %H:%M}" for at in nearest) or "none within two weeks"
        return Conflict("slot_taken", f"{wanted:%Y-%m-%d %H:%M} is taken; the nearest free times: {said}")

    def _still_coming(self, booking: Record) -> datetime:
        """The wall clock's now. Raises Conflict where the booking's time has passed."""
        now = wall_clock(self._now())
        if datetime.combine(booking["day"], booking["start"]) <= now:
            raise Conflict("booking_past", "the time of this booking has passed")
        return now

    async def _send_sms(self, connection: "Transaction", booking: Record, language: Language) -> None:
        text = _SMS[language].format(
            day=booking["day"],
            start=booking["start"],
            station=booking[f"name_{language}"],
            city=booking[f"city_{language}"],
            address=booking[f"address_{language}"],
            id=booking["id"],
        )
        await connection.execute(self._sql["send_sms"], booking["customer_phone"], text)

    async def _noted(
        self,
        connection: "Transaction",
        action: str,
        call_id: str | None,
        before: Record | None,
        after: Record,
        language: Language,
    ) -> FittingBooking:
        """The booking as it is now, its change in the audit log: of the call that made it where no other is named."""
        booking = _booking(after, language)
        was = None if before is None else _booking(before, language)
        thing = f"fitting_bookings/{booking.id}"
        await note_change(connection, action, thing, call_id or after["call_id"], was, booking)
        return booking


def _no_booking() -> NotFound:
    return NotFound("booking_not_found", "there is no booking of this id")


def _booking(row: Record, language: Language) -> FittingBooking:
    return FittingBooking(
        id=str(row["id"]),
        status=row["status"],
        station=BookedStation(
            id=row["station_id"],
            name=row[f"name_{language}"],
            city=row[f"city_{language}"],
            address=row[f"address_{language}"],
        ),
        date=row["day"],
        time=row["start"],
        service_type=row["service_type"],
        estimated_duration_min=row["duration_min"],
        price=row["price"],
        currency=CURRENCY,
        customer_phone=row["customer_phone"],
        customer_name=row["customer_name"],
        vehicle_info=row["vehicle_info"],
        tire_diameter=row["tire_diameter"],
        linked_order_id=row["linked_order_id"],
        sms_sent=row["sms_sent"],
    )

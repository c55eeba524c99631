"""The tire fitting part of `Store`."""

from collections.abc import Sequence
from datetime import date, time
from typing import Protocol

from store_client.models_fitting import (
    FittingBooking,
    FittingPrice,
    FittingSlots,
    FittingStation,
    ServiceType,
)


class FittingStore(Protocol):
    """StoreConflict where the store refuses: `slot_taken` (its message names the nearest free times), `bad_slot`,
    `booking_cancelled`, `booking_past`, `service_not_offered`, `invalid_request`. StoreNotFound: `station_not_found`,
    `booking_not_found`."""

    async def fitting_stations(self, city: str) -> Sequence[FittingStation]:
        """The city as the caller said it; nothing where there is no station."""

    async def fitting_slots(
        self, station_id: str, date_from: date, date_to: date, service_type: ServiceType
    ) -> FittingSlots: ...

    async def fitting_bookings(self, phone: str) -> Sequence[FittingBooking]:
        """Those to come, the next first. `phone` in E.164 or as people of the country write it."""

    async def book_fitting(
        self,
        *,
        station_id: str,
        date: date,
        time: time,
        service_type: ServiceType,
        customer_phone: str,
        call_id: str,
        idempotency_key: str,
        customer_name: str | None = None,
        vehicle_info: str | None = None,
        tire_diameter: int | None = None,
        linked_order_id: str | None = None,
    ) -> FittingBooking:
        """`tire_diameter` (10 to 26 inches) gives the price.

        `idempotency_key` (ASCII, up to 200 characters) stands for this one wish: the same again books nothing more and
        answers as before; with other arguments it is StoreConflict "idempotency_conflict".
        """

    async def move_fitting(
        self, booking_id: str, date: date, time: time, *, call_id: str | None = None
    ) -> FittingBooking:
        """The old time is kept where the new one is refused. `call_id` is for the store's audit log."""

    async def cancel_fitting(self, booking_id: str, *, call_id: str | None = None) -> FittingBooking:
        """A booking that was cancelled already is answered as such."""

    async def fitting_prices(self, tire_diameter: int, *, station_id: str | None = None) -> Sequence[FittingPrice]:
        """Of four wheels; of one station's services where it is given."""

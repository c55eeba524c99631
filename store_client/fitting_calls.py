"""Tire fitting over HTTP."""

from collections.abc import Sequence
from datetime import date, time

from store_client.answers import One, Page
from store_client.connection import Parameter, StoreConnection, segment
from store_client.models_fitting import (
    FittingBooking,
    FittingPrice,
    FittingSlots,
    FittingStation,
    ServiceType,
)

# Made once: pydantic builds such a class anew, half a millisecond or more, whenever the last one was forgotten.
_BOOKING = One[FittingBooking]
_STATIONS = Page[FittingStation]
_SLOTS = One[FittingSlots]
_BOOKINGS = Page[FittingBooking]
_PRICES = Page[FittingPrice]


class FittingCalls(StoreConnection):
    async def fitting_stations(self, city: str) -> Sequence[FittingStation]:
        return await self._all("fitting/stations", {"city": city}, _STATIONS)

    async def fitting_slots(
        self, station_id: str, date_from: date, date_to: date, service_type: ServiceType
    ) -> FittingSlots:
        path = f"fitting/stations/{segment(station_id, 'station_not_found')}/slots"
        wanted = {"date_from": f"{date_from}", "date_to": f"{date_to}", "service_type": service_type}
        return (await self._get(path, wanted, _SLOTS)).data

    async def fitting_bookings(self, phone: str) -> Sequence[FittingBooking]:
        return await self._all("fitting/bookings", {"phone": phone}, _BOOKINGS)

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
        body: dict[str, str | int | None] = {"station_id": station_id, "service_type": service_type}
        body |= {"date": f"{date}", "time": f"{time:%H:%M}"}
        body |= {"customer_phone": customer_phone, "call_id": call_id, "customer_name": customer_name}
        body |= {"vehicle_info": vehicle_info, "tire_diameter": tire_diameter, "linked_order_id": linked_order_id}
        return (await self._post("fitting/bookings", body, _BOOKING, key=idempotency_key)).data

    async def move_fitting(
        self, booking_id: str, date: date, time: time, *, call_id: str | None = None
    ) -> FittingBooking:
        body = {"date": f"{date}", "time": f"{time:%H:%M}"}
        return (await self._patch(_path(booking_id), body, _BOOKING, call_id=call_id)).data

    async def cancel_fitting(self, booking_id: str, *, call_id: str | None = None) -> FittingBooking:
        return (await self._delete(_path(booking_id), _BOOKING, call_id=call_id)).data

    async def fitting_prices(self, tire_diameter: int, *, station_id: str | None = None) -> Sequence[FittingPrice]:
        wanted: dict[str, Parameter] = {"tire_diameter": tire_diameter, "station_id": station_id}
        return await self._all("fitting/prices", wanted, _PRICES)


def _path(booking_id: str) -> str:
    return f"fitting/bookings/{segment(booking_id, 'booking_not_found')}"

"""/fitting/...: stations, free times, bookings, prices."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request

from demo_store.answers import ErrorAnswer, One, Page
from demo_store.answers_fitting import FittingBooking, FittingPrice, FittingSlots, FittingStation, ServiceType
from demo_store.idempotency import GivenKey
from demo_store.listing import Slice, spoken_language
from demo_store.repository.fitting import FittingRepository
from demo_store.repository.fitting_bookings import FittingBookingRepository
from demo_store.repository.tires import Language
from demo_store.requests_fitting import Day, Diameter, MovedBooking, NewBooking, Phone, Text
from demo_store.routes.inputs import Identifier, OptionalWords, Words

router = APIRouter(prefix="/fitting", tags=["fitting"])


def _fitting(request: Request) -> FittingRepository:
    return FittingRepository(request.app.state.database, request.app.state.now)


def _bookings(request: Request) -> FittingBookingRepository:
    return FittingBookingRepository(request.app.state.database, request.app.state.now)


Fitting = Annotated[FittingRepository, Depends(_fitting)]
Bookings = Annotated[FittingBookingRepository, Depends(_bookings)]
Spoken = Annotated[Language, Depends(spoken_language)]
Listed = Annotated[Slice, Depends()]
CallId = Annotated[Text | None, Header(alias="X-Call-ID", description="Beyond the written contract: for the audit log")]

_CONFLICT: dict[int | str, dict[str, Any]] = {409: {"model": ErrorAnswer}}


@router.get("/stations")
async def stations(city: Words, listed: Listed, fitting: Fitting, language: Spoken) -> Page[FittingStation]:
    found, total = await fitting.stations(city, listed.per_page, listed.offset, language)
    return listed.of(found, total)


@router.get("/stations/{station_id}/slots")
async def slots(
    station_id: Identifier, date_from: Day, date_to: Day, service_type: ServiceType, fitting: Fitting
) -> One[FittingSlots]:
    """Days that are past or too far ahead are left out."""
    return One(data=await fitting.slots(station_id, date_from, date_to, service_type))


@router.get("/bookings")
async def coming_bookings(
    phone: Annotated[Phone, Query()], listed: Listed, bookings: Bookings, language: Spoken
) -> Page[FittingBooking]:
    found, total = await bookings.coming(phone, listed.per_page, listed.offset, language)
    return listed.of(found, total)


@router.post("/bookings", status_code=201, responses=_CONFLICT)
async def book(asked: NewBooking, bookings: Bookings, language: Spoken, key: GivenKey) -> One[FittingBooking]:
    return One(data=await bookings.book(asked, key, language))


@router.patch("/bookings/{booking_id}", responses=_CONFLICT)
async def move(
    booking_id: Identifier, asked: MovedBooking, bookings: Bookings, language: Spoken, call_id: CallId = None
) -> One[FittingBooking]:
    return One(data=await bookings.move(booking_id, asked.date, asked.time, call_id, language))


@router.delete("/bookings/{booking_id}", responses=_CONFLICT)
async def cancel(
    booking_id: Identifier, bookings: Bookings, language: Spoken, call_id: CallId = None
) -> One[FittingBooking]:
    return One(data=await bookings.cancel(booking_id, call_id, language))


@router.get("/prices")
async def prices(
    tire_diameter: Diameter, listed: Listed, fitting: Fitting, language: Spoken, station_id: OptionalWords = None
) -> Page[FittingPrice]:
    found, total = await fitting.prices(tire_diameter, station_id, listed.per_page, listed.offset, language)
    return listed.of(found, total)

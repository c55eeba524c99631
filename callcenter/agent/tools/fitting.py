"""The tools of tire fitting: stations, free times, prices, and the caller's own bookings.

What is booked, moved or cancelled is read out first and done on the caller's yes, as orders are.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import date, time, timedelta
from typing import Annotated, Any, Literal

from pydantic import Field

from callcenter.agent.tools.desk import Desk, Phrase, Place
from callcenter.agent.tools.orders import LOOK_UP_TOO
from callcenter.agent.tools.registry import TRY_AGAIN, Proposal, Tool, ToolFailed, ToolOutcome
from callcenter.agent.tools.schema import Arguments, Number
from callcenter.ports import TransferRequested
from callcenter.records import Scenario, TransferReason
from store_client import Store, StoreBadAnswer, StoreConflict, StoreError, StoreNotFound, StoreUnavailable
from store_client.models_fitting import FittingBooking, ServiceType

Text = Annotated[str, Field(max_length=120)]
Id = Annotated[str, Field(max_length=60)]
Day = Annotated[
    str, Field(pattern=r"^(today|tomorrow|\d{4}-\d{2}-\d{2})$", description="YYYY-MM-DD, today or tomorrow")
]
Clock = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$", description="HH:MM")]
MOST_DAYS = 14
MOST_TIMES_TOLD = 6
"""Of a day; nobody listens to more."""
MOST_NEAR = 3
"""Times told instead of one that is not free."""
ASK_STATION = "Call get_fitting_stations and let the caller choose one."
OWN_ORDER = "Only an order that was placed in this call can be linked: give its order_id, or leave linked_order_id out."
WITHHELD = "The caller's number is withheld, so bookings cannot be made or found here: offer the operator."


class StationsArguments(Arguments):
    city: Text


class SlotsArguments(Arguments):
    station_id: Annotated[Id, Field(description="id from get_fitting_stations")]
    date_from: Day = "today"
    date_to: Day | None = None
    service_type: ServiceType = "tire_change"


class BookArguments(Arguments):
    station_id: Annotated[Id, Field(description="id from get_fitting_stations")]
    date: Day
    time: Clock
    service_type: ServiceType = "tire_change"
    vehicle_info: Text | None = None
    tire_diameter: Annotated[Number | None, Field(ge=10, le=26, description="inches")] = None
    customer_name: Text | None = None
    linked_order_id: Annotated[Id | None, Field(description="The order whose tires are fitted")] = None


class ChangeArguments(Arguments):
    action: Literal["cancel", "reschedule"]
    booking_id: Annotated[Id | None, Field(description="Without it: the caller's only booking")] = None
    new_date: Day | None = None
    new_time: Clock | None = None


class PriceArguments(Arguments):
    tire_diameter: Annotated[Number, Field(ge=10, le=26, description="inches")]
    station_id: Id | None = None
    service_type: ServiceType | None = None


class NoArguments(Arguments):
    pass


def fitting_tools(store: Store, timeout_s: float, today: Callable[[], date]) -> tuple[Tool, ...]:
    """today: in the shop's time zone."""
    fitting = _Fitting(store, today)

    def tool(name: str, description: str, arguments: type[Arguments], handler: Any, **more: Any) -> Tool:
        common = {"scenario": Scenario.FITTING_BOOKING, "filler": "filler.fitting", "timeout_s": timeout_s}
        return Tool(name, description, arguments, handler, **{**common, **more})

    committing = {"changes": True, "timeout_s": LOOK_UP_TOO * timeout_s}
    return (
        tool("get_fitting_stations", "Fitting stations of a city.", StationsArguments, fitting.stations),
        tool("get_fitting_slots", "Free times of a station.", SlotsArguments, fitting.slots),
        tool("get_fitting_price", "Price of fitting by diameter.", PriceArguments, fitting.price),
        tool("get_fitting_bookings", "The caller's own coming bookings.", NoArguments, fitting.bookings),
        tool(
            "book_fitting",
            "Book a free time. The system reads it out and asks the caller; you do not need to.",
            BookArguments,
            fitting.book,
            **committing,
            read_back=fitting.read_back_booking,
            audit="booking.book",
        ),
        tool(
            "cancel_fitting",
            "Cancel or move the caller's booking. The system reads it out and asks the caller.",
            ChangeArguments,
            fitting.change,
            **committing,
            read_back=fitting.read_back_change,
            audit={"cancel": "booking.cancel", "reschedule": "booking.move"},
        ),
    )


class _Fitting:
    def __init__(self, store: Store, today: Callable[[], date]) -> None:
        self._store, self._today = store, today

    # ---------------------------------------------------------------- looking

    async def stations(self, wanted: StationsArguments, desk: Desk) -> ToolOutcome:
        stations = await self._store.fitting_stations(wanted.city)
        desk.stations = {**desk.stations, **{one.id: Place(one.name, one.address) for one in stations}}
        told = [station.model_dump(mode="json", include={"id", "name", "district", "address"}) for station in stations]
        result = {"found": len(stations), "stations": [station.model_dump(mode="json") for station in stations]}
        return ToolOutcome(result, {"found": len(stations), "stations": told}, answers=False)

    async def slots(self, wanted: SlotsArguments, _: Desk) -> ToolOutcome:
        first = self._day(wanted.date_from)
        last = self._day(wanted.date_to) if wanted.date_to else first
        if not first <= last <= first + timedelta(days=MOST_DAYS):
            raise ToolFailed("bad_arguments: date_to is before date_from, or too far", TRY_AGAIN)
        free = await self._free(wanted.station_id, first, last, wanted.service_type)
        brief = {"free": {day: _spread(times) for day, times in free.items()}}
        return ToolOutcome({"station_id": wanted.station_id, "free": free}, brief, answers=False)

    async def price(self, wanted: PriceArguments, _: Desk) -> ToolOutcome:
        services = await self._store.fitting_prices(wanted.tire_diameter, station_id=wanted.station_id)
        fitting = [one for one in services if wanted.service_type in (None, one.service_type)]
        result = {"tire_diameter": wanted.tire_diameter, "services": [one.model_dump(mode="json") for one in fitting]}
        return ToolOutcome(result, answers=bool(fitting))

    async def bookings(self, _: NoArguments, desk: Desk) -> ToolOutcome:
        own = await self._own(desk)
        return ToolOutcome({"found": len(own), "bookings": [one.model_dump(mode="json") for one in own]})

    # ---------------------------------------------------------------- booking

    async def read_back_booking(self, wanted: BookArguments, desk: Desk) -> Proposal:
        if desk.caller is None:
            raise ToolFailed("withheld", WITHHELD)
        station = desk.stations.get(wanted.station_id)
        if station is None:
            raise ToolFailed("no_such_station", ASK_STATION)
        if wanted.linked_order_id is not None and wanted.linked_order_id not in desk.placed:
            raise ToolFailed("not_this_calls_order", OWN_ORDER)
        day = self._day(wanted.date)
        await self._must_be_free(wanted.station_id, day, wanted.time, wanted.service_type)
        params = {
            "station": station.name,
            "address": station.address,
            "service": wanted.service_type,
            "date": day.isoformat(),
            "time": wanted.time,
            "price": await self._price_of(wanted),
        }
        return Proposal(
            Phrase("fitting.read_back", params), {**wanted.model_dump(exclude_none=True), "date": day.isoformat()}
        )

    async def book(self, wanted: BookArguments, desk: Desk) -> ToolOutcome:
        if desk.caller is None:
            raise ToolFailed("withheld", WITHHELD)
        key = desk.idempotency_key("book", wanted.model_dump())
        desk.unanswered |= {key}
        try:
            booked = await self._store.book_fitting(
                station_id=wanted.station_id,
                date=self._day(wanted.date),
                time=time.fromisoformat(wanted.time),
                service_type=wanted.service_type,
                customer_phone=desk.caller,
                customer_name=wanted.customer_name,
                vehicle_info=wanted.vehicle_info,
                tire_diameter=wanted.tire_diameter,
                linked_order_id=wanted.linked_order_id,
                call_id=str(desk.call.call_id),
                idempotency_key=key,
            )
        except StoreConflict as refused:
            desk.unanswered -= {key}
            day = self._day(wanted.date)
            return await self._refused(refused, wanted.station_id, day, wanted.time, wanted.service_type)
        except StoreUnavailable as error:
            if error.kind == "breaker_open":  # it was not even sent
                desk.unanswered -= {key}
                raise
            return await self._look_up(wanted, desk, pending=error.pending)
        except StoreBadAnswer:
            return await self._look_up(wanted, desk, pending=False)
        desk.unanswered -= {key}
        return _done("fitting.booked", booked)

    async def _look_up(self, wanted: BookArguments, desk: Desk, *, pending: bool) -> ToolOutcome:
        """The booking was not answered: the shop may have got it or not, or (pending) may still get it."""
        station = desk.stations.get(wanted.station_id)
        name, when = station.name if station else wanted.station_id, {"date": wanted.date, "time": wanted.time}
        try:
            own = await self._own(desk)
        except StoreError:
            return _unsure("book", name, when)
        for booking in own:
            if booking.station.id == wanted.station_id and _when(booking) == when:
                return _done("fitting.booked", booking)
        return _unsure("book", name, when) if pending else _not_done()

    # ---------------------------------------------------------------- moving and cancelling

    async def read_back_change(self, wanted: ChangeArguments, desk: Desk) -> Proposal:
        booking = await self._booking(wanted.booking_id, desk)
        params = {"station": booking.station.name, **_when(booking)}
        arguments = {"action": wanted.action, "booking_id": booking.id}
        if wanted.action == "cancel":
            return Proposal(Phrase("fitting.read_back_cancel", params), arguments)
        if not (wanted.new_date and wanted.new_time):
            raise ToolFailed("bad_arguments: new_date and new_time are needed", TRY_AGAIN)
        day = self._day(wanted.new_date)
        await self._must_be_free(booking.station.id, day, wanted.new_time, booking.service_type)
        new = {"new_date": day.isoformat(), "new_time": wanted.new_time}
        return Proposal(Phrase("fitting.read_back_move", {**params, **new}), {**arguments, **new})

    async def change(self, wanted: ChangeArguments, desk: Desk) -> ToolOutcome:
        booking, call_id = await self._booking(wanted.booking_id, desk), str(desk.call.call_id)
        try:
            if wanted.action == "cancel":
                cancelled = await self._store.cancel_fitting(booking.id, call_id=call_id)
                return _done("fitting.cancelled", cancelled, was=booking)
            day, at = self._day(wanted.new_date or ""), time.fromisoformat(wanted.new_time or "")
            moved = await self._store.move_fitting(booking.id, day, at, call_id=call_id)
            return _done("fitting.moved", moved, was=booking)
        except StoreConflict as refused:
            wished, clock = self._day(wanted.new_date or f"{booking.date}"), wanted.new_time or _written(booking.time)
            station_id, service = booking.station.id, booking.service_type
            return await self._refused(refused, station_id, wished, clock, service, moving=True)
        except StoreUnavailable as error:
            if error.kind == "breaker_open":  # it was not even sent
                raise
            return await self._look_up_change(booking, wanted, desk, pending=error.pending)
        except StoreBadAnswer:
            return await self._look_up_change(booking, wanted, desk, pending=False)

    async def _look_up_change(
        self, before: FittingBooking, wanted: ChangeArguments, desk: Desk, *, pending: bool
    ) -> ToolOutcome:
        """It was not answered, and may (pending) still be done. Asked again, nothing is moved or cancelled twice."""
        unsure = _unsure(wanted.action, before.station.name, _when(before), wanted.new_date, wanted.new_time)
        try:
            now = next((one for one in await self._own(desk) if one.id == before.id), None)
        except StoreError:
            return unsure
        if now is None:
            gone = before.model_copy(update={"status": "cancelled"})
            return _done("fitting.cancelled", gone, was=before) if wanted.action == "cancel" else unsure
        if wanted.action == "reschedule" and _when(now) != _when(before):
            return _done("fitting.moved", now, was=before)
        return unsure if pending else _not_done()

    async def _booking(self, booking_id: str | None, desk: Desk) -> FittingBooking:
        own = await self._own(desk)
        fitting = [one for one in own if booking_id in (None, one.id)]
        if not fitting:
            raise ToolFailed("no_booking", "The caller has no such booking; say so.")
        if len(fitting) > 1:
            raise ToolFailed("several_bookings", "Ask which of the bookings is meant (get_fitting_bookings).")
        return fitting[0]

    async def _own(self, desk: Desk) -> tuple[FittingBooking, ...]:
        if desk.caller is None:
            raise ToolFailed("withheld", WITHHELD)
        return tuple(await self._store.fitting_bookings(desk.caller))

    # ---------------------------------------------------------------- what is free, and what it costs

    async def _refused(
        self, refused: StoreConflict, station_id: str, day: date, at: str, service: ServiceType, *, moving: bool = False
    ) -> ToolOutcome:
        """Where somebody else was faster: with the free times near it."""
        if refused.code != "slot_taken":
            return _not_done(refused.code)
        free: Mapping[str, list[str]] = {}
        with suppress(StoreError, ToolFailed):
            free = await self._free(station_id, day, day, service)
        near = _near(free.get(day.isoformat(), []), at)
        return ToolOutcome(
            {"done": False, "reason": refused.code, "free": free, "near": near},
            {"done": False, "reason": refused.code, "free_near_it": near},
            answers=False,
            say=Phrase("fitting.taken", {"date": day.isoformat(), "times": near, "moving": moving}),
        )

    async def _free(self, station_id: str, first: date, last: date, service: ServiceType) -> dict[str, list[str]]:
        """Times by day, without the days that have none."""
        try:
            told = await self._store.fitting_slots(station_id, first, last, service)
        except StoreNotFound:
            raise ToolFailed("no_such_station", ASK_STATION) from None
        except StoreConflict as refused:
            raise ToolFailed(f"refused: {refused.code}", TRY_AGAIN) from None
        free = {day.date: [_written(at.time) for at in day.times if at.available] for day in told.slots}
        return {day.isoformat(): times for day, times in free.items() if times}

    async def _must_be_free(self, station_id: str, day: date, at: str, service: ServiceType) -> None:
        times = (await self._free(station_id, day, day, service)).get(day.isoformat(), [])
        if at not in times:
            told = ", ".join(_near(times, at)) or "nothing on that day"
            raise ToolFailed("slot_taken", f"That time is not free. Free near it: {told}.")

    async def _price_of(self, wanted: BookArguments) -> float | None:
        if wanted.tire_diameter is None:
            return None
        services = await self._store.fitting_prices(wanted.tire_diameter, station_id=wanted.station_id)
        return next((float(one.price) for one in services if one.service_type == wanted.service_type), None)

    def _day(self, text: str) -> date:
        if text in ("today", "tomorrow"):
            return self._today() + timedelta(days=text == "tomorrow")
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise ToolFailed("bad_arguments: no such date", TRY_AGAIN) from None


def _written(at: time) -> str:
    return at.strftime("%H:%M")


def _minutes(text: str) -> int:
    at = time.fromisoformat(text)
    return at.hour * 60 + at.minute


def _near(times: Sequence[str], at: str) -> list[str]:
    """Those that are nearest to it, in their order."""
    return sorted(sorted(times, key=lambda free: abs(_minutes(free) - _minutes(at)))[:MOST_NEAR])


def _spread(times: Sequence[str]) -> list[str]:
    """Some of them, over the whole day."""
    step = max(1, -(-len(times) // MOST_TIMES_TOLD))
    return list(times[::step])


def _when(booking: FittingBooking) -> Mapping[str, str]:
    return {"date": booking.date.isoformat(), "time": _written(booking.time)}


def _done(key: str, booking: FittingBooking, *, was: FittingBooking | None = None) -> ToolOutcome:
    """`was`: before it was moved or cancelled."""
    say = Phrase(key, {"station": booking.station.name, **_when(booking)})
    result = booking.model_dump(mode="json")
    if was is not None:
        result["was"] = {"station": was.station.name, **_when(was)}
    return ToolOutcome(result, {"done": True, "id": booking.id, **_when(booking)}, say=say)


def _not_done(reason: str = "store") -> ToolOutcome:
    return ToolOutcome({"done": False, "reason": reason}, answers=False, say=Phrase("fitting.not_done"))


def _unsure(
    action: str, station: str, when: Mapping[str, str], new_date: str | None = None, new_time: str | None = None
) -> ToolOutcome:
    about = {"action": action, "station": station, **when, "new_date": new_date or "", "new_time": new_time or ""}
    return ToolOutcome(
        {"done": "unknown"},
        answers=False,
        say=Phrase("fitting.unsure"),
        transfer=TransferRequested(TransferReason.COMPONENT_FAILURE, ""),
        operator_note=Phrase("summary.fitting_unsure", about),
    )

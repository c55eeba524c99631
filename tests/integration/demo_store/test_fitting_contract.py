"""What an agent may rely on, whether it talks to the real store through `StoreClient` or, in tests, to `FakeStore`."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

import pytest

from store_client import Store, StoreConflict, StoreNotFound
from store_client.client import StoreClient
from store_client.fake import FakeStore
from store_client.models_fitting import FittingBooking, ServiceType
from tests.integration.demo_store.running import API_KEY, RunningStore

OBOLON = "kyiv-obolon"
_numbers = count()


@dataclass(frozen=True, slots=True)
class Shop:
    store: Store
    phone: str
    """Nobody has booked with it."""

    async def free(self, service_type: ServiceType, station_id: str = OBOLON) -> tuple[date, time]:
        """The first time that is free from the day after tomorrow on."""
        first = self.today + timedelta(days=2)
        found = await self.store.fitting_slots(station_id, first, first + timedelta(days=9), service_type)
        return next((day.date, at.time) for day in found.slots for at in day.times if at.available)

    async def book(
        self,
        key: str = "book",
        *,
        at: tuple[date, time] | None = None,
        service_type: ServiceType = "tire_change",
        tire_diameter: int = 16,
    ) -> FittingBooking:
        """The first free time, where no other is given."""
        day, start = at or await self.free(service_type)
        return await self.store.book_fitting(
            station_id=OBOLON,
            date=day,
            time=start,
            service_type=service_type,
            customer_phone=self.phone,
            call_id="call-1",
            idempotency_key=f"{self.phone} {key}",
            vehicle_info="Skoda Octavia",
            tire_diameter=tire_diameter,
        )

    async def fill(self) -> tuple[date, time]:
        """A time of which this customer has just got the last place."""
        at = await self.free("tire_change")
        for place in count():
            try:
                await self.book(f"fill {place}", at=at)
            except StoreConflict:
                return at
        raise AssertionError("a station has an end of bays")

    @property
    def today(self) -> date:
        return datetime.now(ZoneInfo("Europe/Kyiv")).date()


@pytest.fixture(params=["real", "fake"])
async def shop(request: pytest.FixtureRequest) -> AsyncIterator[Shop]:
    phone = f"+3800000008{next(_numbers):02}"
    if request.param == "fake":
        fake = FakeStore()
        fake.now = datetime.now(UTC)
        yield Shop(fake, phone)
        return
    running: RunningStore = request.getfixturevalue("store")
    client = StoreClient(f"{running.url}/api/v1", API_KEY, timeout_s=20, language="en")
    yield Shop(client, phone)
    await client.aclose()


@pytest.mark.parametrize("city", ["Київ", "Киев", "kyiv"])
async def test_stations_of_a_city_in_any_language(shop: Shop, city: str) -> None:
    stations = await shop.store.fitting_stations(city)
    assert len(stations) >= 2
    assert {station.city for station in stations} == {"Kyiv"}
    assert all(station.working_hours and station.services and station.address for station in stations)
    assert [station.id for station in stations if "full_service" not in station.services] == ["kyiv-shuliavka"]


async def test_a_city_without_stations_has_none(shop: Shop) -> None:
    assert list(await shop.store.fitting_stations("Paris")) == []


async def test_a_booking_is_there_until_it_is_cancelled(shop: Shop) -> None:
    at = await shop.free("full_service")
    booked = await shop.book(at=at, service_type="full_service")
    assert (booked.station.id, booked.date, booked.time) == (OBOLON, *at)
    assert (booked.status, booked.estimated_duration_min, booked.sms_sent) == ("booked", 60, True)
    assert (booked.customer_phone, booked.vehicle_info, booked.tire_diameter) == (shop.phone, "Skoda Octavia", 16)
    assert list(await shop.store.fitting_bookings(shop.phone)) == [booked]
    for _ in range(2):
        assert (await shop.store.cancel_fitting(booked.id, call_id="call-2")).status == "cancelled"
    assert list(await shop.store.fitting_bookings(shop.phone)) == []
    assert await shop.free("full_service") == at


async def test_a_booking_moves_and_its_old_time_is_free_again(shop: Shop) -> None:
    at = await shop.fill()
    booked = (await shop.store.fitting_bookings(shop.phone))[0]
    free = await shop.free("tire_change")
    moved = await shop.store.move_fitting(booked.id, *free, call_id="call-2")
    assert (moved.id, moved.date, moved.time) == (booked.id, *free)
    assert await shop.store.move_fitting(booked.id, *free) == moved
    assert await shop.free("tire_change") == at


async def test_a_taken_time_is_refused_with_others_that_are_free(shop: Shop) -> None:
    at = await shop.fill()
    with pytest.raises(StoreConflict) as caught:
        await shop.book(at=at)
    assert (caught.value.status, caught.value.code) == (409, "slot_taken")
    assert f"{at[0]}" in caught.value.message


async def test_a_refused_move_keeps_the_old_time(shop: Shop) -> None:
    full = await shop.fill()
    mine = await shop.book()
    with pytest.raises(StoreConflict) as caught:
        await shop.store.move_fitting(mine.id, *full)
    assert caught.value.code == "slot_taken"
    assert mine in await shop.store.fitting_bookings(shop.phone)


async def test_the_same_key_books_once_and_another_booking_with_it_is_refused(shop: Shop) -> None:
    at = await shop.free("tire_change")
    assert await shop.book(at=at) == await shop.book(at=at)
    assert len(await shop.store.fitting_bookings(shop.phone)) == 1
    with pytest.raises(StoreConflict) as caught:
        await shop.book(at=at, service_type="balancing")
    assert (caught.value.status, caught.value.code) == (409, "idempotency_conflict")


async def test_times_that_cannot_be_are_refused(shop: Shop) -> None:
    booked = await shop.book()
    for day, start in (
        (shop.today - timedelta(days=1), time(10)),
        (shop.today + timedelta(days=20), time(10)),
        (booked.date, time(3)),
        (booked.date, time(10, 10)),
    ):
        with pytest.raises(StoreConflict) as caught:
            await shop.store.move_fitting(booked.id, day, start)
        assert (caught.value.status, caught.value.code) == (422, "bad_slot")


async def test_slots_cover_two_weeks_and_no_more(shop: Shop) -> None:
    found = await shop.store.fitting_slots(OBOLON, date.min, date.max, "full_service")
    assert len(found.slots) == 14
    assert (found.service_type, found.estimated_duration_min) == ("full_service", 60)
    far = shop.today + timedelta(days=30)
    assert (await shop.store.fitting_slots(OBOLON, far, far, "full_service")).slots == ()
    with pytest.raises(StoreConflict) as caught:
        await shop.store.fitting_slots(OBOLON, date.max, date.min, "full_service")
    assert caught.value.code == "invalid_request"


async def test_what_a_station_does_not_do_is_refused(shop: Shop) -> None:
    with pytest.raises(StoreConflict) as caught:
        await shop.store.fitting_slots("kyiv-shuliavka", shop.today, shop.today, "full_service")
    assert (caught.value.status, caught.value.code) == (422, "service_not_offered")


async def test_a_price_is_that_of_the_diameter_and_the_booking(shop: Shop) -> None:
    small, large = [
        {price.service_type: price for price in await shop.store.fitting_prices(diameter)} for diameter in (14, 20)
    ]
    assert list(small) == ["tire_change", "balancing", "full_service"]
    assert all(small[service].price < large[service].price for service in small)
    assert all(price.label and price.tire_diameter == 14 for price in small.values())
    booked = await shop.book(tire_diameter=20)
    assert booked.price == large["tire_change"].price
    express = await shop.store.fitting_prices(14, station_id="kyiv-shuliavka")
    assert [price.service_type for price in express] == ["tire_change", "balancing"]
    with pytest.raises(StoreConflict) as caught:
        await shop.store.fitting_prices(27)
    assert caught.value.code == "invalid_request"


async def test_what_is_not_there_is_not_found(shop: Shop) -> None:
    with pytest.raises(StoreNotFound) as caught:
        await shop.store.fitting_slots("none", shop.today, shop.today, "tire_change")
    assert caught.value.code == "station_not_found"
    for booking_id in ("none", "", "..", "1?x=2"):
        with pytest.raises(StoreNotFound) as caught:
            await shop.store.cancel_fitting(booking_id)
        assert caught.value.code == "booking_not_found"

"""The fitting stations that the data file makes, and who has booked them already."""

from collections import Counter
from datetime import date, timedelta

import phonenumbers
import pytest

from demo_store.assortment.bookings import booked
from demo_store.assortment.fitting import fitting
from demo_store.names import name_key, name_keys
from demo_store.phones import e164
from demo_store.timetable import starts

FITTING = fitting()
DAYS = [date(2026, 11, 2) + timedelta(days=ahead) for ahead in range(14)]
BOOKED = booked(FITTING, DAYS)


def test_every_city_has_a_station_and_kyiv_more() -> None:
    cities = Counter(station.city["en"] for station in FITTING.stations)
    assert set(cities) == {"Kyiv", "Lviv", "Odesa", "Dnipro", "Kharkiv"}
    assert cities["Kyiv"] >= 2
    assert len({station.id for station in FITTING.stations}) == len(FITTING.stations) >= 6


@pytest.mark.parametrize("names", ["Київ Киев Kyiv", "Львів Львов Lviv", "Одеса Одесса Odesa", "Дніпро Днепр Dnipro"])
def test_a_city_is_known_by_its_names_in_three_languages(names: str) -> None:
    for name in names.split():
        found = [
            station
            for station in FITTING.stations
            if name_key(name) in name_keys(station.city["en"], station.city_aliases)
        ]
        assert {station.city["en"] for station in found} == {names.split()[-1]}


def test_a_bigger_wheel_never_costs_less_and_the_whole_less_than_its_parts() -> None:
    by_type = {service.type: service.prices for service in FITTING.services}
    for prices in by_type.values():
        assert list(prices) == list(range(10, 27))
        assert list(prices.values()) == sorted(prices.values())
    for diameter, price in by_type["full_service"].items():
        assert price < by_type["tire_change"][diameter] + by_type["balancing"][diameter]


def test_bookings_are_the_same_every_time_and_whichever_days_are_asked_for() -> None:
    assert booked(FITTING, DAYS) == BOOKED
    assert booked(FITTING, DAYS[5:7]) == [booking for booking in BOOKED if booking.day in DAYS[5:7]]


def test_bookings_keep_to_hours_services_and_bays() -> None:
    stations = {station.id: station for station in FITTING.stations}
    for booking in BOOKED:
        station = stations[booking.station_id]
        assert booking.start in starts(station.week[booking.day.weekday()], booking.service.duration_min)
        assert booking.service.type in station.services
        assert 1 <= booking.bay <= station.bays
    places = Counter((one.station_id, one.bay, one.day, start) for one in BOOKED for start in one.half_hours)
    assert set(places.values()) == {1}


def test_every_open_day_has_taken_and_free_times() -> None:
    taken = Counter((one.station_id, one.day) for one in BOOKED for _ in one.half_hours)
    for station in FITTING.stations:
        for day in DAYS:
            there_are = station.bays * len(starts(station.week[day.weekday()], 30))
            assert taken[station.id, day] < there_are or there_are == 0
            assert taken[station.id, day] > 0 or there_are == 0


def test_telephone_numbers_belong_to_nobody() -> None:
    numbers = {station.phone for station in FITTING.stations} | {booking.customer_phone for booking in BOOKED}
    for number in numbers:
        assert e164(number) == number
        assert not phonenumbers.is_valid_number(phonenumbers.parse(number))

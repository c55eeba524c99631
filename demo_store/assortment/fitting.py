"""Fitting stations, services and their prices, read from `data/fitting.yaml`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from importlib.resources import files
from typing import Any

import yaml

from demo_store.assortment.sources import Texts
from demo_store.timetable import Hours, Week

DIAMETERS = range(10, 27)


@dataclass(frozen=True, slots=True)
class Station:
    id: str
    city: Texts
    city_aliases: list[str]
    name: Texts
    district: Texts
    address: Texts
    phone: str
    bays: int
    services: list[str]
    week: Week


@dataclass(frozen=True, slots=True)
class Service:
    type: str
    label: Texts
    duration_min: int
    prices: Mapping[int, int]
    """By diameter, every one of DIAMETERS."""


@dataclass(frozen=True, slots=True)
class Vehicle:
    info: str
    diameter: int


@dataclass(frozen=True, slots=True)
class Fitting:
    stations: list[Station]
    services: list[Service]
    customer_names: list[str]
    vehicles: list[Vehicle]


def fitting() -> Fitting:
    raw = yaml.safe_load(files("demo_store").joinpath("data", "fitting.yaml").read_bytes())
    return Fitting(
        [_station(one, raw["cities"][one["city"]]) for one in raw["stations"]],
        [_service(one) for one in raw["services"]],
        raw["customers"]["names"],
        [Vehicle(one["info"], one["diameter"]) for one in raw["customers"]["vehicles"]],
    )


def _station(raw: Mapping[str, Any], city: Mapping[str, Any]) -> Station:
    return Station(
        raw["id"],
        {"uk": city["uk"], "en": city["en"]},
        [city["uk"], city["ru"], *city["also"]],
        raw["name"],
        raw["district"],
        raw["address"],
        raw["phone"],
        raw["bays"],
        raw["services"],
        _week(raw["hours"]),
    )


def _week(raw: Mapping[str | int, str]) -> Week:
    """`raw` is by ISO weekday, {"1-5": "08:00-20:00", 6: "09:00-18:00"}."""
    week: list[Hours | None] = [None] * 7
    for days, hours in raw.items():
        first, _, last = str(days).partition("-")
        opens, _, closes = hours.partition("-")
        for day in range(int(first), int(last or first) + 1):
            week[day - 1] = Hours(time.fromisoformat(opens), time.fromisoformat(closes))
    return week


def _service(raw: Mapping[str, Any]) -> Service:
    steps = sorted(raw["prices"].items())
    return Service(
        raw["type"],
        raw["label"],
        raw["duration_min"],
        {diameter: next(price for most, price in steps if diameter <= most) for diameter in DIAMETERS},
    )

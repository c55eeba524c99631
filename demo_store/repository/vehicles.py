"""Cars, the sizes that their makers fit, and what the shop has in those."""

from collections import defaultdict
from collections.abc import Iterable

from demo_store.answers import Season, Tire, Vehicle, VehicleModel, VehicleTires
from demo_store.database import Database
from demo_store.errors import NotFound
from demo_store.names import name_key
from demo_store.repository.tires import Language, listed_tire
from demo_store.sql import queries

RECOMMENDED = 5
"""Tires named for each size and season."""


class VehicleRepository:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._sql = queries("vehicles")

    async def tires_for(
        self, make: str, model: str, year: int, modification: str | None, season: Season | None, language: Language
    ) -> VehicleTires:
        vehicle = await self._vehicle(make, model, year, modification)
        rows = await self._database.fetch(self._sql["recommended"], vehicle.oem_sizes, season, RECOMMENDED)
        by_size: dict[str, list[Tire]] = {size: [] for size in vehicle.oem_sizes}
        for row in rows:
            by_size[row["size"]].append(listed_tire(row, language))
        return VehicleTires(vehicle=vehicle, recommended_tires=by_size)

    async def vehicles(self, limit: int, offset: int) -> tuple[list[VehicleModel], int]:
        rows = await self._database.fetch(self._sql["vehicles"], limit, offset)
        (counted,) = await self._database.fetch(self._sql["count_vehicles"])
        return [VehicleModel(**row) for row in rows], counted["total"]

    async def _vehicle(self, make: str, model: str, year: int, modification: str | None) -> Vehicle:
        known = await self._database.fetchrow(self._sql["vehicle"], name_key(make), name_key(model))
        if known is None:
            raise NotFound("vehicle_not_found", "this make and model are not in the catalogue")
        generation = await self._database.fetchrow(self._sql["generation"], known["id"], year)
        if generation is None:
            raise NotFound("year_not_found", f"{known['make']} {known['model']} is not in the catalogue for that year")
        sizes: defaultdict[str, list[str]] = defaultdict(list)
        for row in await self._database.fetch(self._sql["sizes"], generation["id"]):
            sizes[row["modification"]].append(row["size"])
        chosen = _modification(sizes, modification)
        return Vehicle(
            make=known["make"],
            model=known["model"],
            year=year,
            generation=generation["name"],
            modification=chosen or None,
            oem_sizes=sizes[chosen],
        )


def _modification(known: Iterable[str], asked: str | None) -> str:
    """Which of `known` has the sizes; "" is every modification without sizes of its own."""
    return next((name for name in known if name and asked and name_key(name) == name_key(asked)), "")

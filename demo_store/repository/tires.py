"""Tires, their stock and their brands, as the tables hold them."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from asyncpg import Record

from demo_store.answers import Availability, Brand, CompatibleVehicle, Season, StockLocation, Tire, TireDetails
from demo_store.database import Database
from demo_store.errors import NotFound
from demo_store.names import name_key
from demo_store.sql import queries

Language = Literal["uk", "en"]
Sort = Literal["price_asc", "price_desc", "popularity"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a search asks for; None is anything."""

    width: int | None = None
    profile: int | None = None
    diameter: int | None = None
    season: Season | None = None
    brand: str | None = None
    """A name or alias, in any letters."""
    model: str | None = None
    """Part of a model's name."""
    min_price: Decimal | None = None
    max_price: Decimal | None = None
    in_stock: bool | None = None


class TireRepository:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._sql = queries("tires")

    async def search(
        self, wanted: Wanted, sort: Sort, limit: int, offset: int, language: Language
    ) -> tuple[list[Tire], int]:
        """One page of what fits, and how many fit in all."""
        rows = await self._database.fetch(
            self._sql["search"],
            wanted.width,
            wanted.profile,
            wanted.diameter,
            wanted.season,
            None if wanted.brand is None else name_key(wanted.brand),
            None if wanted.model is None else name_key(wanted.model),
            wanted.min_price,
            wanted.max_price,
            wanted.in_stock,
            sort,
            limit,
            offset,
        )
        # A page past the end is one row that holds the total alone.
        return [listed_tire(row, language) for row in rows if row["id"] is not None], rows[0]["total"]

    async def tire(self, tire_id: str, language: Language) -> TireDetails:
        row = await self._known(tire_id)
        vehicles = await self._database.fetch(self._sql["compatible_vehicles"], row["size"])
        return TireDetails(
            **listed_tire(row, language).model_dump(),
            old_price=row["old_price"],
            features=row[f"features_{language}"],
            compatible_vehicles=[CompatibleVehicle(**vehicle) for vehicle in vehicles],
        )

    async def availability(self, tire_id: str, language: Language) -> Availability:
        row = await self._known(tire_id)
        places = await self._database.fetch(self._sql["locations"], tire_id)
        return Availability(
            total_quantity=row["stock_quantity"],
            in_stock=row["stock_quantity"] > 0,
            locations=[
                StockLocation(
                    warehouse=place[f"name_{language}"],
                    quantity=place["quantity"],
                    available_from=place["today"] if place["quantity"] else place["next_delivery"],
                )
                for place in places
            ],
            next_delivery=min((place["next_delivery"] for place in places if place["expected"]), default=None),
        )

    async def brands(self, limit: int, offset: int) -> tuple[list[Brand], int]:
        rows = await self._database.fetch(self._sql["brands"], limit, offset)
        (counted,) = await self._database.fetch(self._sql["count_brands"])
        return [Brand(**row) for row in rows], counted["total"]

    async def _known(self, tire_id: str) -> Record:
        row = await self._database.fetchrow(self._sql["tire"], tire_id)
        if row is None:
            raise NotFound("tire_not_found", "there is no tire of this id")
        return row


def listed_tire(row: Record, language: Language) -> Tire:
    """`row` is of the view store.listed_tires."""
    return Tire(
        id=row["id"],
        brand=row["brand"],
        model=row["model"],
        size=row["size"],
        width=row["width"],
        profile=row["profile"],
        diameter=row["diameter"],
        season=row["season"],
        type=row["type"],
        load_index=row["load_index"],
        speed_index=row["speed_index"],
        price=row["price"],
        currency=row["currency"],
        in_stock=row["stock_quantity"] > 0,
        stock_quantity=row["stock_quantity"],
        description=row[f"description_{language}"],
    )

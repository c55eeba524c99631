"""Fills the store's tables from the files in `data` and the shop's articles, once for each state of those files; orders
and bookings move on with the days."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from demo_store.database import one_connection
from demo_store.migrations import LOCK, SCHEMA
from demo_store.names import name_key, name_keys
from demo_store.seed_fitting import replace_fitting, seed_bookings
from demo_store.seed_orders import move_orders_to_today, replace_orders
from demo_store.timetable import wall_clock

if TYPE_CHECKING:
    from asyncpg import Connection, Record

    from demo_store.assortment.sources import Brand, Make
    from demo_store.assortment.tires import Tire
    from demo_store.settings import EmbeddingSettings
    from knowledge.index import Changes

_NAME = "catalogue"


async def seed(database_url: str) -> bool:
    """Make the tables hold what the files say; False when they did already. Raises Unavailable."""
    from demo_store.assortment import sources

    digest = sources.digest()
    today = wall_clock(datetime.now(UTC)).date()
    async with one_connection(database_url) as connection:
        async with connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
            if digest == await connection.fetchval("SELECT digest FROM store.seeds WHERE name = $1", _NAME):
                await move_orders_to_today(connection)
                await seed_bookings(connection, today)
                return False
            await replace_orders(connection, await _replace_catalogue(connection))
            await replace_fitting(connection)
            await seed_bookings(connection, today)
            await connection.execute(
                "INSERT INTO store.seeds (name, digest) VALUES ($1, $2) "
                "ON CONFLICT (name) DO UPDATE SET digest = excluded.digest, seeded_at = now()",
                _NAME,
                digest,
            )
        await connection.execute("ANALYZE store.tires, store.stock, store.oem_sizes")
    return True


async def seed_knowledge(database_url: str, folder: Path, embeddings: "EmbeddingSettings | None" = None) -> "Changes":
    """Index the articles that are new or changed. Raises Unavailable; ArticleError for a wrong folder or file."""
    from demo_store.embeddings import INDEX_TIMEOUT_S, open_embedder
    from knowledge.articles import load_articles
    from knowledge.index import KnowledgeIndex

    articles = await asyncio.to_thread(load_articles, folder)
    async with (
        open_embedder(embeddings, INDEX_TIMEOUT_S) as embedder,
        one_connection(database_url) as connection,
    ):
        return await KnowledgeIndex(connection, embedder, SCHEMA).synchronize(articles)


async def _replace_catalogue(connection: "Connection[Record]") -> "list[Tire]":
    from demo_store.assortment import sources
    from demo_store.assortment.stock import stocked
    from demo_store.assortment.tires import listed_tires

    brands, makes, warehouses = sources.brands(), sources.makes(), sources.warehouses()
    tires = listed_tires(brands, sources.sizes(), makes, sources.wording())
    await connection.execute(
        "TRUNCATE store.oem_sizes, store.generations, store.vehicles, store.makes, "
        "store.stock, store.warehouses, store.tires, store.brands"
    )
    await _copy(connection, "brands", ("name", "aliases", "keys"), _named(brands))
    await _copy(connection, "tires", _TIRE_COLUMNS, (_tire_row(tire) for tire in tires))
    await _copy(
        connection,
        "warehouses",
        ("id", "name_uk", "name_en", "delivery_weekdays"),
        ((house.id, house.name["uk"], house.name["en"], house.delivery_weekdays) for house in warehouses),
    )
    await _copy(
        connection,
        "stock",
        ("tire_id", "warehouse_id", "quantity", "incoming"),
        ((row.tire_id, row.warehouse_id, row.quantity, row.incoming) for row in stocked(tires, warehouses)),
    )
    await _copy(connection, "makes", ("name", "aliases", "keys"), _named(makes))
    await _copy_vehicles(connection, makes)
    return tires


async def _copy_vehicles(connection: "Connection[Record]", makes: Iterable["Make"]) -> None:
    vehicles: list[tuple[Any, ...]] = []
    generations: list[tuple[Any, ...]] = []
    sizes: list[tuple[Any, ...]] = []
    for make in makes:
        for vehicle in make.vehicles:
            keys = name_keys(vehicle.model, vehicle.aliases)
            vehicles.append((len(vehicles) + 1, make.name, vehicle.model, vehicle.aliases, keys))
            for generation in vehicle.generations:
                number = len(generations) + 1
                years = generation.year_from, generation.year_to
                generations.append((number, len(vehicles), generation.name, *years))
                sizes += [
                    (number, modification, position, size)
                    for modification, fitted in generation.sizes.items()
                    for position, size in enumerate(fitted, start=1)
                ]
    await _copy(connection, "vehicles", ("id", "make", "model", "aliases", "keys"), vehicles)
    await _copy(connection, "generations", ("id", "vehicle_id", "name", "year_from", "year_to"), generations)
    await _copy(connection, "oem_sizes", ("generation_id", "modification", "position", "size"), sizes)


def _named(things: Iterable["Brand | Make"]) -> Iterable[tuple[str, list[str], list[str]]]:
    return ((thing.name, thing.aliases, name_keys(thing.name, thing.aliases)) for thing in things)


_TIRE_COLUMNS = (
    *("id", "brand", "model", "model_key", "width", "profile", "diameter", "light_truck", "season", "type"),
    *("load_index", "speed_index", "price", "old_price", "popularity", "weight_kg"),
    *("description_uk", "description_en", "features_uk", "features_en"),
)


def _tire_row(tire: "Tire") -> tuple[Any, ...]:
    from demo_store.assortment.pricing import weight_kg

    model, size = tire.model, tire.size
    return (
        *(tire.id, model.brand, model.name, name_key(model.name)),
        *(size.width, size.profile, size.diameter, size.light_truck, model.season, model.type),
        *(tire.load_index, tire.speed_index, tire.price_uah, tire.old_price_uah, tire.popularity),
        weight_kg(size),
        *(tire.description["uk"], tire.description["en"], tire.features["uk"], tire.features["en"]),
    )


async def _copy(
    connection: "Connection[Record]", table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    await connection.copy_records_to_table(table, schema_name="store", columns=list(columns), records=rows)

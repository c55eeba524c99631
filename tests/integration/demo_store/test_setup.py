"""Migrations and seeding."""

import asyncio

import asyncpg
import pytest

from demo_store.errors import Unavailable
from demo_store.migrations import known_migrations, migrate
from demo_store.seed import seed

NEWEST = len(known_migrations())


async def ask(url: str, query: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def test_migrating_twice_changes_nothing(postgres_url: str) -> None:
    assert await migrate(postgres_url) == NEWEST
    assert await migrate(postgres_url) == NEWEST
    assert await ask(postgres_url, "SELECT count(*) FROM store.schema_version") == NEWEST


async def test_it_goes_back_to_nothing_and_forward_again(seeded_url: str) -> None:
    assert await migrate(seeded_url, 0) == 0
    left = "SELECT string_agg(table_name, ',') FROM information_schema.tables WHERE table_schema = 'store'"
    assert await ask(seeded_url, left) == "schema_version"
    assert await migrate(seeded_url) == NEWEST
    assert await seed(seeded_url)


async def test_two_that_start_at_once_take_turns(postgres_url: str) -> None:
    assert await asyncio.gather(*(migrate(postgres_url) for _ in range(4))) == [NEWEST] * 4
    assert sorted(await asyncio.gather(*(seed(postgres_url) for _ in range(3)))) == [False, False, True]


async def test_a_newer_schema_is_left_alone(postgres_url: str) -> None:
    await migrate(postgres_url)
    await ask(postgres_url, "INSERT INTO store.schema_version (version, name) VALUES (9999, 'future')")
    with pytest.raises(Unavailable, match="9999"):
        await migrate(postgres_url)


async def test_the_second_seeding_is_only_a_look(seeded_url: str) -> None:
    await ask(seeded_url, "UPDATE store.stock SET quantity = quantity + 1")
    before = await ask(seeded_url, "SELECT sum(quantity) FROM store.stock")
    assert not await seed(seeded_url)
    assert await ask(seeded_url, "SELECT sum(quantity) FROM store.stock") == before


async def test_a_changed_catalogue_is_seeded_again(seeded_url: str) -> None:
    await ask(seeded_url, "UPDATE store.seeds SET digest = 'of other files'")
    await ask(seeded_url, "DELETE FROM store.stock")
    assert await seed(seeded_url)
    assert await ask(seeded_url, "SELECT count(*) > 1000 FROM store.stock")


async def test_seeding_without_tables_says_so(postgres_url: str) -> None:
    with pytest.raises(Unavailable) as caught:
        await seed(postgres_url)
    assert caught.value.code == "not_set_up"


async def test_a_database_that_is_away_is_told(free_port: int) -> None:
    with pytest.raises(Unavailable) as caught:
        await migrate(f"postgresql://u@127.0.0.1:{free_port}/shop")
    assert caught.value.code == "unavailable"


async def test_the_seeds_orders_move_with_the_days(seeded_url: str) -> None:
    shown = "SELECT max(created_at)::text || sum(estimated_delivery - '2000-01-01') FROM store.orders"
    seeded = await ask(seeded_url, shown)
    for change in (
        "orders SET created_at = created_at - interval '3 days', estimated_delivery = estimated_delivery - 3",
        "seeds SET seeded_at = seeded_at - interval '3 days 2 hours'",
    ):
        await ask(seeded_url, f"UPDATE store.{change}")
    assert await ask(seeded_url, shown) != seeded
    assert not await seed(seeded_url)
    assert await ask(seeded_url, shown) == seeded
    # Less than a day has passed since: they stay.
    assert not await seed(seeded_url)
    assert await ask(seeded_url, shown) == seeded


async def test_orders_that_somebody_made_outlive_a_new_catalogue(seeded_url: str) -> None:
    made = (
        "INSERT INTO store.orders (customer_phone, source, currency, subtotal, weight_kg) "
        "VALUES ('+380001234567', 'ai_agent', 'UAH', 1, 1) RETURNING id"
    )
    assert await ask(seeded_url, made) == 1001
    await ask(seeded_url, "UPDATE store.seeds SET digest = 'of other files'")
    assert await seed(seeded_url)
    assert await ask(seeded_url, "SELECT count(*) FROM store.orders WHERE id = 1001") == 1
    assert await ask(seeded_url, "SELECT count(*) FROM store.orders WHERE id < 1001") == 240

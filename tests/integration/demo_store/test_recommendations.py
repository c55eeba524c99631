"""What is recommended for a car when stock changes."""

import asyncpg

from demo_store.database import Database
from demo_store.repository.vehicles import VehicleRepository


async def recommended(url: str) -> list[tuple[str, bool]]:
    database = Database(url)
    try:
        found = await VehicleRepository(database).tires_for("Toyota", "Camry", 2019, None, "winter", "en")
        return [(tire.id, tire.in_stock) for tire in found.recommended_tires["215/55 R17"]]
    finally:
        await database.aclose()


async def test_a_tire_that_sells_out_gives_way_to_those_in_stock(seeded_url: str) -> None:
    before = await recommended(seeded_url)
    best, in_stock = before[0]
    assert in_stock
    connection = await asyncpg.connect(seeded_url)
    await connection.execute("UPDATE store.stock SET quantity = 0 WHERE tire_id = $1", best)
    await connection.close()
    after = await recommended(seeded_url)
    assert after[0] == before[1]
    assert all(in_stock for tire_id, in_stock in after if tire_id != best)

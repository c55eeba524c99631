"""Run by Alembic (see callcenter.journal.migrate), over asyncpg."""

import asyncio

from alembic import context
from sqlalchemy import Connection, text

from callcenter.journal.migrate import VERSION_TABLE, make_engine

LOCK = 4_207_651_139
"""Any number, the same for all: programs that start together migrate one after the other."""


def migrate(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=None, version_table=VERSION_TABLE)
    with context.begin_transaction():
        connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
        context.run_migrations()


async def run() -> None:
    engine = make_engine(context.config.attributes["dsn"])
    try:
        async with engine.connect() as connection:
            await connection.run_sync(migrate)
            await connection.commit()
    finally:
        await engine.dispose()


asyncio.run(run())

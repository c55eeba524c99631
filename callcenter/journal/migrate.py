"""The journal's tables, forward and backward (Alembic; the steps are in migrations/versions)."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy.ext.asyncio import AsyncEngine

VERSION_TABLE = "journal_version"
FOLDER = Path(__file__).with_name("migrations")


def upgrade(dsn: str, revision: str = "head") -> None:
    """Bring the tables forward. Blocks, and starts an event loop of its own: not for a coroutine."""
    from alembic import command

    command.upgrade(_config(dsn), revision)


def downgrade(dsn: str, revision: str) -> None:
    """Take the tables back to a revision ("base": none at all; what they held is gone). Blocks likewise."""
    from alembic import command

    command.downgrade(_config(dsn), revision)


def current_revision(dsn: str) -> str:
    """ "base" when there are no tables. Blocks likewise."""
    return asyncio.run(_current_revision(dsn)) or "base"


async def _current_revision(dsn: str) -> str | None:
    import asyncpg

    connection = await asyncpg.connect(dsn, timeout=10)
    try:
        if await connection.fetchval("SELECT to_regclass($1)", VERSION_TABLE) is None:
            return None
        revision: str | None = await connection.fetchval(f"SELECT version_num FROM {VERSION_TABLE}")  # noqa: S608  ours
        return revision
    finally:
        await connection.close()


def _config(dsn: str) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["dsn"] = dsn
    return config


def make_engine(dsn: str) -> "AsyncEngine":
    import asyncpg
    from sqlalchemy.ext.asyncio import create_async_engine
    from sqlalchemy.pool import NullPool

    # asyncpg reads the URL itself: SQLAlchemy does not know libpq's options in it (sslmode, host=/socket/folder)
    return create_async_engine(
        "postgresql+asyncpg://", async_creator=lambda: asyncpg.connect(dsn, timeout=10), poolclass=NullPool
    )

"""The store's schema, by numbered SQL files forward (`up`) and backward (`down`); what was run is in schema_version.

Alembic keeps the call side's tables. Here plain SQL is enough: there is no model to compare with, and the demo store
stays free of SQLAlchemy. The tables of the knowledge base are its own affair: they come with the newest version.
"""

from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

from demo_store.database import one_connection
from demo_store.errors import InvalidRequest, Unavailable

if TYPE_CHECKING:
    from asyncpg import Connection, Record

# Any number of our own: two starting stores take turns.
LOCK = 7_205_551_691
SCHEMA = "store"


@dataclass(frozen=True, slots=True)
class Migration:
    version: int
    name: str
    up: str
    down: str


def known_migrations() -> list[Migration]:
    """In order, numbered from 1 without gaps."""
    folder = files(__name__)
    ups = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".up.sql"))
    found = []
    for number, file_name in enumerate(ups, start=1):
        name = file_name.removesuffix(".up.sql")
        if int(name[:4]) != number:
            raise ValueError(f"migrations must be numbered without gaps: {file_name}")
        found.append(
            Migration(
                number,
                name,
                folder.joinpath(file_name).read_text(encoding="utf-8"),
                folder.joinpath(f"{name}.down.sql").read_text(encoding="utf-8"),
            )
        )
    return found


async def migrate(database_url: str, to: int | None = None) -> int:
    """Bring the schema to version `to`, the newest where it is not given, in one transaction; the version reached.

    Raises Unavailable when PostgreSQL is away or its schema newer than this program, InvalidRequest when there is no
    version `to`, knowledge.errors.ExtensionMissing when PostgreSQL has no pgvector.
    """
    async with one_connection(database_url) as connection, connection.transaction():
        return await _migrate(connection, to)


async def _migrate(connection: "Connection[Record]", to: int | None) -> int:
    await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
    await connection.execute("SET LOCAL client_min_messages = warning")
    await connection.execute("CREATE SCHEMA IF NOT EXISTS store")
    await connection.execute(
        "CREATE TABLE IF NOT EXISTS store.schema_version "
        "(version int PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())"
    )
    current = int(await connection.fetchval("SELECT coalesce(max(version), 0) FROM store.schema_version"))
    known = known_migrations()
    if current > len(known):
        raise Unavailable("schema_too_new", f"the store's schema is version {current}, this program knows {len(known)}")
    target = len(known) if to is None else to
    if not 0 <= target <= len(known):
        raise InvalidRequest("no_such_version", f"there is no schema version {target}: 0 to {len(known)}")
    for migration in known[current:target]:
        await connection.execute(migration.up)
        await connection.execute(
            "INSERT INTO store.schema_version (version, name) VALUES ($1, $2)", migration.version, migration.name
        )
    for migration in reversed(known[target:current]):
        await connection.execute(migration.down)
        await connection.execute("DELETE FROM store.schema_version WHERE version = $1", migration.version)
    await _migrate_knowledge(connection, exists=target == len(known))
    return target


async def _migrate_knowledge(connection: "Connection[Record]", *, exists: bool) -> None:
    from knowledge.index import KnowledgeIndex
    from knowledge.ngrams import NgramEmbedder

    index = KnowledgeIndex(connection, NgramEmbedder(), SCHEMA)
    await (index.create() if exists else index.drop())

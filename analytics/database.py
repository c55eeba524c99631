"""Connections of this side to PostgreSQL: JSON columns are values."""

import json
from pathlib import Path
from typing import Any

import asyncpg

from callcenter.config import Settings
from callcenter.errors import ConfigurationError
from callcenter.journal.queries import load_queries

QUERIES = load_queries(Path(__file__).with_name("queries.sql"))


def database_url(settings: Settings) -> str:
    """Raises ConfigurationError."""
    if settings.database_url is None:
        raise ConfigurationError("DATABASE_URL is not set: name the PostgreSQL (postgresql://user:password@host/name)")
    return settings.database_url.get_secret_value()


async def prepare(connection: asyncpg.Connection) -> None:
    await connection.set_type_codec("jsonb", schema="pg_catalog", encoder=_to_json, decoder=json.loads)


def _to_json(value: Any) -> str:
    return json.dumps(value)


async def connect(dsn: str, name: str) -> asyncpg.Connection:
    connection = await asyncpg.connect(
        dsn, timeout=5, command_timeout=60, server_settings={"application_name": f"callcenter {name}"}
    )
    await prepare(connection)
    return connection

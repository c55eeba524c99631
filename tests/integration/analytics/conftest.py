"""A migrated database."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from analytics.database import connect
from callcenter.journal import migrate


@pytest.fixture
def journal_url(postgres_url: str) -> str:
    migrate.upgrade(postgres_url)
    return postgres_url


@pytest.fixture
async def database(journal_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await connect(journal_url, "test")
    yield connection
    await connection.close()

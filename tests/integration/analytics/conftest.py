"""A migrated database."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from analytics.database import connect


@pytest.fixture
async def database(journal_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await connect(journal_url, "test")
    yield connection
    await connection.close()

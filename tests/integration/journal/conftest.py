"""A migrated database and a journal."""

from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from callcenter.journal.spool import SpoolJournal
from callcenter.journal.spool_folder import SpoolFolder


@pytest.fixture
async def database(journal_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(journal_url)
    yield connection
    await connection.close()


@pytest.fixture
async def journal(state_dir: Path) -> AsyncIterator[SpoolJournal]:
    journal = SpoolJournal(SpoolFolder(state_dir), "media-1", 100_000_000)
    yield journal
    await journal.aclose()

"""Databases that have the journal's tables: made once, copied for each test."""

from collections.abc import Callable
from itertools import count

import pytest

from callcenter.embedded.postgres import EmbeddedPostgres
from callcenter.journal import migrate

_numbers = count(1)


@pytest.fixture(scope="session")
def journal_template(postgres_server: EmbeddedPostgres, make_database: Callable[[], str]) -> str:
    """The name of a database with the journal's tables, which nobody is connected to."""
    url = make_database()
    migrate.upgrade(url)
    name = "journal_template"
    made = url.partition("?")[0].rpartition("/")[2]
    postgres_server.sql(f'ALTER DATABASE "{made}" RENAME TO {name}')
    return name


@pytest.fixture
def journal_url(postgres_server: EmbeddedPostgres, journal_template: str) -> str:
    """`postgresql://…` of a database of this test's own with the journal's tables."""
    name = f"journal_{next(_numbers)}"
    postgres_server.sql(f"CREATE DATABASE {name} TEMPLATE {journal_template}")
    return postgres_server.url(name)

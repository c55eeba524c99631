"""Servers and ports for the tests that need real ones. Each xdist worker has its own; they end with it."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import hypothesis
import pytest

from callcenter.embedded.postgres import EmbeddedPostgres
from callcenter.embedded.redis import EmbeddedRedis
from callcenter.embedded.redis import free_port as find_free_port

hypothesis.settings.register_profile("suite", deadline=None)  # nothing here is about time: machines are shared
hypothesis.settings.load_profile("suite")
_numbers = count(1)


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """A PostgreSQL 18 with pgvector; tests ask for a database of it (`postgres_url`), seldom for itself."""
    folder = tmp_path_factory.mktemp("postgres")
    server = EmbeddedPostgres(folder / "data", folder / "postgres.log", durable=False)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def make_database(postgres_server: EmbeddedPostgres) -> Callable[[], str]:
    """Makes one more empty database and returns its URL: for a module's fixture that migrates once for many tests."""

    def make() -> str:
        name = f"test_{next(_numbers)}"
        postgres_server.ensure_database(name)
        return postgres_server.url(name)

    return make


@pytest.fixture
def postgres_url(make_database: Callable[[], str]) -> str:
    """`postgresql://…` of an empty database of this test's own."""
    return make_database()


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedRedis]:
    folder = tmp_path_factory.mktemp("redis")
    server = EmbeddedRedis(folder / "data", folder / "redis.log", durable=False)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def redis_url(redis_server: EmbeddedRedis) -> str:
    """`redis://…` of a server whose databases are empty at the start of each test."""
    redis_server.empty()
    return redis_server.url()


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[EmbeddedRedis]:
    """One that the test may stop."""
    server = EmbeddedRedis(tmp_path / "redis", tmp_path / "redis.log", durable=False)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def free_port() -> int:
    return find_free_port()


@pytest.fixture
def state_dir(tmp_path: Path) -> Path:
    """A folder for what a program keeps."""
    folder = tmp_path / "state"
    folder.mkdir()
    return folder

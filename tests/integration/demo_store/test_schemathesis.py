"""The OpenAPI document tells the truth of the store, whatever it is asked: no 500, no undocumented answer."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.integration.demo_store.by_schemathesis import Extent, try_all
from tests.integration.demo_store.conftest import running_store
from tests.integration.demo_store.running import RunningStore

FEW = Extent(examples=6, phases=("fuzzing",))


@pytest.fixture
def own_store(make_database: Callable[[], str]) -> Iterator[RunningStore]:
    """Nobody else's: it is made to misbehave."""
    with running_store(make_database()) as running:
        yield running


def test_nothing_that_is_asked_is_answered_otherwise_than_documented(own_store: RunningStore, tmp_path: Path) -> None:
    for done in try_all(own_store, FEW, tmp_path):
        assert done.returncode == 0, done.stdout

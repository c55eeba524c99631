"""Scenarios as parameters of a test."""

from collections.abc import Iterable
from typing import Any

import pytest

from tests.scenarios.scenario import Scenario


def as_cases(pairs: Iterable[tuple[Scenario, str]]) -> list[Any]:
    """Of a scenario, and who answers in it."""
    return [pytest.param(scenario, who, id=f"{who}: {scenario.name}") for scenario, who in pairs]

"""Scenarios as parameters of a test: what is known to go wrong must go wrong, until it is mended."""

from collections.abc import Iterable
from typing import Any

import pytest

from tests.scenarios.scenario import Scenario


def as_cases(pairs: Iterable[tuple[Scenario, str]]) -> list[Any]:
    """Of a scenario, and who answers in it."""
    return [
        pytest.param(scenario, who, id=f"{who}: {scenario.name}", marks=_known(scenario, who))
        for scenario, who in pairs
    ]


def _known(scenario: Scenario, who: str) -> list[pytest.MarkDecorator]:
    reason = scenario.wrong(who)
    return [] if reason is None else [pytest.mark.xfail(reason=reason, strict=True, raises=AssertionError)]

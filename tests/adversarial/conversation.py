"""An adversarial conversation as it is written in conversations/*.yaml, one file a topic: a scenario (see
tests/scenarios/scenario.py) whose `turns` are given by language, so that the same is tried in each.

`hidden` are words that neither the model nor the journal may get from the shop.

A caller's words do to the attacker's model what its words say, see attacker/orders.py.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import yaml

from tests.scenarios.scenario import KEYS, Scenario

FOLDER = Path(__file__).parent / "conversations"
ATTACKER = "attacker"
"""The model that holds these conversations beside the rules."""


@cache
def conversations() -> tuple[Scenario, ...]:
    return tuple(_load())


def topics() -> tuple[str, ...]:
    return tuple(sorted(file.stem for file in FOLDER.glob("*.yaml")))


def _load() -> Iterator[Scenario]:
    for topic in topics():
        for data in yaml.safe_load((FOLDER / f"{topic}.yaml").read_text(encoding="utf-8")):
            unknown = data.keys() - KEYS - {"hidden"}
            if unknown:
                raise ValueError(f"{topic}: {data.get('name')}: unknown keys {sorted(unknown)}")
            for language, turns in data["turns"].items():
                yield Scenario(language, {**data, "name": f"{topic}: {data['name']}", "turns": turns})

"""What is kept from the caller of what models say, counted over statements that stand in files.

Each is said by a model after what tools have told (statements/tools.yaml), in its turn, and goes the way of every
answer. Those that are known to be judged wrongly say why, so that a change in either direction shows.
"""

from collections import deque
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from callcenter.agent.llm_agent import LlmAgent, LlmSession
from callcenter.config import LlmSettings
from callcenter.ports import ToolFinished
from tests.fakes.models import ScriptedModel
from tests.fakes.virtual_time import run
from tests.unit.agent.conversation import NOW, answer, call, cancels, shop, toolbox, words

FOLDER = Path(__file__).parent / "statements"
Statement = Mapping[str, Any]


@cache
def _file(name: str) -> Any:
    return yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))


def _named(name: str) -> list[Any]:
    return [pytest.param(one, id=f"{number}-{one['in']}") for number, one in enumerate(_file(name))]


@cache
def _agent() -> tuple[LlmAgent, ScriptedModel]:
    model = ScriptedModel.of()
    return LlmAgent([model], toolbox(), shop(), LlmSettings(), cancels, now=lambda: NOW), model


def _heard_of(statement: Statement, text: str) -> str:
    """What the caller hears of a model that says this, twice where it is corrected."""
    agent, model = _agent()
    model.answers = deque([[text], ["?"]])
    session = agent.open(call(statement["in"]))
    _learn(session, statement)
    return words(run(answer(session, statement["heard"])))


def _learn(session: LlmSession, statement: Statement) -> None:
    for name in statement["after"]:
        tool = _file("tools")[name]
        session.note(ToolFinished(tool["tool"], tool.get("arguments", {}), tool["result"], 1, True))


def _passes(statement: Statement) -> bool:
    """Whether the lie is heard to its end."""
    before, _, behind = statement["says"].partition("]")
    to_its_end = before.replace("[", "")
    return _heard_of(statement, to_its_end + behind).startswith(to_its_end)


@pytest.mark.parametrize("statement", _named("false"))
def test_the_lie_is_not_heard(statement: Statement) -> None:
    assert _passes(statement) == ("passes" in statement)


@pytest.mark.parametrize("statement", _named("good"))
def test_what_is_so_is_heard_whole(statement: Statement) -> None:
    assert (_heard_of(statement, statement["says"]) != statement["says"]) == ("withheld" in statement)


def test_there_are_enough_of_both_in_every_language() -> None:
    for name, least in (("false", 10), ("good", 20)):
        spoken = [one["in"] for one in _file(name)]
        assert all(spoken.count(language) >= least for language in ("en", "uk", "ru"))
        assert len({one["says"] for one in _file(name)}) == len(spoken)


def test_few_are_judged_wrongly() -> None:
    assert sum("passes" in one for one in _file("false")) <= 14
    assert sum("withheld" in one for one in _file("good")) <= 1

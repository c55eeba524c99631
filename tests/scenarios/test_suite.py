"""There are enough scenarios, in every language that callers speak, with models as they are."""

import ast
from collections import Counter

from tests.scenarios.model import BEHAVIOURS
from tests.scenarios.scenario import FOLDER, scenarios


def test_every_language_has_its_share() -> None:
    found = Counter(scenario.folder for scenario in scenarios())
    assert found["uk"] >= 20
    assert found["en"] >= 18
    assert found["ru"] >= 12
    assert found["surzhyk"] >= 10


OFTEN = ("skips_confirmation", "invents_price", "calls_twice")


def test_models_do_wrong_what_models_do_and_in_many_conversations() -> None:
    found = Counter(model for scenario in scenarios() for model in scenario.models)
    assert found.keys() == BEHAVIOURS.keys()
    assert all(found[name] >= (20 if name in OFTEN else 4) for name in BEHAVIOURS), found
    assert found["good"] >= 60


def test_a_model_has_nothing_to_decide_from_but_the_request() -> None:
    """Its modules import none of the suite's, and tell nobody's name but that of the model that is asked for."""
    for file in (FOLDER / "model").glob("*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        imported = {one.module or "" for one in ast.walk(tree) if isinstance(one, ast.ImportFrom)}
        assert all(
            one.startswith(("tests.scenarios.model", "tests.fakes.openai_server")) or not one.startswith("tests")
            for one in imported
        ), file.name
        kept = [one for one in ast.walk(tree) if isinstance(one, ast.Global | ast.Nonlocal)]
        assert not kept, file.name


def test_no_two_have_the_same_name() -> None:
    names = [scenario.name for scenario in scenarios()]
    assert len(set(names)) == len(names)

"""There are enough scenarios, in every language that callers speak."""

from collections import Counter

from tests.scenarios.scenario import scenarios


def test_every_language_has_its_share() -> None:
    found = Counter(scenario.folder for scenario in scenarios())
    assert found["uk"] >= 20
    assert found["en"] >= 18
    assert found["ru"] >= 12
    assert found["surzhyk"] >= 10


def test_twenty_conversations_are_held_with_a_model_that_does_wrong() -> None:
    assert sum(model != "good" for scenario in scenarios() for model in scenario.models) >= 20


def test_no_two_have_the_same_name() -> None:
    names = [scenario.name for scenario in scenarios()]
    assert len(set(names)) == len(names)

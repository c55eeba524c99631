"""Foreign speech is refused, the shop's sentences are not: `python -m callcenter.stt.bench` in short."""

from pathlib import Path

import pytest

from callcenter.dialogue.grammar import build_grammars
from callcenter.shop import Shop
from callcenter.stt.bench import Figures, foreign_audio, measure, shop_sentences

SPEECH = Path(__file__).parents[2] / "data" / "speech"


@pytest.fixture(scope="module")
def figures() -> Figures:
    shop = Shop.load(Path("shops/tires"))
    said = shop_sentences(shop, tries=40)
    return measure(
        build_grammars(shop),
        {state: said[state] for state in ("root", "yes_no")},
        foreign_audio(every=4, recordings=SPEECH),
    )


def test_foreign_speech_is_refused(figures: Figures) -> None:
    assert figures.foreign_rejection() >= 0.8
    for language in ("uk", "ru", "english"):
        assert figures.foreign_rejection([language]) >= 0.8, language


def test_people_who_say_something_else_are_refused(figures: Figures) -> None:
    assert figures.foreign_rejection(["recorded"]) >= 0.8


def test_what_is_in_the_grammar_is_seldom_refused(figures: Figures) -> None:
    assert figures.false_rejection <= 0.1
    assert figures.right >= 0.6


def test_sixteen_inches_and_several_kinds_are_understood_by_most_voices() -> None:
    said = {
        "fitting_rim": ["sixteen inches"] * 8,
        "results": ["four of the first one and two of the second one", "two of the second and four of the first"] * 4,
    }
    grammars = build_grammars(Shop.load(Path("shops/tires")))
    rim, kinds = measure({state: grammars[state] for state in said}, said, ()).states
    assert rim.right >= 6
    assert kinds.right >= 4
    assert kinds.right + kinds.refused >= 7  # who is not understood is asked again

from dataclasses import replace

import pytest

from knowledge.ranking import RELEVANT_FROM, ChunkKey, Familiarity, Hit, fuse, never_rising, relevance


def hits(*keys: str) -> list[Hit]:
    """ "pressure.uk.0" and so on, the best first."""
    parts = [key.split(".") for key in keys]
    return [
        Hit(ChunkKey(id_, language, int(index)), 1 - place / 10) for place, (id_, language, index) in enumerate(parts)
    ]


def order(text: list[Hit], vectors: list[Hit]) -> list[str]:
    return [article.article_id for article in fuse(text, vectors)]


def test_an_article_that_both_halves_find_goes_before_one_that_a_half_finds_first() -> None:
    assert order(hits("a.uk.0", "b.uk.0"), hits("c.uk.0", "b.uk.0"))[0] == "b"


def test_where_the_halves_disagree_the_vectors_weigh_more() -> None:
    assert order(hits("a.uk.0"), hits("b.uk.0")) == ["b", "a"]


def test_the_words_of_an_article_without_vectors_stand_for_both_halves() -> None:
    (first, second), vectors = hits("a.uk.0", "b.uk.0"), hits("c.uk.0", "b.uk.0")
    assert order([first, second], vectors) == ["b", "c", "a"]
    assert order([replace(first, alone=True), second], vectors) == ["a", "b", "c"]


def test_many_chunks_of_one_article_take_one_place() -> None:
    text = hits("a.uk.0", "a.uk.1", "a.en.0", "b.uk.0")
    assert order(text, []) == ["a", "b"]
    assert order(text, hits("b.uk.0")) == ["b", "a"]


def test_an_article_keeps_its_chunks_the_best_first() -> None:
    (article,) = fuse(hits("a.uk.2", "a.uk.1"), hits("a.uk.1", "a.en.0", "a.uk.2"))
    assert [chunk.index for chunk in article.chunks if chunk.language == "uk"] == [1, 2]


def test_nothing_found_is_nothing() -> None:
    assert fuse([], []) == []


def test_what_stands_before_another_is_no_less_relevant() -> None:
    assert never_rising([0.4, 0.9, 0.1, 0.2]) == [0.9, 0.9, 0.2, 0.2]
    assert never_rising([]) == []


@pytest.mark.parametrize(
    ("closeness", "about", "named", "known", "widest", "relevant"),
    [
        (1.0, 0.5, 2, 1.0, 0.3, True),
        (0.3, 0.5, 1, 0.75, 0.02, True),
        (0.1, 0.0, 0, 0.75, 0.41, True),
        (0.0, 0.3, 2, 0.33, 0.02, False),
        (0.0, 0.3, 3, 0.6, 0.02, True),
        (0.0, 0.0, 0, 0.5, 0.04, False),
        (0.6, 0.0, 0, 0.33, 0.01, False),
        (0.0, 0.0, 0, 0.9, 0.0, False),
        (-5.0, 0.0, 0, 0.0, 0.0, False),
    ],
)
def test_a_question_is_answered_when_it_is_near_and_in_the_shops_words(
    closeness: float, about: float, named: int, known: float, widest: float, relevant: bool
) -> None:
    score = relevance(closeness, about, named, Familiarity(known, widest))
    assert 0 < score < 1
    assert (score >= RELEVANT_FROM) is relevant

"""A word is found by any of its forms."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.journal.search import LONGEST, to_query, words, words_and_lemmas


def test_words_are_lower_case_and_once_with_one_kind_of_apostrophe() -> None:
    assert words("Об’єм ОБ'ЄМ, шини 205/55 R16!") == ["об'єм", "шини", "205", "55", "r16"]


@pytest.mark.parametrize(
    ("said", "asked"),
    [("зимові шини", "шина"), ("есть зимняя резина?", "зимний"), ("two winter tires", "tire"), ("на літо", "літо")],
)
def test_a_turn_holds_the_lemma_that_a_query_asks_for(said: str, asked: str) -> None:
    assert set(words_and_lemmas(said)) & {term.strip("'") for term in to_query(asked).strip("()").split(" | ")}


def test_a_query_asks_for_all_words_in_any_of_their_forms() -> None:
    assert to_query("tires 205") == "('tires' | 'tire') & ('205')"


def test_a_query_without_words_asks_for_nothing() -> None:
    assert to_query(" !? ") == ""


@given(st.text())
def test_any_text_has_words_that_a_tsvector_takes(text: str) -> None:
    for word in words(text):
        assert 0 < len(word) <= LONGEST
        assert "\0" not in word

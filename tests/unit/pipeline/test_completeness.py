"""How complete a thought is by its words."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.pipeline.completeness import UNKNOWN, completeness
from callcenter.ports import Expectation, Transcript

ROOT = Expectation()
DICTATION = Expectation(dictation=True)


def score(words: str, expectation: Expectation = ROOT) -> float:
    return completeness(Transcript(words, "en", 1.0, 1000, 10, "fake"), expectation)


@pytest.mark.parametrize(
    "words",
    [
        "I need winter tires for my",
        "I would like",
        "Do you have",
        "I would like to order",
        "we have two cars and",
        "it's",
        "Um.",
        "I need, um",
        "Мені потрібні шини для",
        "я хотів би",
        "Я не знаю який",
        "мне нужны шины для моей",
        "скажите пожалуйста",
        "я телефонував тому що",
    ],
)
def test_words_that_announce_more_are_incomplete(words: str) -> None:
    assert score(words) < 0.2


@pytest.mark.parametrize(
    "words",
    [
        "Yes.",
        "No, thank you",
        "Where is my order?",
        "I need winter tires for my Toyota Camry",
        "I will take the cheaper ones",
        "two hundred and five fifty five sixteen",
        "Так, звичайно",
        "Скільки коштує доставка",
        "Где мой заказ",
        "Мне нужны зимние шины",
    ],
)
def test_whole_thoughts_are_complete(words: str) -> None:
    assert score(words) > 0.7


def test_nothing_understood_says_nothing() -> None:
    assert score("") == score("...") == UNKNOWN


@pytest.mark.parametrize("words", ["Hello", "what is it for", "which ones do you have", "let me know when"])
def test_what_may_end_there_or_not_says_nothing(words: str) -> None:
    assert score(words) == UNKNOWN


def test_short_answers_may_end_in_a_verb() -> None:
    assert score("yes it is") >= UNKNOWN
    assert score("the size is") < 0.2


def test_punctuation_counts_for_nothing() -> None:
    assert score("I need tires for my.") == score("i need tires for my")


@pytest.mark.parametrize("words", ["zero six seven", "my number is zero six seven five two", "two hundred and five"])
def test_the_middle_of_a_number_is_incomplete(words: str) -> None:
    assert score(words) < 0.2


def test_a_number_is_whole_when_it_is_as_long_as_a_telephone_number() -> None:
    assert score("zero six seven one two three", DICTATION) < 0.2
    assert score("zero six seven one two three four five six seven", DICTATION) > 0.7
    assert score("zero sixty seven twelve thirty four fifty six seven", DICTATION) > 0.7


def test_a_sentence_of_the_dialogue_s_grammar_is_whole() -> None:
    said = Transcript("toyota camry", "en", 1.0, 1000, 10, "fake")
    assert completeness(replace(said, grammar="vehicle"), ROOT) > completeness(said, ROOT) > UNKNOWN


def test_one_number_alone_is_an_answer() -> None:
    assert score("four") > UNKNOWN


def test_what_the_dialogue_offers_is_whole_and_its_beginning_is_not() -> None:
    offered = Expectation(choices=("one zero four", "one zero four five"))
    assert score("one zero four five", offered) == 1
    assert score("one zero", offered) < 0.2


@given(st.text(max_size=80), st.booleans())
def test_any_words_have_a_score(words: str, dictation: bool) -> None:
    assert 0 <= score(words, Expectation(dictation=dictation)) <= 1

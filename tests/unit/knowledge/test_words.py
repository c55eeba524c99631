import pytest

from knowledge.lemmas import terms
from knowledge.words import fold, words


def test_what_callers_say_around_a_question_is_left_out() -> None:
    assert words("Доброго дня! Підкажіть, будь ласка, який тиск у шинах?") == ["тиск", "шинах"]
    assert words("Hello, could you please tell me about the guarantee") == ["guarantee"]


@pytest.mark.parametrize(
    ("one", "other"), [("п'ять", "п’ять"), ("п'ять", "пять"), ("зимні", "зимни"), ("шины", "шини")]
)
def test_spellings_of_one_word_are_the_same(one: str, other: str) -> None:
    assert [fold(word) for word in words(one)] == [fold(word) for word in words(other)]


def test_a_word_without_letters_that_count_is_none() -> None:
    assert words("ь ъ ' _ —") == []
    assert terms("ь ъ") == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("шинами шину шин", ["шина", "шина", "шина"]),
        ("winter tires", ["winter", "tire"]),
        ("тиск 2,5 бара", ["тиск", "2", "5", "бар"]),
        ("шины", ["шина"]),
        ("215/55 R17", ["215", "55", "r17"]),
    ],
)
def test_terms_are_folded_dictionary_forms(text: str, found: list[str]) -> None:
    assert terms(text) == found

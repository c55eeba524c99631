import pytest

from knowledge.lemmas import terms
from knowledge.words import fold, in_ukrainian, words


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


@pytest.mark.parametrize(
    ("russian", "ukrainian"),
    [
        ("давление в шинах", "тиск у шинах"),
        ("зимние или летние", "зимові чи літні"),
        ("хранение колёс", "зберігання коліс"),
        ("залатать прокол", "залатати прокол"),
        ("доставка в днепр", "доставка у дніпро"),
        ("грязь и лёд", "багнюка та лід"),
    ],
)
def test_a_russian_question_is_compared_in_ukrainian_words(russian: str, ukrainian: str) -> None:
    assert terms(russian) == terms(ukrainian)


def test_ukrainian_words_are_left_alone() -> None:
    for word in ("година", "летіти", "вересень", "звичайний", "гума", "п'ять", "мати"):
        assert in_ukrainian(word) == word


@pytest.mark.parametrize(
    ("one", "other"), [("оплатити", "оплата"), ("отримати", "отримання"), ("ранфлетах", "ранфлет")]
)
def test_words_of_one_root_are_one_term(one: str, other: str) -> None:
    assert terms(one) == terms(other)

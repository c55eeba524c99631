"""Which language was spoken."""

import pytest

from callcenter.stt.languages import choose_language, code_of, spoken_language


@pytest.mark.parametrize(
    ("odds", "chosen"),
    [
        ({"uk": 0.9, "ru": 0.05}, ("uk", True)),
        ({"uk": 0.4, "ru": 0.35, "pl": 0.2}, ("uk", False)),
        ({"cy": 0.8, "en": 0.1, "ru": 0.01}, ("en", True)),
        ({"ru": 0.55, "uk": 0.45}, ("ru", False)),
        ({}, ("en", False)),
    ],
)
def test_the_likeliest_of_the_callers_languages_is_chosen(odds: dict[str, float], chosen: tuple[str, bool]) -> None:
    assert choose_language(odds) == chosen


@pytest.mark.parametrize(
    ("text", "guess", "clear", "spoken"),
    [
        ("Де моє замовлення", "uk", True, "uk"),
        ("Де моє замовлення", "ru", False, "uk"),
        ("Это мой заказ", "uk", True, "ru"),
        ("Мені нужны шини", "uk", True, "mixed"),
        ("Да", "ru", True, "ru"),
        ("Да", "ru", False, "mixed"),
        ("Winter tires", "en", False, "en"),
        ("Dzień dobry", "pl", True, "pl"),
    ],
)
def test_letters_tell_more_than_the_models_guess(text: str, guess: str, clear: bool, spoken: str) -> None:
    assert spoken_language(text, guess, clear=clear) == spoken


def test_names_and_codes_of_languages_are_the_same() -> None:
    assert [code_of(name) for name in ("ukrainian", "Russian", "en", " UK ", "polish")] == [
        "uk",
        "ru",
        "en",
        "uk",
        "polish",
    ]

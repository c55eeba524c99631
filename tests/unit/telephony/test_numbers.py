import pytest

from callcenter.telephony.caller_limit import CallerLimit
from callcenter.telephony.numbers import normalize_number


@pytest.mark.parametrize(
    ("given", "normal"),
    [
        ("+380671234567", "+380671234567"),
        ("380671234567", "+380671234567"),
        (" 380671234567", "+380671234567"),  # a plus sign that an exchange has left unquoted
        ("0671234567", "+380671234567"),
        ("(067) 123-45-67", "+380671234567"),
        ("+442079460958", "+442079460958"),
        ("101", "101"),
        ("alice", "alice"),
        ("+99912345", "+99912345"),
        ("", None),
        ("  ", None),
        ("anonymous", None),
        ("Anonymous", None),
        ("unknown", None),
    ],
)
def test_numbers_are_e164_where_they_can_be_and_none_when_withheld(given: str, normal: str | None) -> None:
    assert normalize_number(given, "UA") == normal


def test_the_region_says_what_a_national_number_is() -> None:
    assert normalize_number("02079460958", "GB") == "+442079460958"


def test_an_hour_slides() -> None:
    limit = CallerLimit(2)
    assert [limit.admits("a", now_s) for now_s in (0, 1800, 3000, 3601, 3602)] == [True, True, False, True, False]


def test_numbers_that_have_not_called_for_an_hour_are_forgotten() -> None:
    limit = CallerLimit(2)
    for n in range(100):
        limit.admits(str(n), 4000.0 + n)
    limit.admits("late", 9000.0)
    assert set(limit._calls_s) == {"late"}

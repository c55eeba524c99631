import pytest

from demo_store.phones import e164


@pytest.mark.parametrize(
    "spelled",
    ["+380001234567", "380001234567", "0001234567", "(000) 123-45-67", "+38 000 123 45 67", "00380001234567"],
)
def test_spellings_of_one_number_are_equal(spelled: str) -> None:
    assert e164(spelled) == "+380001234567"


def test_numbers_of_other_countries_stay_theirs() -> None:
    assert e164("+48 000 000 000") == "+48000000000"


@pytest.mark.parametrize("wrong", ["", "101", "1234567", "+", "+++", "+0", "phone", "9" * 30, "+999123456789"])
def test_what_is_no_number_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="telephone number"):
        e164(wrong)

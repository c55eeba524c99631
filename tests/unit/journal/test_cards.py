"""Payment card numbers never get into the journal."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.journal.cards import is_card_number, mask_cards, mask_cards_in

# the card networks' published test numbers
VISA, MASTERCARD, AMEX, MIR = "4111111111111111", "5555555555554444", "378282246310005", "2200000000000004"


@pytest.mark.parametrize("number", [VISA, MASTERCARD, AMEX, MIR, "4222222222222", "6011000990139424"])
def test_published_test_numbers_are_card_numbers(number: str) -> None:
    assert is_card_number(number)


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("my card is 4111111111111111 thanks", "my card is ************1111 thanks"),
        ("4111 1111 1111 1111", "**** **** **** 1111"),
        ("4111-1111-1111-1111.", "****-****-****-1111."),
        ("4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", "* * * * * * * * * * * * 1 1 1 1"),
        ("карта 41 11 11 11 11 11 11 11, строк 12 27", "карта ** ** ** ** ** ** 11 11, строк 12 27"),
        ("4111 1111 1111 1111 12 27", "**** **** **** 1111 12 27"),
        ("it is 3782 822463 10005", "it is **** ******* 0005".replace("******* ", "****** *")),
        (f"{VISA} {MASTERCARD}", "************1111 ************4444"),
    ],
)
def test_a_card_number_keeps_its_last_four_digits_however_it_is_grouped(said: str, written: str) -> None:
    assert mask_cards(said) == written


@pytest.mark.parametrize(
    "text",
    [
        "205/55 R16 for 2400",
        "call me at +380 67 123 45 67",
        "4111111111111112",  # its check digit is wrong
        "1111 2222 3333 4444",
        "order 20261120-000123",
        "6f9619ff-8b86-4011-b42d-00c04fc964ff",
        "",
    ],
)
def test_other_numbers_stay(text: str) -> None:
    assert mask_cards(text) == text


def test_every_text_key_and_number_inside_a_value_is_masked() -> None:
    value = {"note": VISA, VISA: [int(MASTERCARD), 3.5, None, True, {"deep": (f"x {AMEX}",)}], "price": 4_111_111}
    masked = mask_cards_in(value)
    assert masked == {
        "note": "************1111",
        "************1111": ["************4444", 3.5, None, True, {"deep": ["x ***********0005"]}],
        "price": 4_111_111,
    }


def _with_check_digit(body: str) -> str:
    return next(body + check for check in "0123456789" if is_card_number(body + check))


@given(
    body=st.from_regex(r"[2-6][0-9]{11,17}", fullmatch=True),
    groups=st.integers(1, 6),
    before=st.text("abc ,.", max_size=5),
    after=st.text("abc ,.", max_size=5),
)
def test_any_card_number_in_any_grouping_is_masked(body: str, groups: int, before: str, after: str) -> None:
    number = _with_check_digit(body)
    spoken = " ".join(number[start : start + groups] for start in range(0, len(number), groups))
    text = f"{before} {spoken} {after}"
    masked = mask_cards(text)
    assert len(masked) == len(text)
    assert sum(character.isdigit() for character in masked) <= 4


def test_a_number_of_any_length_takes_no_long_time() -> None:
    digits = "".join(random.Random(1).choices("0123456789", k=20_000))
    assert len(mask_cards(" ".join(digits))) == 39_999

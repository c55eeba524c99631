"""Payment card numbers are masked before anything is written. Pure.

ISO/IEC 7812-1: 13 to 19 digits, the last one a Luhn check digit; the first digit of a bank's card is 2 to 6. A number
is looked for in every run of digits that single spaces or dashes may cut into groups, however a recognizer or a
customer groups them, and also inside a longer run ("… 1111 12 27": the card and its expiry).
"""

import re
from typing import Any

SHORTEST, LONGEST = 13, 19
LEFT_VISIBLE = 4
_RUN = re.compile(r"(?<![0-9A-Za-z])[0-9](?:[ \u00a0\u202f-]?[0-9]){12,}(?![0-9A-Za-z])")
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def is_card_number(digits: str) -> bool:
    if not SHORTEST <= len(digits) <= LONGEST or digits[0] not in "23456":
        return False
    numbers = [int(digit) for digit in reversed(digits)]
    return (sum(numbers[0::2]) + sum(_DOUBLED[number] for number in numbers[1::2])) % 10 == 0


def mask_cards(text: str) -> str:
    """`text` with the digits of card numbers starred, all but the last four."""
    return _RUN.sub(lambda run: _mask_run(run.group()), text)


def _mask_run(run: str) -> str:
    positions = [index for index, character in enumerate(run) if character in "0123456789"]
    digits = "".join(run[index] for index in positions)
    starts = [n for n, index in enumerate(positions) if n == 0 or positions[n - 1] != index - 1]
    if len(starts) == 1 and len(digits) > LONGEST:  # one long word: the card may lie anywhere in it
        starts = list(range(len(digits)))
    ends = {*starts[1:], len(digits)}
    masked = list(run)
    hidden_to = 0
    for start in starts:
        if start < hidden_to:
            continue
        for end in range(start + LONGEST, start + SHORTEST - 1, -1):
            if end in ends and is_card_number(digits[start:end]):
                hidden_to = end
                for n in range(start, end - LEFT_VISIBLE):
                    masked[positions[n]] = "*"
                break
    return "".join(masked)


def mask_cards_in(value: Any) -> Any:
    """The same for every text, key and whole number inside a JSON value."""
    match value:
        case bool() | float() | None:
            return value
        case str():
            return mask_cards(value)
        case int():
            # len() is not asked of a number: int -> str is quadratic, and beyond 4300 digits an error
            return mask_cards(str(value)) if 10**12 <= value < 10**19 and is_card_number(str(value)) else value
        case dict():
            return {mask_cards_in(key): mask_cards_in(item) for key, item in value.items()}
        case list() | tuple():
            return [mask_cards_in(item) for item in value]
        case _:
            return value

"""Telephone numbers, made comparable."""

_REGION = "UA"


def e164(given: str) -> str:
    """ "+380001234567" for "(000) 123-45-67", "0001234567" and "380001234567" alike.

    Raises ValueError for what cannot be a number anywhere. Whether anybody has it is not asked.
    """
    import phonenumbers

    digits = "".join(letter for letter in given if letter in "0123456789")
    # Written without its plus, as many exchanges do: 380... would be taken for a national number.
    written = f"+{digits}" if digits.startswith("380") and len(digits) == 12 else given
    try:
        number = phonenumbers.parse(written, _REGION)
    except phonenumbers.NumberParseException as error:
        raise ValueError("must be a telephone number") from error
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        raise ValueError("must be a telephone number with its area code")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

"""Telephone numbers as exchanges give them. Pure."""

WITHHELD = frozenset({"", "anonymous", "unknown", "restricted", "private", "unavailable", "withheld"})


def normalize_number(given: str, region: str) -> str | None:
    """E.164 where it is a number of some country, else as given; None when withheld.

    region: two letters, whose national format is understood ("UA": 0671234567 is +380671234567).
    """
    import phonenumbers

    given = given.strip()
    if given.lower() in WITHHELD:
        return None
    try:
        number = phonenumbers.parse(given, region)
    except phonenumbers.NumberParseException:
        return given
    if not phonenumbers.is_valid_number(number):  # an extension, say: 101
        return given
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

"""What the dialplan sends: application/x-www-form-urlencoded, checked field by field. Pure.

Every fault is a FormError that names the field and never its value: values are numbers of callers.
"""

import math
import re
from urllib.parse import parse_qsl
from uuid import UUID

MAX_FIELDS = 20
MAX_TEXT = 80
UUID_PATTERN = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
WEEK_S = 7 * 86400.0


class FormError(Exception):
    """A field is missing or wrong."""

    def __init__(self, field: str, fault: str) -> None:
        super().__init__(f"{field}: {fault}")


class Form:
    def __init__(self, body: bytes) -> None:
        try:
            pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="replace")
        except ValueError as error:  # not ASCII, or too many fields
            raise FormError(
                "body", f"must be application/x-www-form-urlencoded, {MAX_FIELDS} fields at most"
            ) from error
        self._fields: dict[str, str] = {}
        for name, value in pairs:
            if name in self._fields:
                raise FormError(name[:MAX_TEXT], "given twice")
            self._fields[name] = value

    def uuid(self, field: str) -> UUID:
        if field not in self._fields:
            raise FormError(field, "missing")
        value = self._fields[field]
        if not UUID_PATTERN.fullmatch(value):
            raise FormError(field, "must be a UUID in its form of 36 characters")
        return UUID(value)

    def text(self, field: str) -> str:
        """Printable and not long; "" when missing."""
        value = self._fields.get(field, "")
        if len(value) > MAX_TEXT:
            raise FormError(field, f"longer than {MAX_TEXT} characters")
        if not value.isprintable() or "\ufffd" in value:
            raise FormError(field, "must be printable text in UTF-8")
        return value

    def word(self, field: str) -> str | None:
        """Capital letters, as Asterisk's statuses are; None when missing or empty."""
        value = self.text(field)
        if value and not re.fullmatch(r"[A-Z_]{1,32}", value):
            raise FormError(field, "must be a word in capital letters")
        return value or None

    def whole_number(self, field: str, most: int) -> int | None:
        value = self.text(field)
        if not value:
            return None
        if not re.fullmatch(r"[0-9]{1,9}", value) or int(value) > most:
            raise FormError(field, f"must be a whole number from 0 to {most}")
        return int(value)

    def seconds(self, field: str) -> float | None:
        value = self.text(field)
        if not value:
            return None
        try:
            seconds = float(value)
        except ValueError:
            seconds = math.nan
        if not 0 <= seconds <= WEEK_S:
            raise FormError(field, "must be seconds, 0 or more")
        return seconds

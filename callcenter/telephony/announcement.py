"""What the dialplan has told of a call, as everybody else knows it. Pure but for the time of day."""

from datetime import UTC, datetime
from uuid import UUID

from callcenter.ports import CallInfo, Language
from callcenter.telephony.numbers import normalize_number

REGION = "UA"
"""Of numbers in national format."""


def describe(call_id: UUID, caller_number: str, called: str, language: Language) -> CallInfo:
    """A call that begins now. language: what we speak in it."""
    caller_id = normalize_number(caller_number, REGION)
    return CallInfo(call_id, datetime.now(UTC), caller_id, called.strip() or None, language)

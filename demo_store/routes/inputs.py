"""Words and amounts that come in a query or a path."""

from decimal import Decimal
from typing import Annotated

from fastapi import Path, Query
from pydantic import AfterValidator, Field, WithJsonSchema


def _without_nul(text: str) -> str:
    if "\0" in text:  # PostgreSQL's text cannot hold it
        raise ValueError("must not hold a NUL character")
    return text


_Text = Annotated[str, AfterValidator(_without_nul)]
Words = Annotated[_Text, Query(min_length=1, max_length=100)]
"""A name somebody said."""
OptionalWords = Annotated[_Text | None, Query(min_length=1, max_length=100)]
Question = Annotated[_Text, Query(min_length=1, max_length=500)]
Identifier = Annotated[_Text, Path(min_length=1, max_length=200)]

_MOST = 100_000_000
# PostgreSQL's numeric has room for six digits behind the point, not for 1e-99999.
Amount = Annotated[
    Decimal,
    Field(ge=0, le=_MOST, decimal_places=6),
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": _MOST}),
]

"""Words that come in a query or a path."""

from typing import Annotated

from fastapi import Path, Query
from pydantic import AfterValidator


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

"""Lists in pages, and in which language."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal, TypeVar

from fastapi import Header, Query

from demo_store.answers import Page, Pagination

T = TypeVar("T")

MOST_PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Slice:
    page: Annotated[int, Query(ge=1, le=1_000_000)] = 1
    per_page: Annotated[int, Query(ge=1, le=MOST_PER_PAGE)] = 20

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.per_page

    def of(self, data: Sequence[T], total: int) -> Page[T]:
        return Page(
            data=list(data),
            pagination=Pagination(
                page=self.page, per_page=self.per_page, total=total, total_pages=-(-total // self.per_page)
            ),
        )


def spoken_language(accept_language: Annotated[str, Header(max_length=200)] = "") -> Literal["uk", "en"]:
    """Of descriptions: the first of Accept-Language that we have; Ukrainian where it names neither."""
    asked = re.search(r"\b(uk|en)\b", accept_language.lower())
    return "en" if asked and asked.group() == "en" else "uk"

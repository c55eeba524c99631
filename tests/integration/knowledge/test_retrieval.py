"""Callers' questions of tests/data/retrieval.yaml, the half that no number of the search was fitted to."""

import asyncio
from collections.abc import Callable

import asyncpg
import pytest

from tests.bench.retrieval import Asked, ask_all, build, figures, rejected

LANGUAGES = (None, "uk", "en", "ru")


@pytest.fixture(scope="module")
def asked(make_database: Callable[[], str]) -> list[Asked]:
    return asyncio.run(_asked(make_database()))


async def _asked(url: str) -> list[Asked]:
    connection = await asyncpg.connect(url)
    try:
        return await ask_all(connection, await build(connection), "reporting")
    finally:
        await connection.close()


def test_nine_of_ten_questions_get_a_right_article_among_five(asked: list[Asked]) -> None:
    assert figures(asked, "served").recall_at_5 >= 0.9


def test_ngrams_alone_beat_postgresqls_own_full_text(asked: list[Asked]) -> None:
    ngrams, plain = figures(asked, "vectors"), figures(asked, "ts_rank_cd")
    assert ngrams.recall_at_1 > plain.recall_at_1
    assert ngrams.recall_at_5 > plain.recall_at_5
    assert ngrams.mean_reciprocal_rank > plain.mean_reciprocal_rank


@pytest.mark.parametrize("language", LANGUAGES)
def test_both_together_find_no_less_than_the_better_one(asked: list[Asked], language: str | None) -> None:
    better = max(figures(asked, half, language).recall_at_5 for half in ("full text", "vectors"))
    assert figures(asked, "fusion", language).recall_at_5 >= better


def test_questions_about_something_else_mostly_get_nothing(asked: list[Asked]) -> None:
    assert rejected(asked) >= 0.75

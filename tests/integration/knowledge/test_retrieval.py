"""Callers' questions of tests/data/retrieval.yaml: its numbers are fitted to `tuning` (docs/performance.md)."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import get_args

import asyncpg
import pytest

from tests.bench.retrieval import Asked, Half, ask_all, build, figures, rejected

SETS = get_args(Half)
HALVES = tuple(one for one in SETS if one != "unseen")
MEASURES = ("recall_at_1", "recall_at_5", "mean_reciprocal_rank")


@pytest.fixture(scope="module")
def asked(make_database: Callable[[], str]) -> Mapping[Half, list[Asked]]:
    return asyncio.run(_asked(make_database()))


async def _asked(url: str) -> Mapping[Half, list[Asked]]:
    connection = await asyncpg.connect(url)
    try:
        search = await build(connection)
        return {half: await ask_all(connection, search, half) for half in SETS}
    finally:
        await connection.close()


def better(asked: Sequence[Asked], measure: str) -> float:
    return max(float(getattr(figures(asked, half), measure)) for half in ("full text", "vectors"))


@pytest.mark.parametrize("half", HALVES)
def test_nine_of_ten_questions_get_a_right_article_among_five(asked: Mapping[Half, list[Asked]], half: Half) -> None:
    assert figures(asked[half], "served").recall_at_5 >= 0.9


def test_ngrams_alone_beat_postgresqls_own_full_text(asked: Mapping[Half, list[Asked]]) -> None:
    ngrams, plain = figures(asked["reporting"], "vectors"), figures(asked["reporting"], "ts_rank_cd")
    assert ngrams.recall_at_1 > plain.recall_at_1
    assert ngrams.recall_at_5 > plain.recall_at_5
    assert ngrams.mean_reciprocal_rank > plain.mean_reciprocal_rank


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("half", HALVES)
def test_both_together_are_no_worse_than_the_better_one(
    asked: Mapping[Half, list[Asked]], half: Half, measure: str
) -> None:
    assert getattr(figures(asked[half], "fusion"), measure) >= better(asked[half], measure)


def test_both_together_find_as_much_as_the_better_one_of_what_nobody_had_seen(
    asked: Mapping[Half, list[Asked]],
) -> None:
    assert figures(asked["unseen"], "fusion").recall_at_5 >= max(0.9, better(asked["unseen"], "recall_at_5"))


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("half", ["tuning", "reporting"])
def test_what_is_served_is_no_worse_than_the_better_one_without_a_floor(
    asked: Mapping[Half, list[Asked]], half: Half, measure: str
) -> None:
    assert getattr(figures(asked[half], "served"), measure) >= better(asked[half], measure)


@pytest.mark.parametrize("half", HALVES)
def test_russian_questions_find_ukrainian_articles(asked: Mapping[Half, list[Asked]], half: Half) -> None:
    assert figures(asked[half], "served", "ru").recall_at_5 >= 0.9


@pytest.mark.parametrize("half", HALVES)
def test_questions_about_something_else_mostly_get_nothing(asked: Mapping[Half, list[Asked]], half: Half) -> None:
    assert rejected(asked[half]) >= 0.75

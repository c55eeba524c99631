"""What a search gives, over a real PostgreSQL and the tire shop's articles."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from typing import TYPE_CHECKING

import asyncpg
import pytest
from prometheus_client import REGISTRY

from knowledge.embedder import Cosines, Vectors
from knowledge.errors import EmbeddingError
from knowledge.ngrams import DIMENSIONS, NgramEmbedder
from knowledge.search import REST_S, SPOKEN_WORDS, KnowledgeSearch
from tests.bench.retrieval import build

if TYPE_CHECKING:
    from asyncpg import Connection, Record


class Away:
    """The shipped model's vectors are in the index; the model itself does not answer."""

    name = NgramEmbedder().name
    dimensions = DIMENSIONS
    cosines = Cosines(0.0, 1.0)

    def __init__(self) -> None:
        self.asked = 0

    async def embed(self, texts: Sequence[str]) -> Vectors:
        self.asked += 1
        raise EmbeddingError("timeout", "the embedding server did not answer in time", retryable=True)


@pytest.fixture(scope="module")
def indexed_url(make_database: Callable[[], str]) -> str:
    """Read only: made once."""
    url = make_database()
    asyncio.run(_build(url))
    return url


async def _build(url: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await build(connection)
        # As a shop would have it that has written an article in one language only.
        await connection.execute("DELETE FROM knowledge_articles WHERE id = 'noise' AND language = 'uk'")
    finally:
        await connection.close()


@pytest.fixture
async def connection(indexed_url: str) -> "AsyncIterator[Connection[Record]]":
    connection = await asyncpg.connect(indexed_url)
    yield connection
    await connection.close()


@pytest.fixture
def search(connection: "Connection[Record]") -> KnowledgeSearch:
    return KnowledgeSearch(connection.fetch, NgramEmbedder())


async def test_a_question_gets_its_article_first_and_short_enough_to_be_spoken(search: KnowledgeSearch) -> None:
    found = await search.search("чи треба підтягувати болти після заміни коліс")
    assert (found[0].id, found[0].language, found[0].category) == ("wheel-bolts", "uk", "faq")
    assert found[0].title == "Підтягування болтів після заміни коліс"
    assert 0 < len(found[0].content.split()) <= SPOKEN_WORDS
    scores = [article.relevance_score for article in found]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)


async def test_an_article_is_told_in_the_callers_language_whatever_the_question_is_in(search: KnowledgeSearch) -> None:
    question = "do the wheel bolts have to be re-tightened"
    for language, title in (("en", "Re-tightening wheel bolts after a change"), ("uk", "Підтягування болтів")):
        (first, *_) = await search.search(question, language="en" if language == "en" else "uk")
        assert (first.id, first.language) == ("wheel-bolts", language)
        assert first.title.startswith(title)


async def test_an_article_that_is_not_in_the_callers_language_is_told_in_another(search: KnowledgeSearch) -> None:
    (first, *_) = await search.search("why do my tires hum", language="uk")
    assert (first.id, first.language) == ("noise", "en")


@pytest.mark.parametrize(
    "question", ["what's the weather like today", "яка сьогодні погода", "какая сегодня погода", "tell me a joke"]
)
async def test_a_question_about_something_else_gets_nothing(search: KnowledgeSearch, question: str) -> None:
    assert await search.search(question) == []


@pytest.mark.parametrize("question", ["", "  ", "і а чи", "?!", "\u0001", "ь", "'", "&|!()<->:*", "\\", "%"])
async def test_a_question_without_words_gets_nothing(search: KnowledgeSearch, question: str) -> None:
    assert await search.search(question) == []


@pytest.mark.parametrize("question", ["шини " * 500, "тиск' & | шини:*", "9" * 400, "İstanbul ² ٣ шини", "а" * 5000])
async def test_no_question_makes_it_fail(search: KnowledgeSearch, question: str) -> None:
    await search.search(question)


async def test_a_category_bounds_it(search: KnowledgeSearch) -> None:
    found = await search.search("зимові шини мішлен", category="comparisons", limit=20)
    assert found
    assert {article.category for article in found} == {"comparisons"}


async def test_a_limit_bounds_it(search: KnowledgeSearch) -> None:
    assert len(await search.search("зимові шини", limit=2)) == 2


async def test_a_misheard_word_still_finds_its_article(search: KnowledgeSearch) -> None:
    (first, *_) = await search.search("балансіровка колес")
    assert first.id == "balancing"


async def test_without_vectors_the_words_alone_find_it(
    connection: "Connection[Record]", caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    (first, *_) = await KnowledgeSearch(connection.fetch, Away()).search("тиск у шинах, скільки качати")
    assert first.id == "pressure"
    assert "without vectors" in caplog.text
    assert "качати" not in caplog.text


def counted(kind: str) -> float:
    return REGISTRY.get_sample_value("knowledge_searches_without_vectors_total", {"kind": kind}) or 0


async def test_a_model_that_failed_is_left_alone_for_a_while_and_every_search_without_it_is_counted(
    connection: "Connection[Record]",
) -> None:
    model, now_s = Away(), [100.0]
    search = KnowledgeSearch(connection.fetch, model, clock_s=lambda: now_s[0])
    before = counted("timeout"), counted("resting")
    for _ in range(3):
        assert await search.search("тиск у шинах, скільки качати")
    assert model.asked == 1
    now_s[0] += REST_S
    await search.search("тиск у шинах, скільки качати")
    assert model.asked == 2
    assert (counted("timeout") - before[0], counted("resting") - before[1]) == (2, 2)


async def test_an_article_without_vectors_is_found_among_those_that_have_them(
    connection: "Connection[Record]", search: KnowledgeSearch
) -> None:
    changing = connection.transaction()
    await changing.start()
    await connection.execute("UPDATE knowledge_articles SET model = '' WHERE id = 'wheel-bolts'")
    found = await search.search("чи треба підтягувати болти після заміни коліс")
    await changing.rollback()
    assert "wheel-bolts" in {article.id for article in found}

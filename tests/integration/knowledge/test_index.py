"""The index over a real PostgreSQL: kept the same as the folder, whoever else does so, whatever model makes vectors."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import asyncpg
import numpy as np
import pytest

from callcenter.embedded.postgres import EmbeddedPostgres
from knowledge.articles import Article
from knowledge.embedder import Cosines, Vectors
from knowledge.errors import EmbeddingError, ExtensionMissing
from knowledge.index import ARTICLES_AT_ONCE, Changes, KnowledgeIndex
from knowledge.ngrams import NgramEmbedder
from knowledge.search import KnowledgeSearch

if TYPE_CHECKING:
    from asyncpg import Connection, Record

PRESSURE = Article("pressure", "uk", "guides", "Тиск у шинах", ("качати",), "Перевіряйте тиск раз на місяць.")
PRESSURE_EN = Article("pressure", "en", "guides", "Tire pressure", (), "Check the pressure once a month.")
DELIVERY = Article("delivery", "uk", "faq", "Доставка", ("кур'єр",), "Доставляємо шини кур'єром у п'ять міст.")
ALL = (PRESSURE, PRESSURE_EN, DELIVERY)


class TwoNumbers:
    """A model of another dimension, which fails when it is told to."""

    cosines = Cosines(unrelated=0.0, related=1.0)
    dimensions = 2
    away = False

    def __init__(self, name: str = "two") -> None:
        self.name = name

    async def embed(self, texts: Sequence[str]) -> Vectors:
        if self.away:
            raise EmbeddingError("connection", "away")
        about = [
            (1.0, 0.0) if "тиск" in text.casefold() or "pressure" in text.casefold() else (0.0, 1.0) for text in texts
        ]
        return np.array(about, np.float32)


@pytest.fixture
async def connection(postgres_url: str) -> "AsyncIterator[Connection[Record]]":
    connection = await asyncpg.connect(postgres_url)
    yield connection
    await connection.close()


@pytest.fixture
async def index(connection: "Connection[Record]") -> KnowledgeIndex:
    index = KnowledgeIndex(connection, NgramEmbedder())
    await index.create()
    return index


async def test_it_is_made_where_it_is_told_and_making_it_again_changes_nothing(
    connection: "Connection[Record]",
) -> None:
    index = KnowledgeIndex(connection, NgramEmbedder(), "of_the_shop")
    await index.create()
    await index.synchronize(ALL)
    await index.create()
    assert await connection.fetchval("SELECT count(*) FROM of_the_shop.knowledge_articles") == 3
    assert await connection.fetchval("SELECT to_regclass('public.knowledge_articles')") is None


async def test_what_is_new_changed_and_gone_and_nothing_else_is_touched(
    connection: "Connection[Record]", index: KnowledgeIndex
) -> None:
    assert await index.synchronize(ALL) == Changes(indexed=3, removed=0, unchanged=0)
    assert await index.synchronize(ALL) == Changes(indexed=0, removed=0, unchanged=3)
    changed = replace(DELIVERY, body="Доставляємо ще й у Суми.")
    assert await index.synchronize((PRESSURE, changed)) == Changes(indexed=1, removed=1, unchanged=1)
    texts = await connection.fetch("SELECT chunk_text FROM knowledge_embeddings ORDER BY article_id")
    assert [row["chunk_text"] for row in texts] == [changed.body, PRESSURE.body]


async def test_a_changed_title_category_or_keyword_is_a_change(index: KnowledgeIndex) -> None:
    await index.synchronize((PRESSURE,))
    for changed in (
        replace(PRESSURE, title="Тиск"),
        replace(PRESSURE, keywords=("бар",)),
        replace(PRESSURE, category="faq"),
    ):
        assert (await index.synchronize((changed,))).indexed == 1


async def test_another_model_makes_all_vectors_anew(connection: "Connection[Record]", index: KnowledgeIndex) -> None:
    await index.synchronize(ALL)
    other = KnowledgeIndex(connection, TwoNumbers())
    assert await other.synchronize(ALL) == Changes(indexed=3, removed=0, unchanged=0)
    sizes = await connection.fetch("SELECT DISTINCT vector_dims(embedding) AS size FROM knowledge_embeddings")
    assert [row["size"] for row in sizes] == [2]


async def test_vectors_of_two_models_are_never_compared(
    connection: "Connection[Record]", index: KnowledgeIndex
) -> None:
    """One process has begun to index with another model: those articles are found by their words alone."""
    await index.synchronize(ALL)
    await KnowledgeIndex(connection, TwoNumbers()).synchronize(ALL)
    halves = await KnowledgeSearch(connection.fetch, NgramEmbedder()).halves("тиск")
    assert halves.vectors == []
    assert {hit.chunk.article_id for hit in halves.text} == {"pressure"}


async def test_processes_that_synchronize_at_once_index_everything_once(
    postgres_url: str, index: KnowledgeIndex
) -> None:
    async def start() -> Changes:
        connection = await asyncpg.connect(postgres_url)
        try:
            other = KnowledgeIndex(connection, NgramEmbedder())
            await other.create()
            return await other.synchronize(ALL)
        finally:
            await connection.close()

    changes = await asyncio.gather(*(start() for _ in range(4)))
    assert sum(change.indexed for change in changes) == 3
    assert await index.synchronize(ALL) == Changes(0, 0, 3)


async def test_processes_that_make_the_tables_at_once_do_not_clash(postgres_url: str) -> None:
    async def start() -> None:
        connection = await asyncpg.connect(postgres_url)
        try:
            await KnowledgeIndex(connection, NgramEmbedder(), "fresh").create()
        finally:
            await connection.close()

    await asyncio.gather(*(start() for _ in range(4)))


async def test_an_article_that_the_model_failed_at_is_found_by_its_words_and_gets_its_vectors_later(
    connection: "Connection[Record]",
) -> None:
    model = TwoNumbers()
    index = KnowledgeIndex(connection, model)
    await index.create()
    await index.synchronize((PRESSURE, DELIVERY))
    model.away = True
    changed = replace(PRESSURE, body="Тиск перевіряють на холодних шинах.")
    changes = await index.synchronize((changed, DELIVERY))
    assert (changes.indexed, changes.unchanged, str(changes.fault)) == (1, 1, "away")
    assert await connection.fetchval("SELECT count(*) FROM knowledge_embeddings WHERE embedding IS NULL") == 1
    (hit, *_) = (await KnowledgeSearch(connection.fetch, model).halves("на холодних")).text
    assert (hit.chunk.article_id, hit.alone) == ("pressure", True)
    assert (await index.synchronize((changed, DELIVERY))).indexed == 0  # away still: nothing to write
    model.away = False
    assert await index.synchronize((changed, DELIVERY)) == Changes(indexed=1, removed=0, unchanged=1)
    assert await connection.fetchval("SELECT count(*) FROM knowledge_embeddings WHERE embedding IS NULL") == 0


async def test_a_text_that_the_model_refuses_takes_no_vectors_from_the_other_articles(
    connection: "Connection[Record]",
) -> None:
    class Short(TwoNumbers):
        async def embed(self, texts: Sequence[str]) -> Vectors:
            if any("холодних" in text for text in texts):
                raise EmbeddingError("refused", "too long")
            return await super().embed(texts)

    index = KnowledgeIndex(connection, Short())
    await index.create()
    changes = await index.synchronize((replace(PRESSURE, body="Тиск перевіряють на холодних шинах."), DELIVERY))
    assert (changes.indexed, changes.without_vectors, str(changes.fault)) == (2, 1, "too long")
    rows = await connection.fetch("SELECT article_id FROM knowledge_embeddings WHERE embedding IS NULL")
    assert [row["article_id"] for row in rows] == ["pressure"]


async def test_tables_of_before_take_articles_without_vectors_once_they_are_made_again(
    connection: "Connection[Record]", index: KnowledgeIndex
) -> None:
    await connection.execute("ALTER TABLE knowledge_embeddings ALTER COLUMN embedding SET NOT NULL")
    await index.create()
    model = TwoNumbers()
    model.away = True
    assert (await KnowledgeIndex(connection, model).synchronize((PRESSURE,))).indexed == 1


async def test_words_alone_never_take_the_place_of_vectors_that_another_process_has_made(
    postgres_url: str, connection: "Connection[Record]"
) -> None:
    class AwayWhileAnotherIsNot(TwoNumbers):
        async def embed(self, texts: Sequence[str]) -> Vectors:
            other = await asyncpg.connect(postgres_url)
            await KnowledgeIndex(other, TwoNumbers()).synchronize((PRESSURE,))
            await other.close()
            raise EmbeddingError("connection", "away")

    index = KnowledgeIndex(connection, AwayWhileAnotherIsNot())
    await index.create()
    assert (await index.synchronize((PRESSURE,))).indexed == 0
    assert await connection.fetchval("SELECT count(*) FROM knowledge_embeddings WHERE embedding IS NULL") == 0


async def test_the_model_is_asked_for_several_articles_at_once(connection: "Connection[Record]") -> None:
    class Counting(TwoNumbers):
        asked = 0

        async def embed(self, texts: Sequence[str]) -> Vectors:
            self.asked += 1
            return await super().embed(texts)

    model = Counting()
    index = KnowledgeIndex(connection, model)
    await index.create()
    await index.synchronize([replace(PRESSURE, id=f"pressure-{number}") for number in range(ARTICLES_AT_ONCE + 1)])
    assert model.asked == 2
    near = await KnowledgeSearch(connection.fetch, model).halves("тиск")
    assert [round(hit.closeness) for hit in near.vectors] == [1] * (ARTICLES_AT_ONCE + 1)


async def test_without_pgvector_the_error_names_the_package(connection: "Connection[Record]") -> None:
    await connection.execute("SET extension_control_path = '/nowhere'")
    with pytest.raises(ExtensionMissing, match="install pgvector"):
        await KnowledgeIndex(connection, NgramEmbedder()).create()


async def test_a_user_who_may_not_make_the_extension_is_told_what_to_ask_for(
    postgres_server: EmbeddedPostgres, connection: "Connection[Record]"
) -> None:
    postgres_server.sql("DROP ROLE IF EXISTS reader")
    postgres_server.sql("CREATE ROLE reader")
    await connection.execute("SET ROLE reader")
    with pytest.raises(ExtensionMissing, match="CREATE EXTENSION vector"):
        await KnowledgeIndex(connection, NgramEmbedder()).create()

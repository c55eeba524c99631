"""The index in PostgreSQL of a folder of articles: kept the same as the folder, an article a transaction.

The folder is the truth. Whoever starts may synchronize; processes that do so at once take turns at each article and
find that the other has done it.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import asyncpg
import numpy as np

from knowledge.articles import Article
from knowledge.chunks import Chunk, cut
from knowledge.embedder import Embedder, Vectors
from knowledge.errors import EmbeddingError, ExtensionMissing
from knowledge.lemmas import terms
from knowledge.sql import queries

if TYPE_CHECKING:
    from asyncpg import Connection, Record

LAYOUT = 2
"""Counted up when the same article is to be cut or indexed in another way: all are indexed anew."""
# Any number of our own.
LOCK = 7_205_551_692
ARTICLES_AT_ONCE = 16
"""Embedded together: some 64 chunks."""
NO_MODEL = ""
"""Of an article that is found by its words alone until the model is back."""


@dataclass(frozen=True, slots=True)
class Changes:
    """How many articles were indexed, taken away, and left as they were."""

    indexed: int
    removed: int
    unchanged: int
    without_vectors: int = 0
    """Found by their words alone; synchronizing again tries once more."""
    fault: EmbeddingError | None = None
    """Why."""


class KnowledgeIndex:
    def __init__(self, connection: "Connection[Record]", embedder: Embedder, schema: str = "public") -> None:
        self._connection = connection
        self._embedder = embedder
        self._sql = queries("index", schema)

    async def create(self) -> None:
        """Make the tables, where they are not. Raises ExtensionMissing."""
        async with self._connection.transaction():
            await self._lock()
            await self._connection.execute("SET LOCAL client_min_messages = warning")
            if (
                await self._connection.fetchval(self._sql["has_schema"]) is None
            ):  # CREATE IF NOT EXISTS asks for rights first
                await self._connection.execute(self._sql["schema"])
            try:
                await self._connection.execute(self._sql["extension"])
            except (asyncpg.FeatureNotSupportedError, asyncpg.UndefinedFileError) as error:
                raise ExtensionMissing(
                    "PostgreSQL has no extension vector: install pgvector (on Debian and Ubuntu the package "
                    "postgresql-VERSION-pgvector)"
                ) from error
            except asyncpg.InsufficientPrivilegeError as error:
                raise ExtensionMissing(
                    "this user may not make the extension vector: let an administrator of the database run "
                    "CREATE EXTENSION vector"
                ) from error
            await self._connection.execute(self._sql["tables"])

    async def drop(self) -> None:
        """Take the tables away; the extension stays, others may use it."""
        await self._connection.execute(self._sql["drop"])

    async def synchronize(self, articles: Sequence[Article]) -> Changes:
        """Index what is new, changed or made by another model; take away what is no longer among `articles`. Where the
        model fails an article is indexed by its words alone, and by both the next time."""
        known = {
            (row["id"], row["language"]): row["digest"] for row in await self._connection.fetch(self._sql["known"])
        }
        before = {article: known.pop((article.id, article.language), None) for article in articles}
        stale = [article for article in articles if before[article] != _digest(article, self._model)]
        indexed, without = 0, 0
        fault: EmbeddingError | None = None
        answers = True
        for start in range(0, len(stale), ARTICLES_AT_ONCE):
            cuts = {article: cut(article) for article in stale[start : start + ARTICLES_AT_ONCE]}
            vectors: dict[Article, Vectors] = {}
            if answers:  # else it is away for the rest as well: nobody waits for each
                vectors, failed = await self._embed(cuts)
                fault, answers = failed or fault, bool(vectors)
            without += len(cuts) - len(vectors)
            for article, chunks in cuts.items():
                if article in vectors or before[article] != _digest(article, NO_MODEL):
                    indexed += await self._put(article, chunks, vectors.get(article))
        for id_, language in known:
            await self._forget(id_, language)
        return Changes(indexed, len(known), len(articles) - indexed, without, fault)

    @property
    def _model(self) -> str:
        return model_of(self._embedder)

    async def _embed(
        self, cuts: Mapping[Article, Sequence[Chunk]]
    ) -> tuple[dict[Article, Vectors], EmbeddingError | None]:
        """Together, or one by one where the model refuses something: it may be one text, too long for it."""
        try:
            return await self._embed_together(cuts), None
        except EmbeddingError as error:
            fault = error
        found: dict[Article, Vectors] = {}
        for article, chunks in () if fault.retryable or len(cuts) == 1 else cuts.items():
            try:
                found |= await self._embed_together({article: chunks})
            except EmbeddingError as error:
                fault = error
        return found, fault

    async def _embed_together(self, cuts: Mapping[Article, Sequence[Chunk]]) -> dict[Article, Vectors]:
        """Raises EmbeddingError."""
        rows = await self._embedder.embed([chunk.embedded for chunks in cuts.values() for chunk in chunks])
        ends = np.cumsum([len(chunks) for chunks in cuts.values()])[:-1]
        return dict(zip(cuts, np.split(rows, ends), strict=True))

    async def _put(self, article: Article, chunks: Sequence[Chunk], vectors: Vectors | None) -> bool:
        """False where another process has put the same meanwhile, or better: with vectors."""
        model = NO_MODEL if vectors is None else self._model
        key, digest = (article.id, article.language), _digest(article, model)
        async with self._connection.transaction():
            await self._lock()
            if await self._connection.fetchval(self._sql["digest"], *key) in (digest, _digest(article, self._model)):
                return False
            await self._connection.execute(
                self._sql["put_article"], *key, article.category, article.title, digest, model
            )
            await self._connection.execute(self._sql["forget_chunks"], *key)
            rows = []
            for place, chunk in enumerate(chunks):
                about, text = 2 * terms(chunk.about), terms(chunk.text)
                counted = " ".join(about), " ".join(text), len(about) + len(text)
                vector = None if vectors is None else vector_text(vectors[place])
                rows.append((*key, chunk.index, chunk.text, vector, *counted))
            await self._connection.executemany(self._sql["put_chunk"], rows)
        return True

    async def _forget(self, article_id: str, language: str) -> None:
        async with self._connection.transaction():
            await self._lock()
            await self._connection.execute(self._sql["forget_article"], article_id, language)

    async def _lock(self) -> None:
        await self._connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)


def model_of(embedder: Embedder) -> str:
    """What an article's row notes, and a search asks for: vectors of other models are never compared with its own."""
    return f"{embedder.name}/{embedder.dimensions}"


def vector_text(vector: Vectors) -> str:
    """As pgvector reads it: asyncpg knows no such type."""
    return "[" + ",".join(f"{value:.6g}" for value in vector.tolist()) + "]"


def _digest(article: Article, model: str) -> str:
    parts = (str(LAYOUT), model, article.category, article.title, *article.keywords, article.body)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()

"""Articles that answer a caller's question: full text and vectors, merged, and nothing where nothing fits."""

import logging
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from knowledge.articles import Category, Language
from knowledge.embedder import Embedder
from knowledge.errors import EmbeddingError
from knowledge.index import model_of, vector_text
from knowledge.lemmas import terms
from knowledge.metrics import searches_without_vectors
from knowledge.ranking import RELEVANT_FROM, ChunkKey, Familiarity, Hit, Ranked, fuse, never_rising, relevance
from knowledge.sql import queries

if TYPE_CHECKING:
    from asyncpg import Record

Fetch = Callable[..., "Awaitable[Sequence[Record]]"]
"""`fetch(sql, *arguments)`, as asyncpg's pools and connections have it."""

MOST_TERMS = 64
"""Of a question; the rest of a longer one is left out."""
MOST_HITS = 200
"""Chunks that each half brings."""
SPOKEN_WORDS = 130
"""A second chunk is added to an article's best one only below that."""
REST_S = 5.0
"""After a failure the model is left alone for so long: nobody who asks meanwhile waits for its timeout."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Found:
    id: str
    title: str
    category: Category
    language: Language
    content: str
    """What of the article is nearest to the question, short enough to be spoken from."""
    relevance_score: float
    """0 to 1; of a list the first has the highest."""


@dataclass(frozen=True, slots=True)
class Halves:
    """What a search is made of, each half with its best first."""

    text: Sequence[Hit]
    vectors: Sequence[Hit]
    words: Familiarity


class KnowledgeSearch:
    """Safe for concurrent use where `fetch` is."""

    def __init__(
        self,
        fetch: Fetch,
        embedder: Embedder,
        schema: str = "public",
        *,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._fetch = fetch
        self._embedder = embedder
        self._sql = queries("search", schema)
        self._clock_s = clock_s
        self._rests_until_s = 0.0

    async def search(
        self, query: str, *, language: Language = "uk", category: Category | None = None, limit: int = 5
    ) -> list[Found]:
        """The best first, in `language` where the article has it and in another where not; a question may be in any
        language. Empty when nothing is relevant. Without vectors (the model's server is away) by words alone."""
        halves = await self.halves(query, category)
        ranked = fuse(halves.text, halves.vectors)[:limit]
        by_words = [hit for hit in halves.text if hit.alone]
        closeness = _greatest((hit, hit.closeness) for hit in (*halves.vectors, *by_words))
        about = _greatest((hit, hit.about) for hit in halves.text)
        named = _greatest((hit, hit.named) for hit in halves.text)
        scores = never_rising(
            [relevance(closeness[id_], about[id_], named[id_], halves.words) for id_ in map(_id, ranked)]
        )
        relevant = [(article, score) for article, score in zip(ranked, scores, strict=True) if score >= RELEVANT_FROM]
        if not relevant:
            return []
        rows = await self._fetch(self._sql["texts"], [article.article_id for article, _ in relevant])
        # An article may have been taken away meanwhile.
        told = [(_told(article, rows, language), score) for article, score in relevant]
        return [_found(chunks, score) for chunks, score in told if chunks]

    async def halves(self, query: str, category: Category | None = None) -> Halves:
        words = list(dict.fromkeys(terms(query)))[:MOST_TERMS]
        if not words:
            return Halves((), (), Familiarity(0.0, 0.0))
        (known,) = await self._fetch(self._sql["familiarity"], words)
        any_of_them = " | ".join(f"'{word}'" for word in words)  # letters and digits alone: nothing to escape
        model = model_of(self._embedder)
        text = await self._fetch(self._sql["full_text"], any_of_them, words, category, MOST_HITS, model)
        nearest = await self._nearest(query, category)
        return Halves(
            [
                Hit(_key(row), row["coverage"], row["about"], row["named"], alone=not (nearest and row["has_vector"]))
                for row in text
            ],
            nearest,
            Familiarity(known["known"], known["widest"]),
        )

    async def _nearest(self, query: str, category: Category | None) -> Sequence[Hit]:
        if self._clock_s() < self._rests_until_s:
            searches_without_vectors.labels("resting").inc()
            return ()
        try:
            (vector,) = await self._embedder.embed([query])
        except EmbeddingError as error:
            self._rests_until_s = self._clock_s() + REST_S
            searches_without_vectors.labels(error.kind).inc()
            logger.warning("knowledge is searched without vectors for %g s: %s", REST_S, error)
            return ()
        if not vector.any():
            return ()
        near = vector_text(vector), model_of(self._embedder)
        rows = await self._fetch(self._sql["vectors"], *near, category, MOST_HITS)
        return [Hit(_key(row), self._embedder.cosines.closeness(row["cosine"])) for row in rows]


def _id(article: Ranked) -> str:
    return article.article_id


def _key(row: "Record") -> ChunkKey:
    return ChunkKey(row["article_id"], row["language"], row["chunk_index"])


def _greatest(values: Iterable[tuple[Hit, float]]) -> defaultdict[str, float]:
    """By article; 0 for one that has none."""
    greatest: defaultdict[str, float] = defaultdict(float)
    for hit, value in values:
        greatest[hit.chunk.article_id] = max(value, greatest[hit.chunk.article_id])
    return greatest


def _told(article: Ranked, rows: Sequence[Any], language: Language) -> list[Any]:
    """The rows of the chunks to be told, in the article's order."""
    own = [row for row in rows if row["id"] == article.article_id]
    version = [row for row in own if row["language"] == language] or own
    places = {chunk: place for place, chunk in enumerate(article.chunks)}
    best_first = sorted(
        version,
        key=lambda row: places.get(ChunkKey(row["id"], row["language"], row["chunk_index"]), len(places)),
    )
    told: list[Any] = []
    for row in best_first:
        if not told or len(" ".join(r["chunk_text"] for r in [*told, row]).split()) <= SPOKEN_WORDS:
            told.append(row)
    return sorted(told, key=lambda row: int(row["chunk_index"]))


def _found(chunks: Sequence[Any], score: float) -> Found:
    first = chunks[0]
    return Found(
        first["id"],
        first["title"],
        first["category"],
        first["language"],
        "\n".join(row["chunk_text"] for row in chunks),
        round(score, 3),
    )

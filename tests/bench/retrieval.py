"""How well callers' questions find their articles (`python -m tests.bench.retrieval`), over a real PostgreSQL."""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import asyncpg
import yaml

from callcenter.embedded.postgres import EmbeddedPostgres
from knowledge.articles import Language, load_articles
from knowledge.index import KnowledgeIndex
from knowledge.lemmas import terms
from knowledge.ngrams import NgramEmbedder
from knowledge.ranking import Hit, fuse
from knowledge.search import KnowledgeSearch

ARTICLES = Path(__file__).parents[2] / "shops/tires/knowledge"
QUESTIONS = Path(__file__).parents[1] / "data/retrieval.yaml"
LIMIT = 5

Half = Literal["tuning", "reporting", "fresh", "unseen"]
WAYS = ("ts_rank_cd", "full text", "vectors", "fusion", "served")
"""PostgreSQL's own ranking of the lemmas, our BM25 of them, the n-grams, both merged, and that above the floor."""
PLAIN = """
SELECT article_id FROM knowledge_embeddings, CAST($1 AS text) words
WHERE search @@ words::tsquery ORDER BY ts_rank_cd(search, words::tsquery) DESC, article_id
"""


@dataclass(frozen=True, slots=True)
class Question:
    ask: str
    language: str
    """uk, en, or ru for Russian and surzhyk."""
    answers: frozenset[str]
    """Ids of the articles that answer it; none: it is about something else."""


@dataclass(frozen=True, slots=True)
class Asked:
    question: Question
    places: Mapping[str, int | None]
    """By way: of the first right article, from 1; None where it is not found."""
    answered: bool
    """The search, as it is served, gave something."""


@dataclass(frozen=True, slots=True)
class Figures:
    questions: int
    recall_at_1: float
    recall_at_5: float
    mean_reciprocal_rank: float


def load_questions(half: Half) -> list[Question]:
    rows = yaml.safe_load(QUESTIONS.read_text(encoding="utf-8"))[half]
    return [Question(row["ask"], row["language"], frozenset(row["answers"])) for row in rows]


async def build(connection: "asyncpg.Connection[asyncpg.Record]") -> KnowledgeSearch:
    index = KnowledgeIndex(connection, NgramEmbedder())
    await index.create()
    await index.synchronize(load_articles(ARTICLES))
    return KnowledgeSearch(connection.fetch, NgramEmbedder())


async def ask_all(connection: "asyncpg.Connection[asyncpg.Record]", search: KnowledgeSearch, half: Half) -> list[Asked]:
    return [await _ask(connection, search, question) for question in load_questions(half)]


async def _ask(connection: "asyncpg.Connection[asyncpg.Record]", search: KnowledgeSearch, question: Question) -> Asked:
    # As a call asks: a Russian question is answered in Ukrainian.
    language: Language = "en" if question.language == "en" else "uk"
    halves = await search.halves(question.ask)
    plain = await connection.fetch(PLAIN, " | ".join(f"'{word}'" for word in set(terms(question.ask))))
    served = await search.search(question.ask, language=language, limit=LIMIT)
    ranked = {
        "ts_rank_cd": [row["article_id"] for row in plain],
        "full text": _articles(halves.text),
        "vectors": _articles(halves.vectors),
        "fusion": [article.article_id for article in fuse(halves.text, halves.vectors)],
        "served": [article.id for article in served],
    }
    return Asked(question, {way: _place(ids, question.answers) for way, ids in ranked.items()}, bool(served))


def _articles(hits: Sequence[Hit]) -> list[str]:
    return [hit.chunk.article_id for hit in hits]


def _place(ids: Sequence[str], answers: frozenset[str]) -> int | None:
    return next((place for place, id_ in enumerate(dict.fromkeys(ids), start=1) if id_ in answers), None)


def figures(asked: Sequence[Asked], way: str, language: str | None = None) -> Figures:
    """Of the questions that have an answer, in one language or all."""
    places = [one.places[way] for one in asked if one.question.answers and language in (None, one.question.language)]
    found = [place for place in places if place is not None]
    return Figures(
        len(places),
        sum(place == 1 for place in found) / len(places),
        sum(place <= LIMIT for place in found) / len(places),
        sum(1 / place for place in found) / len(places),
    )


def rejected(asked: Sequence[Asked]) -> float:
    """The share of questions about something else that get nothing."""
    return statistics.fmean([not one.answered for one in asked if not one.question.answers] or [1.0])


async def measure(url: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        began = time.perf_counter()
        search = await build(connection)
        print(f"indexed in {time.perf_counter() - began:.2f} s")
        for half in get_args(Half):
            _print(half, await ask_all(connection, search, half))
        took_ms = sorted([await _took_ms(search, question.ask) for question in load_questions("reporting")])
        print(f"\na search: median {statistics.median(took_ms):.1f} ms, p95 {took_ms[len(took_ms) * 95 // 100]:.1f} ms")
    finally:
        await connection.close()


async def _took_ms(search: KnowledgeSearch, ask: str) -> float:
    began = time.perf_counter()
    await search.search(ask)
    return (time.perf_counter() - began) * 1000


def _print(half: str, asked: Sequence[Asked]) -> None:
    print(f"\n{half:12}language  questions  recall@1  recall@5    MRR")
    for way in WAYS:
        for language in (None, "uk", "en", "ru"):
            f = figures(asked, way, language)
            row = f"{f.questions:9}  {f.recall_at_1:8.3f}  {f.recall_at_5:8.3f}  {f.mean_reciprocal_rank:5.3f}"
            print(f"{way if language is None else '':12}{language or 'all':8}  {row}")
    off_topic = [one for one in asked if not one.question.answers]
    print(f"off topic: nothing for {rejected(asked):.3f} of {len(off_topic)}; something for:")
    for one in off_topic:
        if one.answered:
            print(f"  {one.question.ask}")
    print("not among the first five served:")
    for one in asked:
        if one.question.answers and one.places["served"] is None:
            print(f"  {one.question.ask} (fusion: {one.places['fusion']})")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        server = EmbeddedPostgres(Path(folder) / "data", Path(folder) / "log", durable=False)
        server.start()
        try:
            server.ensure_database("shop")
            asyncio.run(measure(server.url("shop")))
        finally:
            server.stop()


if __name__ == "__main__":
    main()

"""How the two halves of a search become one list, and what is too far from the question to be an answer. Pure.

The numbers here were chosen on the tuning half of tests/data/retrieval.yaml (`python -m tests.bench.retrieval`).
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

RRF_K = 1
"""Of reciprocal rank fusion (Cormack, Clarke and Büttcher, 2009). Theirs is 60, for lists of a thousand documents; a
caller's question has one to three answers, so that the first places have to count: what is first for the vectors and
nowhere in full text stays before what is second and first."""
TEXT_WEIGHT = 1.0
VECTOR_WEIGHT = 2.0
MOST_NAMED = 3
"""Words of a question in an article's title and keywords: more say no more."""
RELEVANT_FROM = 0.45
"""So that three quarters of the tuning half's questions about something else get nothing: whoever asks about tires in
words that no article has is turned away more easily still, and is the one who calls."""


@dataclass(frozen=True, slots=True, order=True)
class ChunkKey:
    article_id: str
    language: str
    index: int


@dataclass(frozen=True, slots=True)
class Hit:
    """One chunk in one half of the search."""

    chunk: ChunkKey
    closeness: float
    """To the question: about 0 where it has nothing to do with it, about 1 where it answers it."""
    about: float = 0.0
    """How much of the question's weight stands in the article's title and keywords, 0 to 1; of full text alone."""
    named: int = 0
    """How many of the question's words stand there."""
    alone: bool = False
    """Found by the words of an article that no vector can be compared of: they stand for both halves."""


@dataclass(frozen=True, slots=True)
class Ranked:
    article_id: str
    chunks: Sequence[ChunkKey]
    """Those that were hit, the best first, in whatever language."""


@dataclass(frozen=True, slots=True)
class Familiarity:
    """What the index knows of a question's words, wherever they stand."""

    known: float
    """The share of them that it holds."""
    widest: float
    """The share of its chunks that hold the commonest of them: high for what the whole shop is about."""


def fuse(text: Sequence[Hit], vectors: Sequence[Hit]) -> list[Ranked]:
    """Articles by the sum of weight / (RRF_K + place) over the halves, the best first; an article's place is that of
    its best chunk, its languages count as one. Each half comes sorted, its best first."""
    articles: defaultdict[str, float] = defaultdict(float)
    chunks: defaultdict[str, dict[ChunkKey, float]] = defaultdict(dict)
    for weight, half in ((TEXT_WEIGHT, text), (VECTOR_WEIGHT, vectors)):
        placed: set[str] = set()
        for chunk_place, hit in enumerate(half, start=1):
            weighs = TEXT_WEIGHT + VECTOR_WEIGHT if hit.alone else weight
            found = chunks[hit.chunk.article_id]
            found[hit.chunk] = found.get(hit.chunk, 0.0) + weighs / (RRF_K + chunk_place)
            if hit.chunk.article_id not in placed:
                placed.add(hit.chunk.article_id)
                articles[hit.chunk.article_id] += weighs / (RRF_K + len(placed))
    order = sorted(articles, key=lambda article_id: (-articles[article_id], article_id))
    return [Ranked(article_id, _best_first(chunks[article_id])) for article_id in order]


def relevance(closeness: float, about: float, named: float, words: Familiarity) -> float:
    """Of an article, 0 to 1; a logistic regression. A question about something else may come near to some chunk by
    chance, but then most of its words are unknown, hardly one stands in the title, and none is one that the shop uses
    all the time. `about`, `named` and `closeness` are the greatest among the article's chunks."""
    named = min(named, MOST_NAMED)
    return 1 / (
        1 + math.exp(2.63 - 0.48 * closeness - 1.47 * about - 0.57 * named - 2.29 * words.known - 2.86 * words.widest)
    )


def never_rising(scores: Sequence[float]) -> list[float]:
    """Of a ranked list: what stands before another is at least as relevant as that one."""
    lifted: list[float] = []
    for score in reversed(scores):
        lifted.append(max(score, lifted[-1]) if lifted else score)
    return lifted[::-1]


def _best_first(scores: Mapping[ChunkKey, float]) -> list[ChunkKey]:
    return sorted(scores, key=lambda chunk: (-scores[chunk], chunk))

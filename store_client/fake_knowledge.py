"""A few articles for `FakeStore`, and a stand-in for the search: they are found by the stems of their keywords."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from store_client.models_knowledge import KnowledgeArticle, KnowledgeCategory

_STEM = 5
"""So many letters tell a word from others, whatever its ending."""


@dataclass(frozen=True, slots=True)
class FakeArticle:
    listed: KnowledgeArticle
    keywords: str


def found_articles(
    articles: Sequence[FakeArticle], query: str, category: KnowledgeCategory | None
) -> tuple[KnowledgeArticle, ...]:
    """Those that share a stem with the question, the best first; the score is the share of keywords that were said."""
    asked = _stems(query)
    scored = [
        (len(asked & _stems(article.keywords)) / len(_stems(article.keywords)), article.listed)
        for article in articles
        if category in (None, article.listed.category)
    ]
    found = sorted((pair for pair in scored if pair[0] > 0), key=lambda pair: -pair[0])
    return tuple(listed.model_copy(update={"relevance_score": round(score, 3)}) for score, listed in found)


def _stems(text: str) -> set[str]:
    return {word[:_STEM] for word in re.findall(r"\w{3,}", text.casefold())}


def _article(category: KnowledgeCategory, article_id: str, title: str, content: str, keywords: str) -> FakeArticle:
    listed = KnowledgeArticle(
        id=article_id, title=title, category=category, language="uk", content=content, relevance_score=1.0
    )
    return FakeArticle(listed, keywords)


ARTICLES: tuple[FakeArticle, ...] = (
    _article(
        "guides",
        "when-to-change",
        "Коли перевзувати авто",
        "Коли середня температура за добу тримається нижче плюс семи градусів, час ставити зимові шини.",
        "перевзувати переобуться градусів seven degrees change winter",
    ),
    _article(
        "guides",
        "pressure",
        "Тиск у шинах",
        "Правильний тиск вказано на стійці дверей водія. Перевіряйте його раз на місяць на холодних шинах.",
        "тиск качати давление pressure air",
    ),
    _article(
        "faq",
        "guarantee",
        "Гарантія на шини",
        "Гарантія виробника діє на заводський дефект. Прокол, удар і зношування до неї не належать.",
        "гарантія гарантия грижа guarantee warranty bulge",
    ),
    _article(
        "comparisons",
        "studded-or-friction",
        "Шиповані чи фрикційні",
        "У місті, де вулиці чистять, краще фрикційні шини. На льоду кращі шиповані.",
        "шипи шиповані липучка фрикційні studs studded friction",
    ),
)

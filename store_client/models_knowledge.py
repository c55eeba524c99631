"""The knowledge base's part of the store's contract, as typed answers."""

from typing import Literal

from pydantic import AliasChoices, Field

from store_client.models import Answer

KnowledgeCategory = Literal["brands", "guides", "faq", "comparisons"]


class KnowledgeArticle(Answer):
    id: str
    title: str
    category: str
    """A KnowledgeCategory; another shop may have more."""
    language: str | None = None
    """Of title and content, where the store tells it: not always the client's."""
    content: str
    """What of the article is nearest to the question."""
    relevance_score: float
    """0 to 1."""


class KnowledgeArticles(Answer):
    articles: tuple[KnowledgeArticle, ...] = Field(validation_alias=AliasChoices("data", "articles"))

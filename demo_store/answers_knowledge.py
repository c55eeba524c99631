"""What the store answers from its knowledge base."""

from typing import Annotated

from pydantic import BaseModel, Field

from knowledge.articles import Category, Language


class KnowledgeArticle(BaseModel):
    id: str
    title: str
    category: Category
    language: Language
    """Beyond the written contract: not always the one that was asked for."""
    content: str
    relevance_score: Annotated[float, Field(ge=0, le=1)]

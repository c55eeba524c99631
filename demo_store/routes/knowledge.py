"""GET /knowledge/search."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from demo_store.answers import Page
from demo_store.answers_knowledge import KnowledgeArticle
from demo_store.listing import Slice, spoken_language
from demo_store.routes.inputs import Question
from knowledge.articles import Category, Language
from knowledge.search import KnowledgeSearch

router = APIRouter(tags=["knowledge"])


def _search(request: Request) -> KnowledgeSearch:
    search: KnowledgeSearch = request.app.state.knowledge
    return search


@router.get("/knowledge/search")
async def search_knowledge(
    query: Question,
    knowledge: Annotated[KnowledgeSearch, Depends(_search)],
    language: Annotated[Language, Depends(spoken_language)],
    category: Category | None = None,
    limit: Annotated[int, Query(ge=1, le=20)] = 5,
) -> Page[KnowledgeArticle]:
    """The articles that answer a question, the best first; none where none does. It may be asked in any language."""
    found = await knowledge.search(query, language=language, category=category, limit=limit)
    articles = [KnowledgeArticle(**asdict(article)) for article in found]
    return Slice(page=1, per_page=limit).of(articles, len(articles))

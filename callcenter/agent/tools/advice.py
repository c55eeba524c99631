"""The tool that looks into the knowledge base."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from callcenter.agent.tools.desk import Desk
from callcenter.agent.tools.registry import Tool, ToolOutcome
from callcenter.agent.tools.schema import Arguments
from callcenter.ports import ToolFinished
from callcenter.records import Scenario
from store_client import Store

NAME = "search_knowledge_base"
MOST_ARTICLES = 3
LONGEST_TEXT = 900
"""Characters of an article that a model gets."""


class KnowledgeArguments(Arguments):
    query: Annotated[str, Field(min_length=2, max_length=200, description="The question, in the caller's words")]


def articles_of(tool: ToolFinished) -> tuple[str, ...]:
    """Ids of the articles that it found."""
    if tool.tool_name != NAME or not isinstance(tool.result, Mapping):
        return ()
    return tuple(map(str, tool.result.get("articles", ())))


def search_knowledge_base(store: Store, timeout_s: float) -> Tool:
    async def search(wanted: KnowledgeArguments, _: Desk) -> ToolOutcome:
        articles = await store.search_knowledge(wanted.query, limit=MOST_ARTICLES)
        result = {
            "found": len(articles),
            "articles": [article.id for article in articles],
            "texts": [article.model_dump(mode="json") for article in articles],
        }
        told = [{"id": one.id, "title": one.title, "content": one.content} for one in articles]
        return ToolOutcome(result, {"found": len(articles), "articles": told}, answers=bool(articles))

    return Tool(
        name=NAME,
        description="The shop's articles: advice, brands, comparisons, delivery, payment, guarantee, how things work.",
        arguments=KnowledgeArguments,
        handler=search,
        scenario=Scenario.CONSULTATION,
        filler="filler.knowledge",
        timeout_s=timeout_s,
        longest_text=LONGEST_TEXT,
    )

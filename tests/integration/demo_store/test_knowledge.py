"""GET /knowledge/search, through `StoreClient` and its models."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, get_args

import asyncpg
import httpx
import pytest

from demo_store.seed import seed_knowledge
from knowledge.index import Changes
from store_client import StoreRejected
from store_client.client import StoreClient
from store_client.models_knowledge import KnowledgeArticle, KnowledgeCategory
from tests.integration.demo_store.running import API_KEY, RunningStore

PATH = "/api/v1/knowledge/search"


@pytest.fixture
async def client(store: RunningStore) -> AsyncIterator[StoreClient]:
    client = StoreClient(f"{store.url}/api/v1", API_KEY)
    yield client
    await client.aclose()


async def test_a_question_finds_its_article(client: StoreClient) -> None:
    (first, *_) = await client.search_knowledge("чи можна полагодити прокол")
    assert (first.id, first.category, first.language) == ("puncture-repair", "faq", "uk")
    assert "протектора" in first.content
    assert 0 < first.relevance_score <= 1


async def test_an_article_comes_in_the_clients_language(store: RunningStore) -> None:
    client = StoreClient(f"{store.url}/api/v1", API_KEY, language="en")
    (first, *_) = await client.search_knowledge("can a puncture be repaired")
    await client.aclose()
    assert (first.id, first.language) == ("puncture-repair", "en")


async def test_a_question_about_something_else_finds_nothing(client: StoreClient) -> None:
    assert await client.search_knowledge("what's the weather like today") == ()


async def test_category_and_limit_bound_it(client: StoreClient) -> None:
    found = await client.search_knowledge("шини мішлен", category="brands", limit=2)
    assert len(found) == 2
    assert {article.category for article in found} == {"brands"}


async def test_a_question_that_is_too_long_is_cut_by_the_client_and_refused_by_the_store(
    client: StoreClient, store: RunningStore
) -> None:
    assert await client.search_knowledge("тиск у шинах " * 100)
    async with store.http() as http:
        assert (await http.get("/knowledge/search", params={"query": "тиск у шинах " * 100})).status_code == 422


@pytest.mark.parametrize("limit", [0, 21])
async def test_a_limit_out_of_bounds_is_rejected(client: StoreClient, limit: int) -> None:
    with pytest.raises(StoreRejected) as caught:
        await client.search_knowledge("тиск", limit=limit)
    assert (caught.value.status, caught.value.code) == (422, "invalid_request")


async def test_articles_are_indexed_when_they_change(seeded_url: str, tmp_path: Path) -> None:
    folder = tmp_path / "faq"
    folder.mkdir()
    article = "---\ntitle: Доставка\ncategory: faq\nlanguage: uk\n---\nДоставляємо щодня.\n"
    (folder / "delivery.uk.md").write_text(article, encoding="utf-8")
    assert await seed_knowledge(seeded_url, tmp_path) == Changes(indexed=1, removed=0, unchanged=0)
    assert await seed_knowledge(seeded_url, tmp_path) == Changes(indexed=0, removed=0, unchanged=1)
    (folder / "delivery.uk.md").write_text(article.replace("щодня", "щогодини"), encoding="utf-8")
    assert await seed_knowledge(seeded_url, tmp_path) == Changes(indexed=1, removed=0, unchanged=0)
    connection = await asyncpg.connect(seeded_url)
    assert await connection.fetchval("SELECT chunk_text FROM store.knowledge_embeddings") == "Доставляємо щогодини."
    await connection.close()


async def test_client_and_store_agree_on_every_field_and_parameter(store: RunningStore) -> None:
    async with httpx.AsyncClient() as http:
        document = (await http.get(f"{store.url}/openapi.json")).json()
    operation = document["paths"][PATH]["get"]
    parameters = {one["name"]: one for one in operation["parameters"] if one["in"] == "query"}
    assert {name for name, one in parameters.items() if one["required"]} == {"query"}
    assert set(parameters) == {"query", "category", "limit"}
    assert parameters["query"]["schema"]["maxLength"] == 500
    assert tuple(parameters["category"]["schema"]["anyOf"][0]["enum"]) == get_args(KnowledgeCategory)
    theirs: dict[str, Any] = document["components"]["schemas"]["KnowledgeArticle"]
    ours = KnowledgeArticle.model_json_schema()["properties"]
    assert set(theirs["required"]) == set(theirs["properties"]) == set(ours)
    for name, field in ours.items():
        kinds = {field.get("type"), *(kind["type"] for kind in field.get("anyOf", ()))}
        assert theirs["properties"][name]["type"] in kinds, name

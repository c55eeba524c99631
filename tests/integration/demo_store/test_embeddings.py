"""Vectors by an OpenAI-compatible server, and the index kept the same as the folder while the store serves."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import asyncpg
import httpx
import pytest
from prometheus_client import REGISTRY

from demo_store.app import create_app
from demo_store.knowledge_upkeep import TRY_AGAIN_S, KnowledgeUpkeep
from demo_store.migrations import migrate
from demo_store.seed import seed_knowledge
from demo_store.settings import EmbeddingSettings, Settings
from tests.fakes.openai_server import FakeOpenAI, Fault
from tests.integration.demo_store.running import API_KEY
from tests.integration.demo_store.test_program import run

ARTICLE = "---\ntitle: {title}\ncategory: faq\nlanguage: uk\n---\n{text}\n"


@dataclass(frozen=True, slots=True)
class Shop:
    """A folder of two articles, a database, and a server that makes vectors."""

    url: str
    folder: Path
    server: FakeOpenAI
    embeddings: EmbeddingSettings

    def write(self, name: str, title: str, text: str) -> None:
        (self.folder / "faq").mkdir(exist_ok=True)
        (self.folder / "faq" / f"{name}.uk.md").write_text(ARTICLE.format(title=title, text=text), encoding="utf-8")

    def take_away(self, name: str) -> None:
        (self.folder / "faq" / f"{name}.uk.md").unlink()

    async def models(self) -> dict[str, str]:
        """By article: what made its vectors."""
        connection = await asyncpg.connect(self.url)
        rows = await connection.fetch("SELECT id, model FROM store.knowledge_articles")
        await connection.close()
        return {row["id"]: row["model"] for row in rows}

    @asynccontextmanager
    async def serving(self, embeddings: EmbeddingSettings | None) -> AsyncIterator[httpx.AsyncClient]:
        app = create_app(Settings(self.url, api_key=API_KEY, knowledge=self.folder, embeddings=embeddings))
        headers = {"Authorization": f"Bearer {API_KEY}"}
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://store", headers=headers) as http,
        ):
            yield http


@pytest.fixture(scope="module")
def empty_url(make_database: Callable[[], str]) -> str:
    """With tables and nothing in them."""
    url = make_database()
    asyncio.run(migrate(url))
    return url


@pytest.fixture
async def shop(empty_url: str, tmp_path: Path) -> AsyncIterator[Shop]:
    async with FakeOpenAI() as server:
        shop = Shop(empty_url, tmp_path, server, EmbeddingSettings(server.url, "embed-small", 128, "secret"))
        shop.write("pressure", "Тиск у шинах", "Перевіряйте тиск раз на місяць на холодних шинах.")
        shop.write("delivery", "Доставка", "Доставляємо шини кур'єром у п'ять міст.")
        connection = await asyncpg.connect(empty_url)
        await connection.execute("TRUNCATE store.knowledge_articles CASCADE")
        await connection.close()
        yield shop


async def found(http: httpx.AsyncClient, query: str) -> list[str]:
    answer = await http.get("/api/v1/knowledge/search", params={"query": query})
    answer.raise_for_status()
    return [article["id"] for article in answer.json()["data"]]


async def until(http: httpx.AsyncClient, query: str, holds: Callable[[list[str]], bool]) -> None:
    """The answer is so within 20 s (a busy machine); the store looks every second."""
    async with asyncio.timeout(20):
        while not holds(await found(http, query)):  # noqa: ASYNC110  the upkeep tells nobody
            await asyncio.sleep(0.02)


async def test_the_server_makes_the_vectors_of_articles_and_questions(shop: Shop) -> None:
    await seed_knowledge(shop.url, shop.folder, shop.embeddings)
    assert await shop.models() == {"pressure": "openai-embed-small/128", "delivery": "openai-embed-small/128"}
    async with shop.serving(shop.embeddings) as http:
        assert (await found(http, "який тиск у шинах"))[0] == "pressure"
    assert shop.server.requests[-1]["input"] == ["який тиск у шинах"]


async def test_another_model_makes_all_of_them_anew_and_the_two_are_never_mixed(shop: Shop) -> None:
    await seed_knowledge(shop.url, shop.folder)
    larger = replace(shop.embeddings, model="embed-large", dimensions=256)
    assert (await seed_knowledge(shop.url, shop.folder, shop.embeddings)).indexed == 2
    assert (await seed_knowledge(shop.url, shop.folder, larger)).indexed == 2
    assert set((await shop.models()).values()) == {"openai-embed-large/256"}


async def test_without_the_server_questions_are_answered_by_words_and_counted(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    await seed_knowledge(shop.url, shop.folder, shop.embeddings)
    async with shop.serving(shop.embeddings) as http:
        shop.server.faults.add(Fault("status", value=503))
        asked = len(shop.server.requests)
        for _ in range(3):
            assert (await found(http, "який тиск у шинах"))[0] == "pressure"
        assert len(shop.server.requests) == asked + 1
        counted = (await http.get("/metrics")).text
    assert 'knowledge_searches_without_vectors_total{kind="server"}' in counted
    assert 'knowledge_searches_without_vectors_total{kind="resting"}' in counted
    assert "without vectors" in caplog.text
    assert "тиск" not in caplog.text
    assert "secret" not in caplog.text


async def test_what_was_written_without_the_server_gets_its_vectors_when_it_is_back(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    now_s = 0.0
    upkeep = KnowledgeUpkeep(shop.url, shop.folder, shop.embeddings, clock_s=lambda: now_s)
    shop.server.faults.add(Fault("status", value=500))
    await upkeep.look()
    assert await shop.models() == {"pressure": "", "delivery": ""}
    await upkeep.look()  # it is not asked all the time
    shop.server.faults.clear()
    await upkeep.look()
    assert set((await shop.models()).values()) == {""}
    now_s += TRY_AGAIN_S
    await upkeep.look()
    assert set((await shop.models()).values()) == {"openai-embed-small/128"}
    assert caplog.text.count("the index is not all that the folder") == 1


async def test_edits_are_found_while_the_store_serves(shop: Shop) -> None:
    async with shop.serving(None) as http:
        await until(http, "доставка кур'єром", lambda ids: ids[:1] == ["delivery"])
        shop.write("delivery", "Дирижабль", "Доставляємо дирижаблем.")
        await until(http, "дирижабль", lambda ids: ids[:1] == ["delivery"])
        shop.write("balloon", "Повітряна куля", "Кулею шини не доставляємо, куля не літає з шинами.")
        await until(http, "повітряна куля", lambda ids: ids[:1] == ["balloon"])
        shop.take_away("balloon")
        await until(http, "повітряна куля", lambda ids: "balloon" not in ids)


async def test_a_file_that_is_wrong_leaves_the_index_as_it_was_until_it_is_mended(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    upkeep = KnowledgeUpkeep(shop.url, shop.folder)
    await upkeep.look()
    good = await shop.models()
    (shop.folder / "faq" / "half.uk.md").write_text("---\ntitle: Пів", encoding="utf-8")
    await upkeep.look()
    await upkeep.look()
    assert await shop.models() == good
    assert caplog.text.count("half.uk.md, line 1") == 1
    shop.write("half", "Половина", "Тепер уся стаття.")
    await upkeep.look()
    assert set(await shop.models()) == {*good, "half"}


def failures(error: str) -> float:
    return REGISTRY.get_sample_value("knowledge_upkeep_failures_total", {"error": error}) or 0


async def test_a_database_that_is_away_is_waited_for(shop: Shop, free_port: int) -> None:
    now_s = 0.0
    away = f"postgresql://nobody@127.0.0.1:{free_port}/none"
    upkeep = KnowledgeUpkeep(away, shop.folder, clock_s=lambda: now_s)
    before = failures("Unavailable")
    await upkeep.look()
    await upkeep.look()
    assert failures("Unavailable") == before + 1
    now_s += TRY_AGAIN_S
    await upkeep.look()
    assert failures("Unavailable") == before + 2


async def test_a_wrong_key_is_told_in_one_line_when_the_store_is_set_up(shop: Shop) -> None:
    shop.server.faults.add(Fault("status", value=401))
    done = await asyncio.to_thread(
        run,
        "seed",
        url=shop.url,
        DEMO_STORE_KNOWLEDGE=str(shop.folder),
        DEMO_STORE_EMBEDDINGS_URL=shop.server.url,
        DEMO_STORE_EMBEDDINGS_MODEL="embed-small",
        DEMO_STORE_EMBEDDINGS_DIMENSIONS="128",
        DEMO_STORE_EMBEDDINGS_KEY="wrong-secret",
    )
    assert (done.returncode, done.stderr) == (2, "demo_store: the embedding server refused the request (401)\n")


async def test_a_server_that_is_away_does_not_keep_the_store_from_its_set_up(shop: Shop) -> None:
    shop.server.faults.add(Fault("status", value=500))
    done = await asyncio.to_thread(
        run,
        "seed",
        url=shop.url,
        DEMO_STORE_KNOWLEDGE=str(shop.folder),
        DEMO_STORE_EMBEDDINGS_URL=shop.server.url,
        DEMO_STORE_EMBEDDINGS_MODEL="embed-small",
        DEMO_STORE_EMBEDDINGS_DIMENSIONS="128",
    )
    assert done.returncode == 0
    assert "2 are found by their words alone for now: the embedding server failed (500)" in done.stdout

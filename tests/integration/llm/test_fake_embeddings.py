"""The fake's /v1/embeddings, asked by the openai client, which unpacks what a real server sends."""

from collections.abc import AsyncIterator

import numpy as np
import openai
import pytest

from knowledge.openai_api import OpenAIEmbedder
from tests.fakes.openai_server import FakeOpenAI

TEXTS = ["тиск у шинах", "tire pressure", "доставка шин"]


@pytest.fixture
async def server() -> AsyncIterator[FakeOpenAI]:
    async with FakeOpenAI() as server:
        yield server


@pytest.fixture
async def client(server: FakeOpenAI) -> AsyncIterator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(base_url=server.url, api_key="secret", max_retries=0) as client:
        yield client


async def test_the_client_reads_both_encodings_alike_and_asks_for_base64_by_itself(
    server: FakeOpenAI, client: openai.AsyncOpenAI
) -> None:
    packed = await client.embeddings.create(model="embed-small", input=TEXTS)
    plain = await client.embeddings.create(model="embed-small", input=TEXTS, encoding_format="float")
    assert [asked["encoding_format"] for asked in server.requests] == ["base64", "float"]
    assert [row.index for row in packed.data] == [0, 1, 2]
    assert np.array([row.embedding for row in packed.data]) == pytest.approx(
        np.array([row.embedding for row in plain.data]), abs=1e-6
    )
    assert packed.usage.total_tokens == 7


async def test_our_embedder_gets_the_vectors_that_the_client_gets(
    server: FakeOpenAI, client: openai.AsyncOpenAI
) -> None:
    answer = await client.embeddings.create(model="embed-large", input=TEXTS)
    ours = OpenAIEmbedder(server.url, "secret", "embed-large", 256, batch=2)
    rows = await ours.embed(TEXTS)
    await ours.aclose()
    assert rows == pytest.approx(np.array([row.embedding for row in answer.data]), abs=1e-6)
    assert [len(asked["input"]) for asked in list(server.requests)[1:]] == [2, 1]


async def test_texts_that_share_words_are_near_each_other(client: openai.AsyncOpenAI) -> None:
    answer = await client.embeddings.create(model="embed-small", input=["тиск у шинах", "який тиск", "доставка"])
    pressure, asked, delivery = (np.array(row.embedding) for row in answer.data)
    assert pressure @ asked > 0.3 > pressure @ delivery


async def test_what_a_real_server_refuses_is_refused(client: openai.AsyncOpenAI) -> None:
    with pytest.raises(openai.NotFoundError):
        await client.embeddings.create(model="unknown", input="a")
    for wrong in ("", [], ["a", ""]):
        with pytest.raises(openai.BadRequestError):
            await client.embeddings.create(model="embed-small", input=wrong)

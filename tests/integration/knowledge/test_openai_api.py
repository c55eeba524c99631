"""The embedder of an OpenAI-compatible server, over real sockets: what it sends, and what it makes of every answer."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
import pytest

from knowledge.errors import EmbeddingError
from knowledge.openai_api import OpenAIEmbedder
from tests.fakes.misbehaving_http import Half, Hang, MisbehavingServer, Reply, Trickle, misbehaving_server


def vectors(*rows: Sequence[float]) -> Reply:
    return Reply.of({"data": [{"index": index, "embedding": row} for index, row in enumerate(rows)]})


@asynccontextmanager
async def embedder(*script: Any, **options: Any) -> AsyncIterator[tuple[OpenAIEmbedder, MisbehavingServer]]:
    async with misbehaving_server() as server:
        server.script = list(script)
        embedder = OpenAIEmbedder(server.url, "secret", "small", 2, **{"timeout_s": 20.0, **options})
        yield embedder, server
        await embedder.aclose()


async def test_texts_go_in_batches_and_come_back_as_rows_of_length_one() -> None:
    async with embedder(vectors([3, 4], [0, 2]), vectors([-1, 0]), batch=2) as (model, server):
        rows = await model.embed(["раз", "two", "три"])
    assert rows == pytest.approx(np.array([[0.6, 0.8], [0, 1], [-1, 0]]))
    assert rows.dtype == np.float32
    assert [json.loads(body) for body in server.bodies] == [
        {"model": "small", "input": ["раз", "two"], "encoding_format": "float"},
        {"model": "small", "input": ["три"], "encoding_format": "float"},
    ]
    assert server.requests == ["/api/v1/embeddings"] * 2
    assert server.headers[0]["authorization"] == "Bearer secret"


async def test_rows_are_sorted_by_their_index() -> None:
    swapped = Reply.of({"data": [{"index": 1, "embedding": [0, 1]}, {"index": 0, "embedding": [1, 0]}]})
    async with embedder(swapped) as (model, _):
        assert (await model.embed(["a", "b"])).tolist() == [[1, 0], [0, 1]]


async def test_no_texts_are_no_request() -> None:
    async with embedder() as (model, server):
        assert (await model.embed([])).shape == (0, 2)
    assert server.requests == []


@pytest.mark.parametrize(
    ("reply", "kind", "retryable"),
    [
        (Reply(429, b"slow down, secret"), "rate_limit", True),
        (Reply(500, b"oops, secret"), "server", True),
        (Reply(401, b"secret"), "refused", False),
        (Reply(404, b"secret"), "refused", False),
        (Reply(200, b"<html>secret"), "bad_answer", False),
        (Reply.of({"data": []}), "bad_answer", False),
        (Reply.of({"data": [{"index": 0}]}), "bad_answer", False),
        (Reply.of([]), "bad_answer", False),
        (vectors([1, 0, 0]), "bad_answer", False),
        (vectors([0, 0]), "bad_answer", False),
        (Reply(200, b'{"data": [{"index": 0, "embedding": [NaN, 1]}]}'), "bad_answer", False),
        (Reply.of({"data": [{"index": 0, "embedding": ["a", "b"]}]}), "bad_answer", False),
        (Half(), "connection", True),
    ],
)
async def test_what_is_no_vector_is_an_error_that_tells_nothing_of_the_texts(
    reply: Reply | Half, kind: str, retryable: bool
) -> None:
    async with embedder(reply) as (model, _):
        with pytest.raises(EmbeddingError) as caught:
            await model.embed(["secret"])
    assert (caught.value.kind, caught.value.retryable) == (kind, retryable)
    assert "secret" not in str(caught.value)


async def test_another_dimension_says_what_to_set() -> None:
    async with embedder(vectors([1, 0, 0])) as (model, _):
        with pytest.raises(EmbeddingError, match="of 3 numbers, not of 2"):
            await model.embed(["a"])


@pytest.mark.parametrize("behaviour", [Hang(), Trickle()])
async def test_a_deadline_holds_whatever_the_server_does(behaviour: Hang | Trickle) -> None:
    async with embedder(behaviour, timeout_s=0.3) as (model, _):
        with pytest.raises(EmbeddingError) as caught:
            await model.embed(["a"])
    assert caught.value.kind == "timeout"


async def test_nobody_listening_is_a_connection_fault(free_port: int) -> None:
    model = OpenAIEmbedder(f"http://127.0.0.1:{free_port}/v1", None, "small", 2)
    with pytest.raises(EmbeddingError) as caught:
        await model.embed(["a"])
    assert caught.value.kind == "connection"
    await model.aclose()

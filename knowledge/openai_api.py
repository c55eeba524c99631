"""Vectors from any server with OpenAI's `/v1/embeddings`."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from knowledge.embedder import Cosines, Vectors
from knowledge.errors import EmbeddingError

if TYPE_CHECKING:
    import httpx

CONNECT_TIMEOUT_S = 3.0
USUAL_COSINES = Cosines(unrelated=0.25, related=0.5)
"""Of the models that such servers offer, roughly; only measuring tells those of one."""


class OpenAIEmbedder:
    """embedder.Embedder. `dimensions` is what the model answers, and is checked."""

    def __init__(
        self,
        base_url: str,
        api_key: str | None,
        model: str,
        dimensions: int,
        *,
        cosines: Cosines = USUAL_COSINES,
        timeout_s: float = 10.0,
        batch: int = 64,
    ) -> None:
        """`base_url` ends with /v1. `timeout_s` bounds each request as a whole; `batch` texts go in one."""
        import httpx

        self._model = model
        self._dimensions = dimensions
        self._cosines = cosines
        self._timeout_s = timeout_s
        self._batch = batch
        self._client = httpx.AsyncClient(
            base_url=base_url.rstrip("/") + "/",
            headers={"Authorization": f"Bearer {api_key}"} if api_key else {},
            timeout=httpx.Timeout(
                timeout_s, connect=min(timeout_s, CONNECT_TIMEOUT_S)
            ),  # a trickling answer stretches it
        )

    @property
    def name(self) -> str:
        return f"openai-{self._model}"

    @property
    def dimensions(self) -> int:
        return self._dimensions

    @property
    def cosines(self) -> Cosines:
        return self._cosines

    async def aclose(self) -> None:
        await self._client.aclose()

    async def embed(self, texts: Sequence[str]) -> Vectors:
        rows = [await self._ask(part) for part in _batches(texts, self._batch)]
        return np.concatenate(rows) if rows else np.zeros((0, self._dimensions), np.float32)

    async def _ask(self, texts: Sequence[str]) -> Vectors:
        import httpx

        request = {"model": self._model, "input": list(texts), "encoding_format": "float"}
        try:
            async with asyncio.timeout(self._timeout_s):
                response = await self._client.post("embeddings", json=request)
        except (TimeoutError, httpx.TimeoutException) as error:
            message = "the embedding server did not answer in time"
            raise EmbeddingError("timeout", message, retryable=True) from error
        except httpx.TransportError as error:
            message = f"no connection to the embedding server ({type(error).__name__})"
            raise EmbeddingError("connection", message, retryable=True) from error
        except httpx.HTTPError as error:
            raise EmbeddingError("bad_answer", f"not readable: {type(error).__name__}") from error
        if response.status_code != 200:
            raise _refusal(response.status_code)
        return _rows(response, len(texts), self._dimensions)


def _rows(response: "httpx.Response", count: int, dimensions: int) -> Vectors:
    """Sorted by their index: the API does not promise an order."""
    try:
        answered: list[dict[str, Any]] = sorted(response.json()["data"], key=lambda row: row["index"])
        rows = np.array([row["embedding"] for row in answered], dtype=np.float32)
    except (ValueError, KeyError, TypeError) as error:
        raise EmbeddingError("bad_answer", "the embedding server's answer is not OpenAI's") from error
    if len(rows) != count or rows.ndim != 2:
        raise EmbeddingError("bad_answer", f"{count} texts were sent, {len(rows)} vectors came")
    if rows.shape[1] != dimensions:
        message = f"the model answers vectors of {rows.shape[1]} numbers, not of {dimensions}: set its dimensions"
        raise EmbeddingError("bad_answer", message)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    if not np.isfinite(lengths).all() or not lengths.all():
        raise EmbeddingError("bad_answer", "the model answered a vector that has no direction")
    unit: Vectors = (rows / lengths).astype(np.float32)
    return unit


def _batches(texts: Sequence[str], size: int) -> list[Sequence[str]]:
    return [texts[start : start + size] for start in range(0, len(texts), size)]


def _refusal(status: int) -> EmbeddingError:
    if status == 429:
        return EmbeddingError("rate_limit", "too many requests to the embedding server (429)", retryable=True)
    if status >= 500:
        return EmbeddingError("server", f"the embedding server failed ({status})", retryable=True)
    return EmbeddingError("refused", f"the embedding server refused the request ({status})")

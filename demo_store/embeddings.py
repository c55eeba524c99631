"""What makes the vectors of the shop's articles: our own n-grams, or the server that the settings name."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from demo_store.settings import EmbeddingSettings
from knowledge.embedder import Cosines, Embedder
from knowledge.ngrams import NgramEmbedder
from knowledge.openai_api import USUAL_COSINES, OpenAIEmbedder

INDEX_TIMEOUT_S = 30.0
"""Of a request for the vectors of many chunks, which nobody waits for on the phone."""


@asynccontextmanager
async def open_embedder(settings: EmbeddingSettings | None, timeout_s: float | None = None) -> AsyncIterator[Embedder]:
    """`timeout_s`: of one request; that of a caller's question where it is not given."""
    if settings is None:
        yield NgramEmbedder()
        return
    embedder = OpenAIEmbedder(
        settings.base_url,
        settings.api_key,
        settings.model,
        settings.dimensions,
        cosines=USUAL_COSINES if settings.cosines is None else Cosines(*settings.cosines),
        timeout_s=settings.timeout_s if timeout_s is None else timeout_s,
        batch=settings.batch,
    )
    try:
        yield embedder
    finally:
        await embedder.aclose()

"""The index of the articles, kept the same as their folder while the store serves: an edit is found a second later."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import asyncpg

from demo_store.errors import Unavailable
from demo_store.seed import seed_knowledge
from demo_store.settings import EmbeddingSettings
from knowledge.articles import folder_state
from knowledge.errors import ArticleError
from knowledge.metrics import upkeep_failures

LOOK_EVERY_S = 1.0
"""At the names and times of some hundred files: 0.3 ms."""
TRY_AGAIN_S = 15.0
"""After what time may mend: PostgreSQL or the model's server is away."""
STOP_S = 2.0
"""For what it is doing when the store ends."""

logger = logging.getLogger(__name__)


class KnowledgeUpkeep:
    def __init__(
        self,
        database_url: str,
        folder: Path,
        embeddings: EmbeddingSettings | None = None,
        *,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database_url, self._folder, self._embeddings = database_url, folder, embeddings
        self._clock_s = clock_s
        self._seen: object = None
        """The folder's state when it was last indexed."""
        self._again_at_s: float | None = None
        self._told = ""

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        stopping = asyncio.Event()
        keeping = asyncio.create_task(self._run(stopping), name="knowledge upkeep")
        try:
            yield
        finally:
            stopping.set()
            # What has begun is ended: asyncpg leaves a socket open where connecting is cancelled.
            await asyncio.wait({keeping}, timeout=STOP_S)
            keeping.cancel()
            with suppress(asyncio.CancelledError):
                await keeping

    async def _run(self, stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            await self.look()
            with suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), LOOK_EVERY_S)

    async def look(self) -> None:
        """Index what has changed in the folder. What fails leaves the index as it was and is told once; a file that is
        wrong waits for the next edit, all else for TRY_AGAIN_S."""
        state = await asyncio.to_thread(folder_state, self._folder)
        due = self._again_at_s is not None and self._clock_s() >= self._again_at_s
        if state == self._seen and not due:
            return
        self._seen, self._again_at_s = state, None
        try:
            changes = await seed_knowledge(self._database_url, self._folder, self._embeddings)
        except ArticleError as error:
            self._tell(error)
        except (Unavailable, asyncpg.PostgresError) as error:
            self._again_at_s = self._clock_s() + TRY_AGAIN_S
            self._tell(error)
        else:
            if changes.fault is None:
                self._told = ""
                return
            self._again_at_s = self._clock_s() + TRY_AGAIN_S
            self._tell(changes.fault)

    def _tell(self, error: Exception) -> None:
        upkeep_failures.labels(type(error).__name__).inc()
        if str(error) != self._told:
            self._told = str(error)
            logger.warning("the index is not all that the folder of articles is: %s", error)

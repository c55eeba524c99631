"""One synthesis that several listeners share: each hears all of it from the beginning, it is made once, and it stops
when the last of them has left."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from callcenter.errors import SynthesisError


class Synthesis:
    def __init__(self, source: AsyncGenerator[bytes, None]) -> None:
        self._source = source
        self._chunks: list[bytes] = []
        self._ended = False
        self._failure: Exception | None = None
        self._news = asyncio.Event()
        self._listeners = 0
        self._task: asyncio.Task[None] | None = None

    def start(self, ended: Callable[[bytes | None], None]) -> None:
        """`ended` is called once: with the whole audio, or None when it failed or nobody waited for the end."""

        def done(task: asyncio.Task[None]) -> None:
            if task.cancelled():  # perhaps before its first step
                self._failure = SynthesisError("the voice was closed", kind="closed")
            self._ended = True
            self._news.set()
            ended(None if self._failure else b"".join(self._chunks))

        self._task = asyncio.create_task(self._run())
        self._task.add_done_callback(done)

    @property
    def failed(self) -> bool:
        """Or given up: nobody should join."""
        return self._failure is not None or (self._task is not None and self._task.cancelling() > 0)

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """From the beginning. Raises what the source raised."""
        self._listeners += 1
        at = 0
        try:
            while True:
                while at < len(self._chunks):
                    at += 1
                    yield self._chunks[at - 1]
                if self._failure is not None:
                    raise self._failure
                if self._ended:
                    return
                self._news.clear()
                await self._news.wait()
        finally:
            self._listeners -= 1
            if not self._listeners and not self._ended:
                await self.aclose()

    async def aclose(self) -> None:
        """Give it up, and wait until the backend has let go of it."""
        if self._task:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _run(self) -> None:
        try:
            async with aclosing(self._source) as source:
                async for chunk in source:
                    self._chunks.append(chunk)
                    self._news.set()
        except Exception as error:  # raised again to every listener
            self._failure = error

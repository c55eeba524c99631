"""uvicorn inside the running event loop: it neither takes the signals nor writes an access log."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from callcenter.config import HttpSettings
from callcenter.sockets import listen

CLOSE_S = 2
MAX_CONNECTIONS = 256


class _QuietServer(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """The program's signals are app.py's."""
        yield


class HttpServer:
    def __init__(self, app: ASGIApp, settings: HttpSettings, *, reuse_port: bool = False) -> None:
        """reuse_port: other workers listen on the same port."""
        self._settings, self._reuse_port = settings, reuse_port
        config = uvicorn.Config(
            app,
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="warning",
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=CLOSE_S,
            timeout_keep_alive=5,
            limit_concurrency=MAX_CONNECTIONS,
        )
        self._server = _QuietServer(config)
        self._serving: asyncio.Task[None] | None = None
        self.port = settings.port
        """Known after start() when the settings say 0."""

    async def start(self) -> None:
        """Raises ConfigurationError when it cannot listen."""
        sock = listen(self._settings.host, self._settings.port, section="http", reuse_port=self._reuse_port)
        self.port = sock.getsockname()[1]
        self._serving = asyncio.create_task(self._server.serve(sockets=[sock]))
        while not self._server.started:
            if self._serving.done():
                await self._serving
                raise RuntimeError("uvicorn ended before it had started")
            await asyncio.sleep(0.005)

    async def aclose(self) -> None:
        if self._serving is not None:
            self._server.should_exit = True
            await self._serving
            self._serving = None

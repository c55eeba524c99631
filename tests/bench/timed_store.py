"""The demo store with its own time in each answer: for `tests.bench.tools`, which takes it off.

`python -m tests.bench.timed_store PORT`; the rest comes from the environment, as the store's own program has it.
"""

import os
import sys
import time

import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from demo_store.app import create_app
from demo_store.settings import Settings

HEADER = "x-store-ms"


class Timed:
    """From the request's arrival at the application to the beginning of its answer, which is complete by then."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        began_s = time.perf_counter()

        async def send_timed(message: Message) -> None:
            if message["type"] == "http.response.start":
                took = f"{(time.perf_counter() - began_s) * 1000:.3f}".encode()
                message = {**message, "headers": [*message["headers"], (HEADER.encode(), took)]}
            await send(message)

        await self._app(scope, receive, send_timed)


def main() -> None:
    app = Timed(create_app(Settings.from_environment(os.environ)))
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", access_log=False)


if __name__ == "__main__":
    main()

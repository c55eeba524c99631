"""The store that a chat talks to: the one of the settings, or, while nobody runs one, the demo store of our own."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from signal import SIGTERM
from urllib.parse import urlsplit

from callcenter.config import Settings
from callcenter.embedded.components import DEMO_STORE, runs_own_store
from callcenter.embedded.postgres import EmbeddedPostgres
from callcenter.embedded.process import ended_with_us, start_and_wait, stop
from callcenter.embedded.redis import free_port
from callcenter.embedded.running import only_run
from callcenter.errors import ConfigurationError

CONNECT_S = 2.0


@contextmanager
def store_url(settings: Settings, note: Callable[[str], None]) -> Iterator[str]:
    """The URL of a store that listens, while the context lasts. Raises ConfigurationError when there is none."""
    own = runs_own_store(settings)
    expected = f"http://{settings.store.host}:{settings.store.port}/api/v1" if own else settings.store.url
    if _listens(expected):
        yield expected
    elif not own or settings.database_url is not None:
        raise ConfigurationError(
            f"store.url: nobody answers at {expected}; start it (`callcenter run` has a demo store), "
            "or set STORE_API_URL to one that runs"
        )
    else:
        note("Starting a demo store for this chat (callcenter run keeps one running) ...")
        with _demo_store(settings) as url:
            yield url


def _listens(url: str) -> bool:
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        with socket.create_connection((parts.hostname or "", port), CONNECT_S):
            return True
    except OSError:
        return False


@contextmanager
def _demo_store(settings: Settings) -> Iterator[str]:
    """The store that `callcenter run` would run, over the same data."""
    state = settings.state_dir.resolve()
    with only_run(settings.state_dir):
        postgres = EmbeddedPostgres(state / "postgres", state / "logs" / "postgresql.log")
        postgres.start()
        try:
            postgres.ensure_database()
            host, port = "127.0.0.1", free_port()
            serve = [*DEMO_STORE, "serve", "--setup", "--host", host, "--port", str(port)]
            variables = [f"DATABASE_URL={postgres.url()}", f"CALLCENTER_STORE__PORT={port}"]
            command = [*ended_with_us(), "env", *variables, *serve]
            url = f"http://{host}:{port}/api/v1"
            server = start_and_wait(command, state / "logs" / "demo-store.log", "Demo store", lambda _: _listens(url))
            try:
                yield url
            finally:
                stop(server, SIGTERM)
        finally:
            postgres.stop()

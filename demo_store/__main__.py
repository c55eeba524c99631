"""`python -m demo_store migrate | seed | serve`."""

import argparse
import asyncio
import errno
import os
import socket
import sys

from demo_store.errors import StoreFault
from demo_store.settings import Settings, SettingsError, port_number
from knowledge.errors import KnowledgeError


def main(arguments: list[str] | None = None) -> int:
    """The exit status: 0, or 2 with one line that says what to do."""
    asked = _parser().parse_args(arguments)
    try:
        settings = Settings.from_environment(os.environ)
        match asked.command:
            case "migrate":
                return _migrate(settings, asked.to)
            case "seed":
                return _seed(settings)
            case _:
                port = settings.port if asked.port is None else port_number(asked.port, "--port")
                return _serve(settings, asked.host or settings.host, port, setup=asked.setup)
    except (SettingsError, StoreFault, KnowledgeError) as error:
        return _fail(str(error))
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m demo_store", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    migrate = commands.add_parser("migrate", help="bring the tables to the newest version, or to another")
    migrate.add_argument("--to", type=int, metavar="VERSION", help="0 takes everything away")
    commands.add_parser("seed", help="fill the tables with the demo catalogue and the shop's articles, once")
    serve = commands.add_parser("serve", help="answer HTTP requests")
    serve.add_argument("--host", help="127.0.0.1 if not given")
    serve.add_argument("--port", help="8090 if not given")
    serve.add_argument("--setup", action="store_true", help="migrate and seed first")
    return parser


def _fail(message: str) -> int:
    print(f"demo_store: {message}", file=sys.stderr)
    return 2


def _migrate(settings: Settings, to: int | None) -> int:
    from demo_store.migrations import migrate

    print(f"demo_store: schema version {asyncio.run(migrate(settings.database_url, to))}")
    return 0


def _seed(settings: Settings) -> int:
    from demo_store.seed import seed, seed_knowledge

    fresh = asyncio.run(seed(settings.database_url))
    print("demo_store: catalogue written" if fresh else "demo_store: catalogue is there already")
    changes = asyncio.run(seed_knowledge(settings.database_url, settings.knowledge, settings.embeddings))
    print(f"demo_store: {changes.indexed} articles indexed, {changes.removed} removed, {changes.unchanged} as before")
    if changes.fault is not None:
        if not changes.fault.retryable and changes.without_vectors == changes.indexed + changes.unchanged:
            raise changes.fault  # a wrong key, model or number of dimensions: it does not mend itself
        print(f"demo_store: {changes.without_vectors} are found by their words alone for now: {changes.fault}")
    return 0


def _serve(settings: Settings, host: str, port: int, *, setup: bool) -> int:
    try:
        listening = _listen(host, port)
    except OSError as error:
        reason = "is in use" if error.errno == errno.EADDRINUSE else f"cannot be used: {error.strerror}"
        return _fail(f"port {port} of {host} {reason}; give another with --port")
    if setup:
        _migrate(settings, None)
        _seed(settings)

    import uvicorn

    from demo_store.app import create_app

    config = uvicorn.Config(
        create_app(settings),
        log_level="warning",
        access_log=False,  # a query may carry a phone number
        timeout_graceful_shutdown=3,
    )
    uvicorn.Server(config).run(sockets=[listening])
    return 0


def _listen(host: str, port: int) -> socket.socket:
    """Bound here and not by uvicorn, so that a port in use is told in one line before anything is loaded."""
    (family, kind, protocol, _, address), *_ = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    listening = socket.socket(family, kind, protocol)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(address)
    except OSError:
        listening.close()
        raise
    listening.set_inheritable(True)
    return listening


if __name__ == "__main__":
    sys.exit(main())

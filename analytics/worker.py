"""The worker: `python -m analytics.worker [jobs|beat|all]`.

jobs (the default): runs the tasks, and hands the outbox over to Celery. beat: tells the workers when regular work is
due (kept in memory: once more after a restart); one process of it is enough. all: both in one, for one machine.
"""

import asyncio
import contextlib
import signal
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from analytics.celery_app import app
from analytics.database import database_url
from analytics.relay import OutboxRelay
from callcenter.config import Settings, load_settings
from callcenter.errors import CallCenterError, ConfigurationError
from callcenter.logs import configure_logging

MODES = ("jobs", "beat", "all")


def main(arguments: list[str]) -> int:
    mode = arguments[0] if arguments else "jobs"
    if mode not in MODES or len(arguments) > 1:
        print(f"usage: callcenter worker [{'|'.join(MODES)}]", file=sys.stderr)
        return 2
    try:
        settings = load_settings()
        configure_logging(settings, "beat" if mode == "beat" else "worker")
        dsn = database_url(settings)
        if settings.redis_url is None:
            raise ConfigurationError("REDIS_URL is not set: name the Redis (redis://:password@host:6379/0)")
    except CallCenterError as error:
        print(f"callcenter worker: {error}", file=sys.stderr)
        return 2 if isinstance(error, ConfigurationError) else 1
    if mode == "beat":
        return _run_beat()
    with _outbox(dsn), _embedded_beat() if mode == "all" else contextlib.nullcontext():
        return _run_jobs(settings)


def _run_jobs(settings: Settings) -> int:
    from celery import signals
    from celery.exceptions import SecurityWarning

    # Celery warns of root because of pickled messages: ours are JSON, and containers and development machines have root
    warnings.filterwarnings("ignore", category=SecurityWarning)
    signals.setup_logging.connect(_keep_logging, weak=False)
    signals.worker_ready.connect(_say_ready, weak=False)
    worker = app.Worker(
        pool="solo",  # one task at a time; more of them: more workers
        concurrency=1,
        loglevel=settings.log_level,
        quiet=True,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    )
    worker.start()
    return int(worker.exitcode or 0)


def _keep_logging(**_: Any) -> None:
    """Celery sets up no logging of its own when somebody listens to this signal."""


def _say_ready(**_: Any) -> None:
    print("The worker is ready.", flush=True)  # whatever the log level is: a supervisor waits for it


def _run_beat() -> int:
    from celery.beat import Scheduler, Service

    service = Service(app, max_interval=1, scheduler_cls=Scheduler)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: service.stop())
    print("The beat is ready.", flush=True)
    service.start()
    return 0


@contextmanager
def _embedded_beat() -> Iterator[None]:
    from celery.beat import EmbeddedService, Scheduler

    service: Any = EmbeddedService(app, thread=True, max_interval=1, scheduler_cls=Scheduler)
    service.start()
    try:
        yield
    finally:
        service.stop()


@contextmanager
def _outbox(dsn: str) -> Iterator[None]:
    """The outbox's relay in a thread with a loop of its own: Celery's worker wants the main thread."""
    loop = asyncio.new_event_loop()
    relay = loop.create_task(OutboxRelay(dsn, app).run())

    def run() -> None:
        with contextlib.suppress(asyncio.CancelledError), contextlib.closing(loop):
            loop.run_until_complete(relay)

    thread = threading.Thread(target=run, name="outbox", daemon=True)
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(relay.cancel)
        thread.join(timeout=5)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

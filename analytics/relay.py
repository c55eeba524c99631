"""From the outbox to Celery: what a call's end has written is handed over until it is done, however often Redis fails.

A row is marked as delivered when the broker has it, and as completed by the task itself, in the transaction of its
work. What was delivered and is not completed after a while is delivered again: the broker may have lost it.
"""

import asyncio
from datetime import timedelta
from typing import Any, NoReturn

import asyncpg
import structlog
from celery import Celery

from analytics.database import QUERIES, connect

log = structlog.get_logger(__name__)

TASKS = {"call_finished": "analytics.call_finished"}
BATCH = 50
POLL_S = 0.5
RETRY_S = (0.5, 10.0)
REDELIVER_AFTER = timedelta(seconds=60)


class OutboxRelay:
    def __init__(self, dsn: str, celery: Celery, redeliver_after: timedelta = REDELIVER_AFTER) -> None:
        self._dsn, self._celery, self._redeliver_after = dsn, celery, redeliver_after

    async def run(self) -> NoReturn:
        """Deliver until cancelled. Faults of PostgreSQL and Redis are said and waited out."""
        retry_s, failing = RETRY_S[0], False
        while True:
            try:
                connection = await connect(self._dsn, "outbox")
                try:
                    while True:
                        delivered = await self.deliver(connection)
                        if failing:
                            log.info("outbox_resumed")
                        retry_s, failing = RETRY_S[0], False
                        if delivered < BATCH:
                            await asyncio.sleep(POLL_S)
                finally:
                    connection.terminate()
            except Exception as error:
                # the boundary: no fault of either server may end the handing over
                if not failing:
                    log.error("outbox_waiting", error=type(error).__name__)  # noqa: TRY400  its text names addresses
                failing = True
            await asyncio.sleep(retry_s)
            retry_s = min(retry_s * 2, RETRY_S[1])

    async def deliver(self, connection: asyncpg.Connection) -> int:
        """One round: how many rows were handed over. Raises what asyncpg and kombu raise; rows that the broker has
        taken by then are marked all the same."""
        sent: list[int] = []
        async with connection.transaction():
            rows = await connection.fetch(QUERIES["take_outbox"], list(TASKS), BATCH, self._redeliver_after)
            failure: Exception | None = None
            for row in rows:
                try:
                    await asyncio.to_thread(self._send, row["topic"], row["payload"])
                except Exception as error:
                    failure = error  # raised again when those before it are marked
                    break
                sent.append(row["id"])
            await connection.execute(QUERIES["mark_delivered"], sent)
        if failure is not None:
            raise failure
        return len(sent)

    def _send(self, topic: str, payload: dict[str, Any]) -> None:
        # one more try at once: the connection that was kept may be that of a server which has been restarted since
        policy = {"max_retries": 1, "interval_start": 0, "interval_step": 0, "interval_max": 0}
        self._celery.send_task(TASKS[topic], kwargs=payload, retry=True, retry_policy=policy)

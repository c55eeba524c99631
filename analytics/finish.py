"""What is worked out when a call has ended: figures, cost, the customer, the words for search. Once in effect.

Everything is written in one transaction under the lock of the call's row, and the row says that it is done: a task that
is delivered twice, or by two workers at once, changes nothing the second time.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from analytics.cost import Backends, Cost, cost_of_call
from analytics.database import QUERIES
from analytics.figures import Turn, figures
from callcenter.journal.search import words_and_lemmas
from callcenter.shop.prices import PriceTable

TOPIC = "call_finished"


async def finish_call(
    connection: asyncpg.Connection, call_id: UUID, started_at: datetime, prices: PriceTable, backends: Backends
) -> bool:
    """Whether there was anything to do. Raises what asyncpg raises; then nothing is done."""
    async with connection.transaction():
        call = await connection.fetchrow(QUERIES["lock_call"], call_id, started_at)
        is_new = call is not None and not call["is_done"]
        if call is not None and is_new:
            await _work_out(connection, call, prices, backends)
        await connection.execute(QUERIES["complete_outbox"], TOPIC, str(call_id))
    return is_new


async def _work_out(
    connection: asyncpg.Connection, call: asyncpg.Record, prices: PriceTable, backends: Backends
) -> None:
    key = (call["id"], call["started_at"])
    turns = [Turn(**row) for row in await connection.fetch(QUERIES["turns_of_call"], *key)]
    successes = [row["success"] for row in await connection.fetch(QUERIES["tool_successes_of_call"], *key)]
    duration_s = call["duration_seconds"] or 0.0
    cost = cost_of_call(turns, duration_s, prices, backends, call["started_at"].date())
    found: dict[str, Any] = figures(turns, successes, duration_s).as_json()
    found["unpriced"] = sorted(cost.unpriced)
    await connection.executemany(
        QUERIES["finish_turn"],
        [(*key, turn.turn_number, cost.by_turn[turn.turn_number], words_and_lemmas(turn.content)) for turn in turns],
    )
    customer_id = await _meet(connection, call)
    amounts = cost.by_component
    await connection.execute(
        QUERIES["finish_call"],
        *key,
        found,
        amounts["stt"],
        amounts["llm"],
        amounts["tts"],
        amounts["telephony"],
        cost.wasted_usd,
        customer_id,
    )
    await _add_up(connection, cost)


async def _meet(connection: asyncpg.Connection, call: asyncpg.Record) -> UUID | None:
    """The customer with this number; None when the number is withheld or no number."""
    phone: str | None = call["caller_id"]
    if phone is None or not phone.startswith("+"):
        return None
    customer_id: UUID = await connection.fetchval(QUERIES["meet_customer"], phone, call["started_at"])
    return customer_id


async def _add_up(connection: asyncpg.Connection, cost: Cost) -> None:
    # always in the same order: two workers never wait for each other in a circle
    for (component, model), usd in sorted(cost.by_model.items()):
        await connection.execute(QUERIES["add_cost"], component, model, usd)

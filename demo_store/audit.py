"""The log of every change: what was done, in which call, and how the thing was before and after."""

from typing import TYPE_CHECKING

from pydantic import BaseModel

from demo_store.sql import queries

if TYPE_CHECKING:
    from demo_store.database import Transaction


async def note_change(
    connection: "Transaction",
    action: str,
    thing: str,
    call_id: str | None,
    before: BaseModel | None,
    after: BaseModel,
) -> None:
    """In the transaction of the change itself: no change without its line, no line without its change."""
    await connection.execute(
        queries("audit")["write"],
        action,
        thing,
        call_id,
        None if before is None else before.model_dump_json(),
        after.model_dump_json(),
    )

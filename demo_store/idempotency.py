"""A request that is sent again with its `Idempotency-Key` does nothing twice: it gets the first answer again.

The key is claimed, the work done and the answer kept in one transaction. So the repetition finds either the whole of it
or nothing, however the first request ended, and while that one is still running it waits. Only what was done is
kept: a refusal changed nothing, and is considered anew.
"""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, TypeVar

from fastapi import Depends, Header, Request
from pydantic import BaseModel

from demo_store.errors import Conflict
from demo_store.sql import queries

if TYPE_CHECKING:
    from demo_store.database import Database, Transaction

A = TypeVar("A", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class RequestKey:
    path: str
    key: str


def _given_key(
    request: Request,
    idempotency_key: Annotated[str | None, Header(alias="Idempotency-Key", min_length=1, max_length=200)] = None,
) -> RequestKey | None:
    return None if idempotency_key is None else RequestKey(request.url.path, idempotency_key)


GivenKey = Annotated[RequestKey | None, Depends(_given_key)]


async def first_answer(database: "Database", key: RequestKey | None, asked: BaseModel, answer: type[A]) -> A | None:
    """What a request with this key was answered before; None where it has to be done. For what is costly to look up
    before the transaction, or may be refused by now. Raises Conflict where the key came with another body."""
    if key is None:
        return None
    kept = await database.fetchrow(queries("idempotency")["answered"], key.path, key.key)
    return None if kept is None else _same(kept["digest"], asked, answer, kept["answer"])


async def done_once(
    connection: "Transaction",
    key: RequestKey | None,
    asked: BaseModel,
    answer: type[A],
    work: Callable[[], Awaitable[A]],
) -> A:
    """What `work` answers, or answered when the key came first. Without a key it is simply done.

    Raises Conflict where the key came with another body.
    """
    if key is None:
        return await work()
    sql = queries("idempotency")
    digest = _digest(asked)
    await connection.execute(sql["forget"])
    if await connection.fetchrow(sql["claim"], key.path, key.key, digest) is None:
        (kept,) = await connection.fetch(sql["kept"], key.path, key.key)
        return _same(kept["digest"], asked, answer, kept["answer"])
    done = await work()
    await connection.execute(sql["keep"], key.path, key.key, done.model_dump_json())
    return done


def _same(digest: bytes, asked: BaseModel, answer: type[A], kept: str) -> A:
    if digest != _digest(asked):
        raise Conflict("idempotency_conflict", "this Idempotency-Key came with another body before")
    return answer.model_validate_json(kept)


def _digest(asked: BaseModel) -> bytes:
    return hashlib.sha256(asked.model_dump_json().encode()).digest()

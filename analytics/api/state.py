"""What requests share: the settings and the database."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, cast
from zoneinfo import ZoneInfo

import httpx
from fastapi import Depends, Request

from callcenter.config import Settings

if TYPE_CHECKING:
    import asyncpg
    from redis.asyncio import Redis


@dataclass(frozen=True, slots=True)
class WebState:
    settings: Settings
    zone: ZoneInfo
    """The shop's: its days begin at its midnight."""
    pool: "asyncpg.Pool"
    http: httpx.AsyncClient
    redis: "Redis | None"

    def connection(self) -> AbstractAsyncContextManager[Any]:
        """Raises what asyncpg raises when PostgreSQL is away."""
        return cast(AbstractAsyncContextManager[Any], self.pool.acquire(timeout=5))


def state_of(request: Request) -> WebState:
    state: WebState = request.app.state.web
    return state


State = Annotated[WebState, Depends(state_of)]

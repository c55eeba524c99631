"""The web program, `uvicorn --factory analytics.api.app:create_app`: here its parts are put together, nowhere else."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from zoneinfo import ZoneInfo

import asyncpg
import httpx
from fastapi import FastAPI
from redis.asyncio import Redis

from analytics.api import handovers, operations, problems, routes
from analytics.api.guard import Guard, check_exposure
from analytics.api.state import WebState
from analytics.database import database_url, prepare
from analytics.web import pages
from callcenter.config import Settings, load_settings
from callcenter.logs import configure_logging
from callcenter.shop.facts import ShopFacts
from callcenter.shop.source import read_yaml

DESCRIPTION = "The journal of the shop's calls. Errors are RFC 9457 problem details."


def create_app(settings: Settings | None = None) -> FastAPI:
    """Raises ConfigurationError. Without `settings` the process is its own: they are read, and its log is set up."""
    if settings is None:
        settings = load_settings()
        configure_logging(settings, "web")
    check_exposure(settings.web)
    dsn = database_url(settings)
    zone = ZoneInfo(read_yaml(settings.shop / "shop.yaml").parse(ShopFacts).timezone)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        redis = Redis.from_url(settings.redis_url.get_secret_value()) if settings.redis_url else None
        # min_size=0: the pages come up, and say so, while PostgreSQL is away
        pool = asyncpg.create_pool(dsn, min_size=0, max_size=8, init=prepare, timeout=5, command_timeout=30)
        async with pool as opened, httpx.AsyncClient(timeout=operations.PATIENCE_S, trust_env=False) as http:
            app.state.web = WebState(settings, zone, opened, http, redis)
            yield
        if redis is not None:
            await redis.aclose()

    app = FastAPI(
        title="Call center",
        version="1",
        description=DESCRIPTION,
        docs_url=None,  # its pages load scripts from elsewhere; ours is in analytics.web
        redoc_url=None,
        lifespan=lifespan,
    )
    app.add_middleware(Guard, settings=settings.web)
    problems.add_handlers(app)
    app.include_router(routes.router)
    app.include_router(handovers.router)
    app.include_router(operations.router)
    app.include_router(pages.make_router(settings.language))
    return app

"""The web program in this process, and a client of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from analytics.api.app import create_app
from callcenter.config import HttpSettings, Settings, StoreSettings

SHOP = Path(__file__).parents[3] / "shops/tires"


def settings_for(database_url: str, redis_url: str | None = None, **more: Any) -> Settings:
    """With ports where nobody listens, unless told otherwise."""
    known: dict[str, Any] = {
        "http": HttpSettings(port=1),
        "store": StoreSettings(url="http://127.0.0.1:1/api/v1"),
        "shop": SHOP,
        "database_url": database_url,
        "redis_url": redis_url,
    }
    return Settings(**{**known, **more})


@asynccontextmanager
async def browsing(settings: Settings, base_url: str = "http://127.0.0.1:8080") -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(settings)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url=base_url) as client:
        yield client

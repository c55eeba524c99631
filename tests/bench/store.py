"""How long the demo store takes to start and to search its whole catalogue (`make bench-store`)."""

import statistics
import tempfile
import time
from pathlib import Path

import httpx

from callcenter.embedded.postgres import EmbeddedPostgres
from tests.integration.demo_store.conftest import running_store
from tests.integration.demo_store.running import API_KEY

REQUESTS = 200
ASKED = {
    "search by size and season": "/tires/search?width=205&profile=55&diameter=16&season=winter",
    "search by brand in stock, by price": "/tires/search?brand=nokian&sort=price_asc&in_stock=true",
    "search for anything": "/tires/search",
    "tires for a car": "/vehicles/tires?make=toyota&model=camry&year=2019&season=winter",
    "a question": "/knowledge/search?query=when%20should%20I%20change%20to%20winter%20tires",
}


def measure(database_url: str) -> None:
    for start in ("first start (migrate, seed, serve)", "second start"):
        began = time.perf_counter()
        with running_store(database_url, DEMO_STORE_KNOWLEDGE=""):
            print(f"{start}: {time.perf_counter() - began:.2f} s")
    with (
        running_store(database_url, DEMO_STORE_KNOWLEDGE="") as store,
        httpx.Client(base_url=f"{store.url}/api/v1", headers={"Authorization": f"Bearer {API_KEY}"}) as http,
    ):
        for name, path in ASKED.items():
            took_ms = sorted(_took_ms(http, path) for _ in range(REQUESTS))
            print(f"{name}: median {statistics.median(took_ms):.1f} ms, p95 {took_ms[REQUESTS * 95 // 100]:.1f} ms")


def _took_ms(http: httpx.Client, path: str) -> float:
    began = time.perf_counter()
    http.get(path).raise_for_status()
    return (time.perf_counter() - began) * 1000


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        server = EmbeddedPostgres(Path(folder) / "data", Path(folder) / "log", durable=False)
        server.start()
        try:
            server.ensure_database("shop")
            measure(server.url("shop"))
        finally:
            server.stop()


if __name__ == "__main__":
    main()

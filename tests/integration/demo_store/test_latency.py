"""A search over the whole catalogue takes a few milliseconds; the bound is loose, for machines that are busy."""

import statistics
import time

import httpx
import pytest

SEARCHES = [
    {"width": "205", "profile": "55", "diameter": "16", "season": "winter"},
    {"brand": "nokian", "sort": "price_asc", "in_stock": "true"},
    {},
]


@pytest.mark.parametrize("query", SEARCHES, ids=["size", "brand", "all"])
async def test_a_search_takes_milliseconds(http: httpx.AsyncClient, query: dict[str, str]) -> None:
    took_ms = []
    for _ in range(100):
        began = time.perf_counter()
        (await http.get("/tires/search", params=query)).raise_for_status()
        took_ms.append((time.perf_counter() - began) * 1000)
    median_ms = statistics.median(took_ms)
    print(f"search {query or 'everything'}: median {median_ms:.1f} ms, p95 {sorted(took_ms)[94]:.1f} ms")
    assert median_ms < 50

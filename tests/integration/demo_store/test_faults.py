"""The store as a test bench: faults set through /admin/faults befall its clients."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from store_client import StoreUnavailable
from store_client.client import StoreClient
from tests.integration.demo_store.running import API_KEY, RunningStore


class Bench:
    def __init__(self, store: RunningStore, admin: httpx.AsyncClient) -> None:
        self.client = StoreClient(f"{store.url}/api/v1", API_KEY, timeout_s=20)
        self._admin = admin

    async def fault(self, **asked: Any) -> None:
        (await self._admin.post("/faults", json=asked)).raise_for_status()

    async def set_faults(self) -> Any:
        return (await self._admin.get("/faults")).json()["data"]

    async def clear(self) -> None:
        (await self._admin.delete("/faults")).raise_for_status()


@pytest.fixture
async def bench(store: RunningStore) -> AsyncIterator[Bench]:
    async with store.admin() as admin:
        bench = Bench(store, admin)
        yield bench
        await bench.clear()
        await bench.client.aclose()


@pytest.mark.parametrize("status", [500, 503])
async def test_a_failing_store_is_unavailable_until_its_count_is_up(bench: Bench, status: int) -> None:
    await bench.fault(kind="error", status=status, times=1 if status == 500 else 3, path="/api/v1/tires/*")
    with pytest.raises(StoreUnavailable) as caught:
        await bench.client.search_tires()
    assert (caught.value.kind, caught.value.status) == ("server", status)
    assert (await bench.client.search_tires()).tires


async def test_one_503_is_survived(bench: Bench) -> None:
    await bench.fault(kind="error", status=503, times=1)
    assert (await bench.client.search_tires()).tires


async def test_a_hanging_store_times_out(bench: Bench, store: RunningStore) -> None:
    await bench.fault(kind="hang")
    hasty = StoreClient(f"{store.url}/api/v1", API_KEY, timeout_s=0.4)
    with pytest.raises(StoreUnavailable) as caught:
        await hasty.search_tires()
    assert caught.value.kind == "timeout"
    await hasty.aclose()


async def test_a_hanging_request_goes_on_when_the_fault_is_cleared(bench: Bench, store: RunningStore) -> None:
    await bench.fault(kind="hang", path="/api/v1/brands")
    async with store.http() as http:
        asked = asyncio.create_task(http.get("/brands"))
        await asyncio.sleep(0.2)
        assert not asked.done()
        await bench.clear()
        assert (await asked).status_code == 200


async def test_what_hangs_after_it_was_served_is_answered_when_the_fault_is_cleared(
    bench: Bench, store: RunningStore
) -> None:
    await bench.fault(kind="hang_after", path="/api/v1/brands")
    async with store.http() as http:
        asked = asyncio.create_task(http.get("/brands"))
        await asyncio.sleep(0.2)
        assert not asked.done()
        await bench.clear()
        answer = await asked
    assert (answer.status_code, bool(answer.json()["data"])) == (200, True)


async def test_latency_delays_and_then_answers(bench: Bench) -> None:
    await bench.fault(kind="latency", latency_ms=150, times=1)
    began = time.monotonic()
    await bench.client.brands()
    assert time.monotonic() - began >= 0.15


async def test_a_fault_of_some_time_ends_by_itself(bench: Bench, store: RunningStore) -> None:
    await bench.fault(kind="error", status=500, for_s=0.3)
    async with store.http() as http:
        assert (await http.get("/brands")).status_code == 500
        await asyncio.sleep(0.3)
        assert (await http.get("/brands")).status_code == 200
    assert await bench.set_faults() == []


async def test_other_paths_are_spared(bench: Bench) -> None:
    await bench.fault(kind="error", path="/api/v1/vehicles*")
    assert (await bench.client.search_tires()).tires
    with pytest.raises(StoreUnavailable):
        await bench.client.vehicles()


async def test_five_failures_open_the_clients_breaker(bench: Bench) -> None:
    await bench.fault(kind="error", status=500, times=5)
    for _ in range(5):
        with pytest.raises(StoreUnavailable):
            await bench.client.search_tires()
    with pytest.raises(StoreUnavailable) as caught:
        await bench.client.search_tires()
    assert caught.value.kind == "breaker_open"


async def test_the_bench_wants_its_own_key(store: RunningStore) -> None:
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {API_KEY}"}) as http:
        assert (await http.get(f"{store.url}/admin/faults")).status_code == 401


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"kind": "fire"},
        {"kind": "error", "status": 200},
        {"kind": "hang", "times": 0},
        {"kind": "hang", "x": 1},
        {"kind": "latency", "latency_ms": False},
    ],
)
async def test_a_fault_that_makes_no_sense_is_refused(store: RunningStore, wrong: dict[str, Any]) -> None:
    async with store.admin() as admin:
        answer = await admin.post("/faults", json=wrong)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid_request")

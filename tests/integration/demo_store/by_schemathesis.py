"""What schemathesis finds in the demo store, asked by its OpenAPI document for what is allowed and what is not.

`python -m tests.integration.demo_store.by_schemathesis` (`make schemathesis`) starts a store of its own and tries
thousands of cases; the suite tries some hundred. A process of its own: schemathesis is no library of the tests, and its
plugin of pytest is switched off in pyproject.toml.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import asyncpg
import httpx

from callcenter.embedded.postgres import EmbeddedPostgres
from tests.integration.demo_store.running import ADMIN, API_KEY, RunningStore

# Not positive_data_acceptance: a schema cannot say that a number is no telephone number, or one day after another.
CHECKS = (
    *("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance"),
    *("response_headers_conformance", "unsupported_method", "allow_header_conformance", "ignored_auth"),
    *("missing_required_header", "negative_data_rejection"),
)
ADMIN_PATHS = "^/admin"
PHASES = ("examples", "coverage", "fuzzing", "stateful")
SEED = 20261125


# What each word of the store is called in its requests.
PARAMETERS = {
    "orders": ("path.order_id", "body.linked_order_id"),
    "numbers": ("query.order_number",),
    "tires": ("path.tire_id", "body.items[*].product_id"),
    "stations": ("path.station_id", "query.station_id", "body.station_id"),
    "bookings": ("path.booking_id",),
    "points": ("body.pickup_point_id",),
    "cities": ("query.city", "body.city"),
    "phones": ("query.phone", "body.customer_phone"),
    "days": ("query.date_from", "query.date_to", "body.date"),
    "times": ("body.time",),
    "makes": ("query.make",),
    "models": ("query.model",),
    "years": ("query.year",),
}
FOUND = {
    "orders": "SELECT id::text FROM store.orders ORDER BY orders.id DESC LIMIT 90",
    "numbers": "SELECT order_number FROM store.orders WHERE order_number IS NOT NULL ORDER BY id DESC LIMIT 30",
    "tires": "SELECT id FROM store.tires ORDER BY popularity DESC LIMIT 30",
    "stations": "SELECT id FROM store.fitting_stations",
    "bookings": "SELECT id::text FROM store.fitting_bookings ORDER BY day DESC LIMIT 60",
    "points": "SELECT id FROM store.pickup_points",
    "phones": "SELECT DISTINCT customer_phone FROM store.orders LIMIT 30",
    "days": "SELECT DISTINCT day::text FROM store.fitting_places ORDER BY 1 LIMIT 10",
}
SAID = {
    "cities": ["Kyiv", "Львів", "Одеса", "Dnipro", "Харків"],
    "times": ["09:00", "10:30", "17:00"],
    "makes": ["Toyota", "тойота"],
    "models": ["Camry", "Corolla", "RAV4"],
    "years": ["2008", "2016", "2019", "2021"],
}
DRAFTS = 60


@dataclass(frozen=True, slots=True)
class Extent:
    examples: int
    """Of each operation and phase that draws them by chance."""
    phases: tuple[str, ...] = PHASES
    seed: int = SEED


def try_all(store: RunningStore, extent: Extent, folder: Path) -> "list[subprocess.CompletedProcess[str]]":
    """With each of the two keys on what it opens; return codes other than 0 are failures, told on stdout. `folder` is
    for what schemathesis keeps. The faults that it sets are cleared."""
    _draft(store)
    (folder / "schemathesis.toml").write_text(_configuration(asyncio.run(_known(store))), encoding="utf-8")
    try:
        return [
            _try(store, API_KEY, ("--exclude-path-regex", ADMIN_PATHS), extent, folder),
            _try(store, ADMIN, ("--include-path-regex", ADMIN_PATHS), replace(extent, phases=PHASES), folder),
        ]
    finally:
        httpx.delete(f"{store.url}/admin/faults", headers={"Authorization": f"Bearer {ADMIN}"}).raise_for_status()


def _draft(store: RunningStore) -> None:
    """Orders that are still open, half of them ready to be confirmed."""
    with httpx.Client(base_url=f"{store.url}/api/v1", headers={"Authorization": f"Bearer {API_KEY}"}) as http:
        tires = http.get("/tires/search", params={"in_stock": True}).json()["data"]
        for number in range(DRAFTS):
            items = [{"product_id": tires[number % len(tires)]["id"], "quantity": 1}]
            made = http.post("/orders", json={"customer_phone": "+380001234567", "items": items}).json()["data"]
            if number % 2:
                to = {"delivery_type": "delivery", "city": "Lviv", "address": "Franka 10"}
                http.patch(f"/orders/{made['id']}/delivery", json=to).raise_for_status()


async def _known(store: RunningStore) -> dict[str, list[str]]:
    """Words that mean something to this store: left to chance alone, nearly every request is of what there is not."""
    connection = await asyncpg.connect(store.database_url)
    try:
        found = {name: [row[0] for row in await connection.fetch(query)] for name, query in FOUND.items()}
    finally:
        await connection.close()
    return found | SAID


def _configuration(known: dict[str, list[str]]) -> str:
    """TOML: most of the values are the store's own."""
    lines = [f"dictionaries.{name}.values = {json.dumps(words)}" for name, words in known.items()]
    for name, places in PARAMETERS.items():
        lines += [f'parameters."{place}" = {{dictionary = "{name}", probability = 0.8}}' for place in places]
    return "\n".join(lines)


def _try(
    store: RunningStore, key: str, paths: tuple[str, ...], extent: Extent, folder: Path
) -> "subprocess.CompletedProcess[str]":
    options = {
        "checks": ",".join(CHECKS),
        "phases": ",".join(extent.phases),
        "max-examples": extent.examples,
        "seed": extent.seed,
        "header": f"Authorization: Bearer {key}",
        "generation-database": "none",
        "request-timeout": 20,
        "workers": 1,
        "warnings": "off",
    }
    given = [part for name, value in options.items() for part in (f"--{name}", str(value))]
    return subprocess.run(
        [sys.executable, "-m", "schemathesis.cli", "run", f"{store.url}/openapi.json", *given, *paths, "--no-color"],
        cwd=folder,
        env={**os.environ, "PYTHONWARNINGS": "default"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def main() -> int:
    from tests.integration.demo_store.conftest import running_store

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=100, help="of each operation and phase")
    parser.add_argument("--seed", type=int, default=SEED)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        server = EmbeddedPostgres(folder / "data", folder / "log", durable=False)
        server.start()
        try:
            server.ensure_database("shop")
            with running_store(server.url("shop")) as store:
                done = try_all(store, Extent(asked.examples, seed=asked.seed), folder)
        finally:
            server.stop()
    for one in done:
        print(one.stdout)
    return max(one.returncode for one in done)


if __name__ == "__main__":
    sys.exit(main())

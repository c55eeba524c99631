"""Metrics of the web program. What outlives a restart, and what workers do, is read from PostgreSQL at each scrape."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import asyncpg
from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from analytics.database import QUERIES

registry = CollectorRegistry()
request_seconds = Histogram(
    "callcenter_http_request_seconds",
    "Requests to the web program",
    ["route", "method", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
    registry=registry,
)


@dataclass(frozen=True, slots=True)
class Stored:
    """What PostgreSQL knows."""

    costs_usd: Mapping[tuple[str, str], float]
    outbox_depth: int
    dead_letters: int


async def read_stored(connection: asyncpg.Connection) -> Stored:
    rows = await connection.fetch(QUERIES["cost_totals"])
    return Stored(
        costs_usd={(row["component"], row["model"]): float(row["usd"]) for row in rows},
        outbox_depth=await connection.fetchval(QUERIES["outbox_depth"]),
        dead_letters=await connection.fetchval(QUERIES["dead_letters"]),
    )


class _Collected:
    def __init__(self, stored: Stored) -> None:
        self._stored = stored

    def collect(self) -> Iterator[Metric]:
        cost = CounterMetricFamily("callcenter_cost_usd", "What calls have cost", labels=["component", "model"])
        for labels, usd in self._stored.costs_usd.items():
            cost.add_metric(list(labels), usd)
        yield cost
        yield GaugeMetricFamily(
            "callcenter_outbox_depth", "Finished calls that are not worked out yet", value=self._stored.outbox_depth
        )
        yield GaugeMetricFamily(
            "callcenter_dead_letters", "Records that PostgreSQL refused", value=self._stored.dead_letters
        )


def expose(stored: Stored | None) -> bytes:
    """In Prometheus' text format; without `stored` (PostgreSQL is away) what it knows is absent, not zero."""
    text = generate_latest(registry)
    if stored is not None:
        at_this_scrape = CollectorRegistry()
        at_this_scrape.register(_Collected(stored))
        text += generate_latest(at_this_scrape)
    return text

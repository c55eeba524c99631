"""Where the time of answers goes, over all calls of a range: how long to each stage, and what guesses brought."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from analytics.database import QUERIES
from callcenter.records import Stage


@dataclass(frozen=True, slots=True)
class StageLatency:
    """From the end of the caller's speech, in the answers that reached this stage."""

    stage: str
    answers: int
    p50_ms: int
    p95_ms: int


@dataclass(frozen=True, slots=True)
class Wasted:
    """The work of guesses that were thrown away."""

    tokens_in: int
    tokens_out: int
    tts_characters: int
    stt_audio_ms: int


@dataclass(frozen=True, slots=True)
class Latency:
    stages: tuple[StageLatency, ...]
    """In the order of Stage; without those that no answer reached."""
    endpoint_reasons: Mapping[str, int]
    """How many answers by why the caller's turn was taken to have ended."""
    speculations: Mapping[str, int]
    """How many answers by what became of the guess at them."""
    wasted: Wasted


async def read_latency(connection: asyncpg.Connection, started_from: datetime, started_before: datetime) -> Latency:
    """Of the calls that began in the range. Raises what asyncpg raises."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        stages = await connection.fetch(QUERIES["stage_percentiles"], started_from, started_before)
        guesses = await connection.fetch(QUERIES["guesses"], started_from, started_before)
    known = {row["stage"]: StageLatency(**row) for row in stages}
    return Latency(
        stages=tuple(known[stage] for stage in Stage if stage in known),
        endpoint_reasons=_counted(guesses, "endpoint_reason"),
        speculations=_counted(guesses, "speculation"),
        wasted=Wasted(
            tokens_in=_sum(guesses, "tokens_in"),
            tokens_out=_sum(guesses, "tokens_out"),
            tts_characters=_sum(guesses, "tts_characters"),
            stt_audio_ms=_sum(guesses, "stt_audio_ms"),
        ),
    )


def _counted(rows: list[asyncpg.Record], name: str) -> Mapping[str, int]:
    counts: Counter[str] = Counter()
    for row in rows:
        if row[name] is not None:
            counts[row[name]] += row["answers"]
    return dict(counts.most_common())


def _sum(rows: list[asyncpg.Record], name: str) -> int:
    return sum(row[name] for row in rows)

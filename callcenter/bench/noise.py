"""False interruptions: the caller's surroundings make noise while the agent speaks. And how soon a true one is noticed.

Each noise of tests/data/noise is repeated for five minutes, every time at another level of -30 to -20 dBFS and with
another pause behind it, over the hiss of a line, through the telephone's band and A-law; people talking, who speak
indeed, are reported apart. `held` counts how often our voice would have stopped (Confirmed), `interrupted` how often it
would have been given up: a turn that was not understood, but lasted long enough to count as an interruption. True
interruptions are the beginnings of the turn-taking set's turns.
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

import numpy as np

from callcenter.audio import LINE_RATE_HZ
from callcenter.bench.report import Run
from callcenter.bench.server import BenchError
from callcenter.bench.turn_set import Samples, make_turns, telephone_band
from callcenter.bench.turns import RATE_HZ, hear
from callcenter.config import TurnSettings, VadSettings
from callcenter.pipeline.interruption import is_interruption
from callcenter.pipeline.turn_taking import Confirmed, Ended, TurnDetector
from callcenter.ports import Activity, Transcript
from callcenter.replay.recordings import ReplayError, read_left
from callcenter.stt.synthetic import quantize_a_law
from callcenter.vad.silero import WINDOW_MS, SileroDetector

NOISES = Path(__file__).parents[2] / "tests" / "data" / "noise"
PEOPLE = "people_talking"
HISS_DBFS = -58.0
LEAD_S = 1.0
NOT_UNDERSTOOD = Transcript("", "en", 0.0, 0, 0, "none", rejected=True)


@dataclass(frozen=True, slots=True)
class Annoyance:
    held: int
    interrupted: int


async def measure(*, seed: int = 5, minutes: float = 5.0, share: float = 1.0) -> Run:
    """`minutes` of each noise, and `share` of the turn set. Raises BenchError or ConfigurationError."""
    rng = np.random.default_rng(seed)
    detector = SileroDetector()
    await detector.start()
    figures: dict[str, float | None] = {"minutes_of_each": minutes}
    try:
        for name, noise in read_noises():
            stream = detector.open(RATE_HZ)
            heard = count(await stream.feed(caller_side(noise, rng, minutes)))
            figures |= {f"{name}.held": heard.held, f"{name}.interrupted": heard.interrupted}
    finally:
        await detector.aclose()
    alone = [key for key in figures if "." in key and not key.startswith(PEOPLE)]
    per_5_minutes = 5 / minutes / (len(alone) // 2)
    for what in ("held", "interrupted"):
        total = sum(figures[key] or 0 for key in alone if key.endswith(f".{what}"))
        figures[f"all_but_people.{what}_in_5_min"] = round(total * per_5_minutes, 2)
    return Run(figures | await _true_interruptions(seed, share))


def read_noises() -> Iterator[tuple[str, Samples]]:
    files = sorted(NOISES.glob("*.wav"))
    if not files:
        raise BenchError(f"{NOISES} holds no noises; this bench runs in a checkout of the project")
    for path in files:
        try:
            samples, _ = read_left(path)
        except ReplayError as error:
            raise BenchError(str(error)) from error
        yield path.stem, samples.astype(np.float64) / max(1.0, float(np.sqrt(np.mean(samples.astype(float) ** 2))))


def caller_side(noise: Samples, rng: np.random.Generator, minutes: float) -> bytes:
    wanted = round(minutes * 60 * LINE_RATE_HZ)
    parts = [np.zeros(round(LEAD_S * LINE_RATE_HZ))]
    while sum(part.size for part in parts) < wanted:
        level = 10 ** (rng.uniform(-30, -20) / 20)
        parts += [noise * level, np.zeros(round(rng.uniform(0.1, 1.5) * LINE_RATE_HZ))]
    line = np.concatenate(parts)[:wanted]
    line += rng.standard_normal(line.size) * 10 ** (HISS_DBFS / 20)
    return quantize_a_law(telephone_band(line) * 32768)


def count(activities: Sequence[Activity]) -> Annoyance:
    turns = TurnDetector(TurnSettings(), VadSettings())
    held = interrupted = 0
    for activity in activities:
        for signal in turns.feed(activity, WINDOW_MS):
            held += isinstance(signal, Confirmed)
            interrupted += isinstance(signal, Ended) and is_interruption(NOT_UNDERSTOOD, signal.speech_ms)
    return Annoyance(held, interrupted)


async def _true_interruptions(seed: int, share: float) -> dict[str, float | None]:
    turns = await asyncio.to_thread(lambda: list(make_turns(share=share, seed=seed)))
    delays_ms, missed = [], 0
    for heard in await hear(turns):
        if (at_ms := _confirmed_ms(heard.activities)) is None:
            missed += 1
        else:
            delays_ms.append(at_ms - heard.turn.starts_ms)
    return {
        "true.noticed_p50_ms": median(delays_ms),
        "true.noticed_p95_ms": round(quantiles(delays_ms, n=20)[-1]),
        "true.missed": missed,
        "true.turns": len(turns),
    }


def _confirmed_ms(activities: Sequence[Activity]) -> int | None:
    turns = TurnDetector(TurnSettings(), VadSettings())
    for number, activity in enumerate(activities, 1):
        if any(isinstance(signal, Confirmed) for signal in turns.feed(activity, WINDOW_MS)):
            return number * WINDOW_MS
    return None

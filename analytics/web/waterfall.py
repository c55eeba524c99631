"""One answer as a bar: from the end of the caller's speech to its first sound, cut where a stage was reached. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from callcenter.records import Stage

WIDTH = 1000
"""Of the widest bar, in units of its drawing."""
SHORTEST_SCALE_MS = 1000
AFTERWARDS = Stage.HEARD
"""The only stage behind the first sound: seconds later, it would press all others together."""


@dataclass(frozen=True, slots=True)
class Piece:
    """The wait for one stage, from the moment when the one before it was reached."""

    stage: str
    at_ms: int
    x: float
    width: float


def scale_ms(timelines: Iterable[Mapping[str, int]]) -> int:
    """How long the widest bar lasts, so that the bars of one call can be compared."""
    return max([SHORTEST_SCALE_MS, *(ms for timeline in timelines for _, ms in _reached(timeline))])


def pieces(timeline: Mapping[str, int], scale_ms: int) -> tuple[Piece, ...]:
    """In the order of time: what a guess had ready before the end of the turn was decided stands before it."""
    found: list[Piece] = []
    begin_ms = 0
    for stage, ms in _reached(timeline):
        end_ms = max(ms, begin_ms)
        unit = WIDTH / scale_ms
        found.append(Piece(stage, ms, round(begin_ms * unit, 2), round((end_ms - begin_ms) * unit, 2)))
        begin_ms = end_ms
    return tuple(found)


def _reached(timeline: Mapping[str, int]) -> list[tuple[str, int]]:
    stages = [(stage, timeline[stage]) for stage in Stage if stage in timeline and stage != AFTERWARDS]
    return sorted(stages, key=lambda reached: reached[1])

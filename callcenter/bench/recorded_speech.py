"""Pieces of people's recordings (tests/data/speech) for the turn-taking set: cut between words, put together again."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from callcenter.audio import LINE_RATE_HZ, resample
from callcenter.bench.server import BenchError
from callcenter.replay.recordings import ReplayError, read_left

RECORDINGS = Path(__file__).parents[2] / "tests" / "data" / "speech"


@dataclass(frozen=True, slots=True)
class Recorded:
    """A piece of somebody's speech."""

    file: str
    from_ms: int
    until_ms: int
    text: str


def _jfk(from_ms: int, until_ms: int, text: str) -> Recorded:
    return Recorded("jfk.wav", from_ms, until_ms, text)


FELLOW = _jfk(320, 2180, "and so my fellow americans")
ASK_NOT = _jfk(3280, 4420, "ask not")
COUNTRY = _jfk(5400, 7840, "what your country can do for you")
ASK_WHAT = _jfk(8180, 10480, "ask what you can do for your country")
LAMP = Recorded("living_room_light_en.wav", 180, 1480, "turn on the living room lamp")
WEATHER = Recorded("weather_question.wav", 440, 1800, "what is the weather like today")
ZIPS = tuple(
    Recorded("10001-90210-01803.wav", *span)
    for span in (
        (890, 2960, "one zero zero zero one"),
        (3980, 4900, "nine oh two one oh"),
        (6280, 7960, "zero one eight oh three"),
    )
)
SPOKEN_BY_PEOPLE: tuple[tuple[Recorded, ...], ...] = (
    (_jfk(8180, 8560, "ask"), _jfk(8600, 10480, "what you can do for your country")),
    (_jfk(8180, 8830, "ask what"), _jfk(8880, 10480, "you can do for your country")),
    (_jfk(5400, 6450, "what your country"), _jfk(6460, 7840, "can do for you")),
    (_jfk(8180, 9680, "ask what you can do"), _jfk(9690, 10480, "for your country")),
    (_jfk(320, 990, "and so"), _jfk(1000, 2180, "my fellow americans")),
    (_jfk(320, 1710, "and so my fellow"), _jfk(1720, 2180, "americans")),
    (
        Recorded("weather_question.wav", 440, 650, "what is"),
        replace(WEATHER, from_ms=660, text="the weather like today"),
    ),
    (FELLOW, ASK_NOT, COUNTRY),
    (ASK_NOT, COUNTRY),
    (ASK_WHAT,),
    (LAMP,),
    (WEATHER,),
    ZIPS,
    ZIPS[:2],
    ZIPS[1:],
    (ZIPS[2],),
)
PACES = (1.0, 0.92, 1.12)
"""A recording played faster is higher too: another speaker."""


def recording(piece: Recorded, pace: float) -> npt.NDArray[np.float64]:
    """At 8 kHz. Raises BenchError where there is no such recording."""
    try:
        samples, rate_hz = read_left(RECORDINGS / piece.file)
    except ReplayError as error:
        raise BenchError(f"{error}; this bench runs in a checkout of the project") from error
    cut = samples[piece.from_ms * rate_hz // 1000 : piece.until_ms * rate_hz // 1000]
    slower = np.frombuffer(resample(cut.tobytes(), rate_hz, LINE_RATE_HZ), "<i2").astype(np.float64)
    at = np.arange(0, slower.size - 1, pace)
    played: npt.NDArray[np.float64] = np.interp(at, np.arange(slower.size), slower)
    return played

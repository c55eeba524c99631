"""Recorded calls for replaying: WAV files with the caller's channel, and what was decided then where it is known.

Beside `name.wav` may lie `name.json`: {"ended_ms": [..]}, the moments when the live call took a turn for over.
"""

import json
import wave
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, ValidationError

from callcenter.audio import resample
from callcenter.errors import CallCenterError


class ReplayError(CallCenterError):
    """A recording cannot be replayed; the message says why."""


class Decided(BaseModel):
    """The JSON beside a recording."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    ended_ms: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Recording:
    name: str
    rate_hz: Literal[8000, 16000]
    pcm: bytes
    """Of the caller."""
    ended_ms: tuple[int, ...] | None
    """What was decided in the live call; None where nobody noted it."""


def read_left(path: Path) -> tuple[npt.NDArray[np.int16], int]:
    """The first channel of a 16-bit WAV file and its rate. Raises ReplayError."""
    try:
        with wave.open(str(path), "rb") as file:
            channels, sample_bytes, rate_hz = file.getnchannels(), file.getsampwidth(), file.getframerate()
            frames = file.readframes(file.getnframes())
    except (OSError, EOFError, wave.Error) as error:
        raise ReplayError(f"{path}: cannot be read as a WAV file ({error})") from error
    if sample_bytes != 2:
        raise ReplayError(f"{path}: has {8 * sample_bytes} bits; convert it to 16-bit PCM")
    return np.frombuffer(frames, "<i2")[::channels], rate_hz


def read_recordings(places: Iterable[Path]) -> Iterator[Recording]:
    """Of WAV files, and of the WAV files in folders, in order of their names. Raises ReplayError."""
    for place in places:
        files = sorted(place.glob("*.wav")) if place.is_dir() else [place]
        if not files:
            raise ReplayError(f"{place}: holds no WAV files")
        yield from map(_read, files)


def _read(path: Path) -> Recording:
    samples, own_rate_hz = read_left(path)
    rate_hz: Literal[8000, 16000] = 8000 if own_rate_hz == 8000 else 16000
    pcm = resample(samples.tobytes(), own_rate_hz, rate_hz)
    return Recording(path.name, rate_hz, pcm, _decided(path.with_suffix(".json")))


def _decided(path: Path) -> tuple[int, ...] | None:
    try:
        return Decided.model_validate(json.loads(path.read_text(encoding="utf-8"))).ended_ms
    except FileNotFoundError:
        return None
    except (OSError, ValueError, ValidationError) as error:
        raise ReplayError(f'{path}: must hold {{"ended_ms": [...]}}, the ends that were decided, in ms') from error

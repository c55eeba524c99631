"""What a caller hears, from the audio itself. Pure: it is told when frames arrive.

A frame is heard when it arrives, or after the frames before it, whichever is later: a server that sends ahead of real
time gains nothing by it.
"""

from dataclasses import dataclass, field

import numpy as np

from callcenter.audio import FRAME_MS, SAMPLE_BYTES

LOUD = 200
"""Samples above this are no silence."""
SPURT_PAUSE_S = 0.3
"""Longer pauses separate one spurt of speech from the next."""
GAP_S = 0.005
"""So long without anything to play within a spurt is a gap that can be heard."""


@dataclass(slots=True)
class Spurt:
    """Speech without a pause that would be noticed as one. Times are those of the caller's ear."""

    started_s: float
    """Of the first audible sample."""
    ended_s: float
    """Of the last frame that held an audible sample."""
    gaps_ms: list[float] = field(default_factory=list)


class Ear:
    def __init__(self) -> None:
        self.spurts: list[Spurt] = []
        self.arrivals_s: list[float] = []
        self.rate_hz = 0
        self._heard: list[tuple[float, bytes]] = []
        self._free_s = 0.0
        """When all audio that has arrived so far will have been heard."""

    def hear(self, at_s: float, rate_hz: int, pcm: bytes) -> None:
        """A frame arrived."""
        self.rate_hz = rate_hz
        self.arrivals_s.append(at_s)
        play_s = max(at_s, self._free_s)
        starved_s = at_s - self._free_s
        self._free_s = play_s + len(pcm) / SAMPLE_BYTES / rate_hz
        self._heard.append((play_s, pcm))
        loud = np.flatnonzero(np.abs(np.frombuffer(pcm, "<i2").astype(np.int32)) > LOUD)
        if not loud.size:
            return
        if self.silent_s(play_s) > SPURT_PAUSE_S:
            self.spurts.append(Spurt(play_s + float(loud[0]) / rate_hz, self._free_s))
            return
        if starved_s > GAP_S:
            self.spurts[-1].gaps_ms.append(starved_s * 1000)
        self.spurts[-1].ended_s = self._free_s

    def silent_s(self, now_s: float) -> float:
        """Since when nothing has been heard; infinite before the first sound."""
        return now_s - self.spurts[-1].ended_s if self.spurts else float("inf")

    def recording(self) -> bytes:
        """All that was heard, at rate_hz, silent where nothing had arrived in time."""
        samples = bytearray()
        for play_s, pcm in self._heard:
            due = round((play_s - self._heard[0][0]) * self.rate_hz) * SAMPLE_BYTES
            samples += bytes(max(0, due - len(samples)))
            samples += pcm
        return bytes(samples)

    def jitter_ms(self) -> list[float]:
        """How far each gap between two arrivals is from 20 ms, the smallest first."""
        return sorted(abs(gap) for gap in np.diff(self.arrivals_s) * 1000 - FRAME_MS)

    def late_frames(self) -> int:
        """Frames that came when the phone had had nothing to play for as long as a frame lasts."""
        return int(np.count_nonzero(np.diff(self.arrivals_s) * 1000 > 2 * FRAME_MS))


def trim(pcm: bytes) -> bytes:
    """Speech without the silence (40 dB under its peak) before and after it: its last sample is the last of speech."""
    loudness = np.abs(np.frombuffer(pcm, "<i2").astype(np.int32))
    loud = np.flatnonzero(loudness > max(1, loudness.max(initial=0) // 100))
    return pcm[loud[0] * SAMPLE_BYTES : (loud[-1] + 1) * SAMPLE_BYTES] if loud.size else b""

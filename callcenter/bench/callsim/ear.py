"""What one caller hears, frame by frame.

A frame is heard when it arrives or after the frames before it, whichever is later: a server that sends ahead of real
time gains nothing by it, and pays for it when it is interrupted.
"""

import array
from dataclasses import dataclass, field

from callcenter.bench.callsim.plan import RATE_HZ, Plan


@dataclass(slots=True)
class Sound:
    """An audible frame."""

    arrived_s: float
    began_s: float
    """When its first audible sample is heard."""
    ended_s: float
    new_spurt: bool
    gap_ms: float
    """The phone had nothing to play for so long before it, within a spurt; else 0."""


@dataclass(slots=True)
class Ear:
    plan: Plan
    frames: int = 0
    quiet_since_s: float = 0.0
    """When the last audible frame ended; 0 before the first."""
    ahead_s: float = 0.0
    """Most audio that was ever queued ahead of the playing."""
    gaps_ms: list[float] = field(default_factory=list)
    _free_s: float = 0.0
    _spoken: bool = False

    def hear(self, at_s: float, pcm: bytes) -> Sound | None:
        """None for a frame of silence."""
        samples = array.array("h", pcm[: len(pcm) & ~1])
        length_s = len(samples) / RATE_HZ
        starved_s, play_s = at_s - self._free_s, max(at_s, self._free_s)
        self.frames += 1
        self.ahead_s = max(self.ahead_s, play_s - at_s)
        self._free_s = play_s + length_s
        threshold = self.plan.threshold
        if not samples or (max(samples) <= threshold and min(samples) >= -threshold):
            return None
        first = next(n for n, value in enumerate(samples) if value > threshold or value < -threshold)
        new = not self._spoken or play_s - self.quiet_since_s > self.plan.spurt_pause_s
        gap_ms = 0.0 if new or starved_s * 1000 <= self.plan.gap_ms else starved_s * 1000
        if gap_ms:
            self.gaps_ms.append(gap_ms)
        self._spoken, self.quiet_since_s = True, self._free_s
        return Sound(at_s, play_s + first / RATE_HZ, self._free_s, new, gap_ms)

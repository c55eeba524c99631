"""Silence at the ends of a voice's audio. Pure.

A caller waits for the first sound, not for the first sample: Piper's sentences begin with up to 50 ms of nothing (and
end with 150 to 200, to which our own pause would be added), espeak-ng's with 12-16, and with 60-70 before some stops.
"""

import numpy as np

from callcenter.audio import SAMPLE_BYTES

QUIET_DBFS = -50.0
"""On a telephone nobody hears less."""
LEAD_MS = 10
"""Kept before the first sound: a soft onset (f, h) is quieter than that."""
RELEASE_MS = 20
"""Kept after the last."""
_QUIET_POWER = (32768 * 10 ** (QUIET_DBFS / 20)) ** 2
_WINDOWS_A_SECOND = 500


class SilenceTrimmer:
    """Audio in, the same without silence at its beginning and its end out; silence between words is kept."""

    def __init__(self, rate_hz: int) -> None:
        self._window = rate_hz // _WINDOWS_A_SECOND
        self._lead = rate_hz * LEAD_MS // 1000
        self._release_bytes = rate_hz * RELEASE_MS // 1000 * SAMPLE_BYTES
        self._held = b""
        """Quiet so far: it is spoken when something follows it."""
        self._begun = False

    def feed(self, pcm: bytes) -> bytes:
        """What is known to belong to the speech."""
        held = self._held + pcm
        samples = np.frombuffer(held, "<i2")
        windows = samples[: samples.size // self._window * self._window].reshape(-1, self._window).astype(np.float32)
        loud = np.flatnonzero(np.mean(np.square(windows), axis=1) > _QUIET_POWER)
        if not loud.size:
            unheard = 0 if self._begun else max(0, samples.size - self._lead - self._window)
            self._held = held[unheard * SAMPLE_BYTES :]
            return b""
        start = 0 if self._begun else max(0, int(loud[0]) * self._window - self._lead)
        end = (int(loud[-1]) + 1) * self._window
        self._begun, self._held = True, held[end * SAMPLE_BYTES :]
        return held[start * SAMPLE_BYTES : end * SAMPLE_BYTES]

    def finish(self) -> bytes:
        """The last sound's end, where there was a sound."""
        return self._held[: self._release_bytes] if self._begun else b""

"""How busy is too busy. Pure: it is told the figures."""

from collections.abc import Mapping
from dataclasses import dataclass

from callcenter.config import AdmissionSettings
from callcenter.errors import RefusalReason

SMOOTHING = 0.04
"""Of the loop's lag, 20 samples a second: the last second counts for half, and one hiccup of 400 ms moves it by 16."""


@dataclass(frozen=True, slots=True)
class Load:
    loop_lag_ms: float
    """Smoothed lateness of the event loop."""
    recognizer_waiting: int
    """Utterances that wait for a recognizer's worker."""
    recognizer_wait_ms: float
    """How long the oldest of them has waited."""


class Smoothed:
    """A moving average."""

    def __init__(self) -> None:
        self.value = 0.0

    def feed(self, sample: float) -> None:
        self.value += SMOOTHING * (sample - self.value)


class Gate:
    """Closed above one figure, open again below a lower one: it does not flutter in between."""

    def __init__(self, close_above: float, open_below: float) -> None:
        self._close_above, self._open_below = close_above, open_below
        self.is_closed = False

    def feed(self, value: float) -> bool:
        """Whether it is closed now."""
        self.is_closed = value > self._close_above or (self.is_closed and value >= self._open_below)
        return self.is_closed


class Overload:
    """Whether calls are to be refused before those in progress suffer, and why."""

    def __init__(self, settings: AdmissionSettings) -> None:
        self._gates: Mapping[str, tuple[Gate, RefusalReason]] = {
            "loop_lag_ms": (
                Gate(settings.loop_lag_ms, settings.loop_lag_resume_ms),
                RefusalReason.LOOP_LATE,
            ),
            "recognizer_waiting": (
                Gate(settings.recognizer_waiting, settings.recognizer_waiting_resume),
                RefusalReason.RECOGNIZER_BUSY,
            ),
            "recognizer_wait_ms": (
                Gate(settings.recognizer_wait_ms, settings.recognizer_wait_resume_ms),
                RefusalReason.RECOGNIZER_BUSY,
            ),
        }

    def feed(self, load: Load) -> RefusalReason | None:
        """The reason for which calls are refused from now on; None: they are taken."""
        closed = [reason for name, (gate, reason) in self._gates.items() if gate.feed(getattr(load, name))]
        return closed[0] if closed else None

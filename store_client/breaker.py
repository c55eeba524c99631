"""The circuit breaker, pure: it is told the time.

Why not purgatory: it counts failures in a row however far apart, where the rule is "5 within 30 s", and once its time
is up it lets every waiting request through, where the rule is one probe (purgatory/domain/model.py: ClosedState has no
clock, HalfOpenedState.handle_new_request refuses nobody).
"""

from collections import deque
from enum import Enum, StrEnum, auto


class BreakerState(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    PROBING = "probing"


class Admission(Enum):
    CALL = auto()
    PROBE = auto()
    REFUSED = auto()


class Outcome(Enum):
    SUCCEEDED = auto()
    FAILED = auto()
    ABANDONED = auto()
    """Cancelled before it came to anything: it says nothing of the server."""


class Breaker:
    """Opens after `failures` within `within_s`, for `open_s`; then one probe decides.

    What a call admitted earlier brings home while the breaker is not closed changes nothing: the probe alone decides.
    """

    def __init__(self, *, failures: int = 5, within_s: float = 30.0, open_s: float = 30.0) -> None:
        self._within_s = within_s
        self._open_s = open_s
        self._failed_at: deque[float] = deque(maxlen=failures)
        self._opened_at = 0.0
        self.state = BreakerState.CLOSED

    def refuses(self, now_s: float) -> bool:
        """A call made now would fail at once."""
        match self.state:
            case BreakerState.CLOSED:
                return False
            case BreakerState.OPEN:
                return now_s - self._opened_at < self._open_s
            case BreakerState.PROBING:
                return True

    def admit(self, now_s: float) -> Admission:
        """Whoever is not refused must `settle`."""
        if self.refuses(now_s):
            return Admission.REFUSED
        if self.state is BreakerState.CLOSED:
            return Admission.CALL
        self.state = BreakerState.PROBING
        return Admission.PROBE

    def settle(self, admission: Admission, outcome: Outcome, now_s: float) -> None:
        if admission is Admission.PROBE:
            self._settle_probe(outcome, now_s)
        elif self.state is BreakerState.CLOSED and outcome is Outcome.FAILED:
            self._failed_at.append(now_s)
            if len(self._failed_at) == self._failed_at.maxlen and now_s - self._failed_at[0] <= self._within_s:
                self._open(now_s)

    def _settle_probe(self, outcome: Outcome, now_s: float) -> None:
        match outcome:
            case Outcome.SUCCEEDED:
                self._failed_at.clear()
                self.state = BreakerState.CLOSED
            case Outcome.FAILED:
                self._open(now_s)
            case Outcome.ABANDONED:
                self.state = BreakerState.OPEN  # its time is still up: the next call is the probe

    def _open(self, now_s: float) -> None:
        self.state = BreakerState.OPEN
        self._opened_at = now_s

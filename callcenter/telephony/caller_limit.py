"""So many calls an hour from one number. Pure: it is told the time."""

from collections import deque

HOUR_S = 3600.0


class CallerLimit:
    def __init__(self, calls_per_hour: int) -> None:
        self._calls_per_hour = calls_per_hour
        self._calls_s: dict[str, deque[float]] = {}
        self._swept_s = 0.0

    def admits(self, number: str, now_s: float) -> bool:
        """Whether one more call of this number is within the limit; if so it is counted."""
        self._forget(now_s)
        calls_s = self._calls_s.setdefault(number, deque())
        while calls_s and calls_s[0] <= now_s - HOUR_S:
            calls_s.popleft()
        if len(calls_s) >= self._calls_per_hour:
            return False
        calls_s.append(now_s)
        return True

    def _forget(self, now_s: float) -> None:
        """Numbers that have not called for an hour are kept no longer, looked through once an hour."""
        if now_s - self._swept_s < HOUR_S:
            return
        self._swept_s = now_s
        self._calls_s = {number: calls for number, calls in self._calls_s.items() if calls[-1] > now_s - HOUR_S}

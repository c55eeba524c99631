"""A service that computes and computes: a worker's job at its worst, for `callcenter bench neighbour`."""

import time
from collections.abc import Iterator, Mapping
from typing import Any

from callcenter.errors import EngineError
from callcenter.inference.service import Handler, Result

STEP_S = 0.05


class Busy:
    """`inference.service.Service`. Method "compute" with option "seconds"; a result every 50 ms says how many rounds
    were made."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        pass

    def open(self, method: str, options: Mapping[str, Any]) -> Handler:
        return _Computing(options["seconds"])

    def release(self, pin: str) -> None:
        """Nothing is kept for a call."""


class _Computing:
    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def feed(self, data: bytes) -> None:
        raise EngineError("nothing is computed of anything", kind="bad_request")

    def finish(self) -> Iterator[Result]:
        end_s = time.monotonic() + self._seconds
        while time.monotonic() < end_s:
            step_s, rounds = time.monotonic() + STEP_S, 0
            while time.monotonic() < step_s:
                sum(number * number for number in range(1000))
                rounds += 1
            yield Result({"rounds": rounds})

    def cancel(self) -> None:
        """The generator is closed by the worker."""

"""Lets the frames of many calls come together, as network cards moderate their interrupts.

Hundreds of calls send a frame every 20 ms each, so that one comes every few microseconds. A loop that wakes for each of
them spends more on waking and on a cold cache than on the frame. So when few have come, it naps for a millisecond, and
then finds several. Measured with 800 echoed calls: 10 instead of 16 us of CPU a frame, and less jitter too (`callcenter
bench echo`). A nap lets go of the GIL.
"""

import asyncio
import time

NAP_S = 0.001
"""A frame is late by that at most: a twentieth of what it lasts. Longer naps save little more."""
ENOUGH = 16
"""Frames: the loop is busy then, and looks again at once."""


class Gathering:
    """Of one event loop."""

    __slots__ = ("_came", "_loop")

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._came = 0

    def arrived(self) -> None:
        """A read of some call's."""
        self._came += 1
        if self._came == 1:
            self._loop.call_soon(self._nap)

    def _nap(self) -> None:
        came, self._came = self._came, 0
        if came < ENOUGH:
            time.sleep(NAP_S)

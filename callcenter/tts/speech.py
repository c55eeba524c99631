"""What every backend returns: a rate, and chunks that are made when they are asked for."""

from collections.abc import AsyncGenerator, Callable


class Speech:
    """ports.SpeechStream. Nothing happens until it is iterated; closing the iterator ends the work."""

    cached = False

    def __init__(self, rate_hz: int, make: Callable[[], AsyncGenerator[bytes, None]]) -> None:
        self.rate_hz = rate_hz
        self._make = make

    def __aiter__(self) -> AsyncGenerator[bytes, None]:
        return self._make()

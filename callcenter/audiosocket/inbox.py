"""What a caller has sent and the call's task has not yet taken. Pure."""

from collections import deque

from callcenter.errors import ProtocolError
from callcenter.ports import AudioReceived, DigitReceived, LineClosed, LineInput

MAX_FRAMES = 50
"""1 s; then the oldest audio is dropped. Never a digit, never the close."""
MAX_DIGITS = 256


class Inbox:
    __slots__ = ("_frames", "_inputs", "closed")

    def __init__(self) -> None:
        self.closed = False
        self._inputs: deque[LineInput] = deque()
        self._frames = 0

    def __bool__(self) -> bool:
        """Something can be taken."""
        return bool(self._inputs) or self.closed

    def put_audio(self, pcm: bytes) -> bool:
        """Whether older audio had to go for it."""
        full = self._frames == MAX_FRAMES
        if full:
            oldest = next(n for n, waiting in enumerate(self._inputs) if isinstance(waiting, AudioReceived))
            del self._inputs[oldest]
        else:
            self._frames += 1
        self._inputs.append(AudioReceived(pcm))
        return full

    def put_digit(self, digit: str) -> None:
        if len(self._inputs) - self._frames >= MAX_DIGITS:
            raise ProtocolError("flood", "more digits than a caller can press")
        self._inputs.append(DigitReceived(digit))

    def close(self) -> None:
        self.closed = True

    def take(self) -> LineInput:
        """The oldest; LineClosed after all else, as often as it is asked for."""
        if not self._inputs:
            return LineClosed()
        taken = self._inputs.popleft()
        if isinstance(taken, AudioReceived):
            self._frames -= 1
        return taken

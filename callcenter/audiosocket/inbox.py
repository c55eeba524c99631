"""What a caller has sent and the call's task has not yet taken. Pure."""

from collections import deque

from callcenter.errors import ProtocolError
from callcenter.ports import DigitReceived, LineClosed, LineInput

MAX_FRAMES = 50
"""1 s; then the oldest audio is dropped. Never a digit, never the close."""
MAX_DIGITS = 256


class Inbox:
    """Frames are counted only when it may be full: nearly always one comes in and is taken at once."""

    __slots__ = ("closed", "inputs")

    def __init__(self) -> None:
        self.closed = False
        self.inputs: deque[LineInput] = deque()

    def __bool__(self) -> bool:
        """Something can be taken."""
        return bool(self.inputs) or self.closed

    def put_audio(self, pcm: bytes) -> bool:
        """Whether older audio had to go for it."""
        self.inputs.append(pcm)
        return len(self.inputs) > MAX_FRAMES and self._drop_oldest()

    def _drop_oldest(self) -> bool:
        frames = [n for n, waiting in enumerate(self.inputs) if isinstance(waiting, bytes)]
        if len(frames) <= MAX_FRAMES:
            return False
        del self.inputs[frames[0]]
        return True

    def put_digit(self, digit: str) -> None:
        if sum(isinstance(waiting, DigitReceived) for waiting in self.inputs) >= MAX_DIGITS:
            raise ProtocolError("flood", "more digits than a caller can press")
        self.inputs.append(DigitReceived(digit))

    def close(self) -> None:
        self.closed = True

    def take(self) -> LineInput:
        """The oldest; LineClosed after all else, as often as it is asked for."""
        return self.inputs.popleft() if self.inputs else LineClosed()

    def take_audio(self) -> bytes:
        """All audio before anything else."""
        inputs, audio = self.inputs, bytearray()
        while inputs and isinstance(inputs[0], bytes):
            audio += inputs.popleft()  # type: ignore[arg-type]  # bytes, as was just asked
        return bytes(audio)

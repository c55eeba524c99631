"""What the caller hears of us: 20 ms frames that the line pulls, and an account of what was heard.

The line calls `next_frame` every 20 ms and must get silence when there is nothing to say (Asterisk ends a call on which
both sides are silent for two seconds). Each answer has a track of its own, and the player plays one of them: an answer
that is only prepared fills its track unheard.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from callcenter.audio import FRAME_MS, frame_bytes

QUEUE_FRAMES = 50
ESTIMATED_MS_A_CHARACTER = 70
"""Until a sentence's audio is complete its length is guessed from its text, to tell how much of it was heard."""


@dataclass(slots=True, eq=False)
class Segment:
    """One sentence on its way to the caller."""

    text: str
    queued_ms: int = 0
    played_ms: int = 0
    complete: bool = False
    """All of its audio has been queued."""
    filler: bool = False
    """Said to bridge a wait, and no part of the answer."""

    @property
    def finished(self) -> bool:
        return self.complete and self.played_ms >= self.queued_ms

    def heard(self) -> str:
        """The words of the text that were wholly played."""
        if self.finished:
            return self.text
        whole_ms = self.queued_ms if self.complete else max(self.queued_ms, ESTIMATED_MS_A_CHARACTER * len(self.text))
        characters = round(len(self.text) * self.played_ms / whole_ms) if whole_ms else 0
        if characters >= len(self.text):
            return self.text
        return (
            self.text[: self.text.rfind(" ", 0, characters + 1)].rstrip() if " " in self.text[: characters + 1] else ""
        )


class Track:
    """The audio of one answer, in order. Whoever puts audio in waits while a second of it is ahead."""

    def __init__(self, rate_hz: int) -> None:
        self._frame_bytes = frame_bytes(rate_hz)
        self._frames: deque[tuple[Segment, bytes]] = deque()
        self._rest = b""
        self._changed = asyncio.Event()

    @property
    def pending(self) -> bool:
        """There is audio that the caller has not heard yet."""
        return bool(self._frames)

    def take(self) -> tuple[Segment, bytes]:
        """The next frame of 20 ms, which is now being heard."""
        segment, frame = self._frames.popleft()
        segment.played_ms += FRAME_MS
        self._changed.set()
        return segment, frame

    async def put(self, segment: Segment, pcm: bytes) -> None:
        """Queue audio at the line's rate; waits while a second of audio is ahead."""
        pcm = self._rest + pcm
        whole = len(pcm) - len(pcm) % self._frame_bytes
        self._rest = pcm[whole:]
        for start in range(0, whole, self._frame_bytes):
            while len(self._frames) >= QUEUE_FRAMES:
                await self._change()
            self._append(segment, pcm[start : start + self._frame_bytes])

    def complete(self, segment: Segment) -> None:
        """All audio of the segment has been put."""
        if self._rest:
            self._append(segment, self._rest.ljust(self._frame_bytes, b"\0"))
            self._rest = b""
        segment.complete = True

    def _append(self, segment: Segment, frame: bytes) -> None:
        self._frames.append((segment, frame))
        segment.queued_ms += FRAME_MS

    def clear(self) -> None:
        """Throw away what has not been played."""
        self._frames.clear()
        self._rest = b""
        self._changed.set()

    async def played_out(self) -> None:
        """Wait until everything queued has been heard."""
        while self._frames:
            await self._change()

    async def _change(self) -> None:
        self._changed.clear()
        await self._changed.wait()


class Player:
    """The voice side of one call. `on_progress(segment)` is called, synchronously, when a segment's first frame is
    played, every second while it plays, and when it has been played out."""

    def __init__(self, rate_hz: int, on_progress: Callable[[Segment], None]) -> None:
        self.rate_hz = rate_hz
        self._silence = bytes(frame_bytes(rate_hz))
        self._on_progress = on_progress
        self._track: Track | None = None
        self.paused = False

    @property
    def pending(self) -> bool:
        """There is audio that the caller has not heard yet."""
        return self._track is not None and self._track.pending

    def play(self, track: Track | None) -> None:
        """From now on the caller hears this; what was left of the one before is not heard any more."""
        if self._track is not None and self._track is not track:
            self._track.clear()
        self._track, self.paused = track, False

    def next_frame(self) -> bytes:
        """One 20 ms frame for the line."""
        if self.paused or self._track is None or not self._track.pending:
            return self._silence
        segment, frame = self._track.take()
        if segment.played_ms == FRAME_MS or segment.finished or segment.played_ms % 1000 == 0:
            self._on_progress(segment)
        return frame

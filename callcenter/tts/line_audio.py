"""A voice's samples made fit for the line, in the worker process: resampled there, not beside the calls."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from callcenter.audio import SAMPLE_BYTES, Resampler
from callcenter.errors import SynthesisError
from callcenter.inference.service import Result

SENTENCE_PAUSE_MS = 180
CLAUSE_PAUSE_MS = 60
"""Sentences are synthesized one by one: without these they would follow each other breathlessly."""
PIECE_MS = 250
"""The first piece is on its way before the rest is resampled."""


def pause_ms(text: str) -> int:
    return SENTENCE_PAUSE_MS if text.rstrip("\"'»”) ").endswith((".", "!", "?", "…")) else CLAUSE_PAUSE_MS


def to_line(chunks: Iterable[bytes], from_hz: int, to_hz: int, pause: int) -> Iterator[Result]:
    """Chunks of any size in, pieces at the line's rate out, and silence of `pause` ms after them."""
    resampler = Resampler(from_hz, to_hz)
    size = from_hz * PIECE_MS // 1000 * SAMPLE_BYTES
    for chunk in chunks:
        for start in range(0, len(chunk), size):
            if pcm := resampler.feed(chunk[start : start + size]):
                yield Result({}, pcm)
    yield Result({}, resampler.flush() + bytes(to_hz * pause // 1000 * SAMPLE_BYTES))


class SpeakJob:
    """A worker's job of speaking: all its input is in the options."""

    def __init__(self, synthesize: Callable[[], Iterator[bytes]], from_hz: int, options: Mapping[str, Any]) -> None:
        self._synthesize, self._from_hz, self._options = synthesize, from_hz, options

    def feed(self, data: bytes) -> None:
        raise SynthesisError("a voice is not fed", kind="bad_request")

    def finish(self) -> Iterator[Result]:
        return to_line(self._synthesize(), self._from_hz, self._options["rate_hz"], pause_ms(self._options["text"]))

    def cancel(self) -> None:
        """The generator is closed by the worker."""

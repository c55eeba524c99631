"""A voice's samples made fit for the line, in the worker process and not beside the calls: resampled, and without the
silence that voices begin and end with."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from callcenter.audio import SAMPLE_BYTES, Resampler
from callcenter.errors import SynthesisError
from callcenter.inference.service import Result
from callcenter.tts.silence import SilenceTrimmer

SENTENCE_PAUSE_MS = 180
CLAUSE_PAUSE_MS = 60
"""Sentences are synthesized one by one: without these they would follow each other breathlessly."""
FIRST_PIECE_MS = 80
PIECE_MS = 250
"""The first piece is on its way before the rest is resampled; that it is short makes it early."""


def pause_ms(text: str) -> int:
    return SENTENCE_PAUSE_MS if text.rstrip("\"'»”) ").endswith((".", "!", "?", "…")) else CLAUSE_PAUSE_MS


def to_line(chunks: Iterable[bytes], from_hz: int, to_hz: int, pause: int) -> Iterator[Result]:
    """Chunks of any size in, pieces at the line's rate out, and silence of `pause` ms after them."""
    resampler, trimmer = Resampler(from_hz, to_hz), SilenceTrimmer(to_hz)
    for chunk in chunks:
        for piece in _pieces(chunk, from_hz):
            if pcm := trimmer.feed(resampler.feed(piece)):
                yield Result({}, pcm)
    end = trimmer.feed(resampler.flush()) + trimmer.finish()
    yield Result({}, end + bytes(to_hz * pause // 1000 * SAMPLE_BYTES))


def _pieces(chunk: bytes, rate_hz: int) -> Iterator[bytes]:
    first, rest = (rate_hz * ms // 1000 * SAMPLE_BYTES for ms in (FIRST_PIECE_MS, PIECE_MS))
    yield chunk[:first]
    for start in range(first, len(chunk), rest):
        yield chunk[start : start + rest]


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

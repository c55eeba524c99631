"""AudioSocket's frames: a kind (1 byte), a length (2 bytes, big-endian), a payload. Pure: bytes in, events out.

Source: calls measured with Asterisk 22.10 (docs: Asterisk). Asterisk kills a call for what it does not know, and so do
we: the connection ends, and the dialplan takes the caller to the operators.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from types import MappingProxyType
from uuid import UUID

from callcenter.audio import SAMPLE_BYTES
from callcenter.errors import ProtocolError

HEADER_BYTES = 3
UUID_BYTES = 16
MAX_PAYLOAD_BYTES = 8192
"""Half a second at 8 kHz, 20 ms at 192 kHz (7680 bytes). More is no telephone."""


class Kind(IntEnum):
    HANG_UP = 0x00
    UUID = 0x01
    DIGIT = 0x03
    ERROR = 0xFF


RATE_OF_KIND = MappingProxyType(
    {
        0x10: 8000,
        0x11: 12000,
        0x12: 16000,
        0x13: 24000,
        0x14: 32000,
        0x15: 44100,
        0x16: 48000,
        0x17: 96000,
        0x18: 192000,
    }
)
KIND_OF_RATE = MappingProxyType({rate_hz: kind for kind, rate_hz in RATE_OF_KIND.items()})

DIGITS = "0123456789*#"
SILENT_DIGITS = "ABCD"
"""Tones that telephones have no keys for: allowed, and of no meaning to us."""


@dataclass(frozen=True, slots=True)
class CallIdentified:
    call_id: UUID


@dataclass(frozen=True, slots=True)
class AudioArrived:
    rate_hz: int
    pcm: bytes
    """Whole samples, at least one."""


@dataclass(frozen=True, slots=True)
class DigitArrived:
    digit: str


@dataclass(frozen=True, slots=True)
class HungUp:
    """The peer ends the call, by hang-up or by error; nothing that follows is read."""

    by_error: bool = False


Event = CallIdentified | AudioArrived | DigitArrived | HungUp


class Decoder:
    """One direction of one connection.

    Every audio frame begins on a sample: of a frame of odd length the half sample at its end is thrown away, so that
    what follows never shifts into noise. Audio of length zero is passed over.
    """

    __slots__ = ("_error", "_identified", "_over", "_partial", "_usual_bytes", "_usual_header")

    def __init__(self) -> None:
        self._partial = b""
        self._identified = False
        self._over = False
        self._error: ProtocolError | None = None
        self._usual_bytes = 0
        self._usual_header = b""

    @property
    def usual(self) -> tuple[bytes, int]:
        """Header of the last frame of audio, and the length of such a frame with it (0: there is none such).

        Nearly every read of a call brings just one frame like the last. Data of this length that begins with this
        header is audio of the last one's rate and need not be fed.
        """
        return self._usual_header, 0 if self._partial else self._usual_bytes

    def feed(self, data: bytes) -> Iterator[Event]:
        """The events that `data` completes, each frame's own, however the stream is cut.

        Raises ProtocolError in the place where the stream breaks, and again whenever fed after that. To be iterated to
        its end before the next feed: what is not taken is lost.
        """
        if self._error is not None:
            raise self._error
        if self._over:
            return
        if self._partial:
            data = self._partial + data
            self._partial = b""
        start, end = 0, len(data)
        while end - start >= HEADER_BYTES:
            kind, length = data[start], data[start + 1] << 8 | data[start + 2]
            self._check_header(kind, length)
            stop = start + HEADER_BYTES + length
            if stop > end:
                break
            event = self._decode(kind, data[start + HEADER_BYTES : stop])
            start = stop
            if event is not None:
                yield event
                if self._over:
                    return
        self._partial = data[start:]

    def _check_header(self, kind: int, length: int) -> None:
        """A faulty frame is refused at its header: nobody waits for the rest of it."""
        audio = kind in RATE_OF_KIND
        if audio and self._identified and length <= MAX_PAYLOAD_BYTES:
            return
        if not audio and kind not in (Kind.HANG_UP, Kind.UUID, Kind.DIGIT, Kind.ERROR):
            self._break("garbage", f"unknown kind 0x{kind:02x}")
        if length > MAX_PAYLOAD_BYTES:
            self._break("oversize", f"{length} bytes in one frame")
        if kind == Kind.UUID and length != UUID_BYTES:
            self._break("odd_uuid", f"a UUID of {length} bytes")
        if kind == Kind.UUID and self._identified:
            self._break("second_uuid", "a second UUID")
        if kind == Kind.DIGIT and length != 1:
            self._break("odd_digit", f"a digit of {length} bytes")
        if not self._identified and (kind == Kind.DIGIT or audio):
            self._break("no_uuid", "the call did not begin with its UUID")

    def _decode(self, kind: int, payload: bytes) -> Event | None:
        if (rate_hz := RATE_OF_KIND.get(kind)) is not None:
            if len(payload) % SAMPLE_BYTES:
                payload, self._usual_bytes = payload[:-1], 0
            elif payload:
                self._usual_header = audio_header(
                    rate_hz, len(payload)
                )  # one object for all calls: it stays in the cache
                self._usual_bytes = HEADER_BYTES + len(payload)
            return AudioArrived(rate_hz, payload) if payload else None
        if kind == Kind.UUID:
            self._identified = True
            return CallIdentified(UUID(bytes=payload))
        if kind == Kind.DIGIT:
            digit = payload.decode("latin-1")
            if digit in DIGITS:
                return DigitArrived(digit)
            if digit not in SILENT_DIGITS:
                self._break("odd_digit", "not a key of a telephone")
            return None
        self._over, self._usual_bytes = True, 0
        return HungUp(by_error=kind == Kind.ERROR)

    def _break(self, kind: str, message: str) -> None:
        self._error, self._usual_bytes = ProtocolError(kind, message), 0
        raise self._error


class AsteriskDecoder(Decoder):
    """What Asterisk accepts from a server: audio and the hang-up. Anything else kills the call at once, and so does
    audio of length zero (res_audiosocket.c); here that is a ProtocolError."""

    __slots__ = ()

    def _check_header(self, kind: int, length: int) -> None:
        if kind in RATE_OF_KIND:
            if length == 0:
                self._break("empty_audio", "audio of length zero")
            if length % SAMPLE_BYTES:
                self._break("odd_audio", f"{length} bytes of audio are half a sample")
        elif kind != Kind.HANG_UP:
            self._break("garbage", f"kind 0x{kind:02x} is not for servers")
        if length > MAX_PAYLOAD_BYTES:
            self._break("oversize", f"{length} bytes in one frame")


HANG_UP = bytes((Kind.HANG_UP, 0, 0))


def encode_audio(pcm: bytes, rate_hz: int) -> bytes:
    """Header and payload as one piece: Asterisk gives up when they come more than 5 ms apart.

    Raises ValueError for audio that would kill the call (empty) or turn it into noise (half a sample).
    """
    return audio_header(rate_hz, len(pcm)) + pcm


@lru_cache(maxsize=256)
def audio_header(rate_hz: int, length: int) -> bytes:
    """Of a frame of audio of so many bytes. Raises ValueError as encode_audio does."""
    if not length or length % SAMPLE_BYTES or length > MAX_PAYLOAD_BYTES:
        raise ValueError(f"{length} bytes cannot be a frame of audio")
    return _header(KIND_OF_RATE[rate_hz], length)


def encode_uuid(call_id: UUID) -> bytes:
    return _frame(Kind.UUID, call_id.bytes)


def encode_digit(digit: str) -> bytes:
    if len(digit) != 1 or digit not in DIGITS + SILENT_DIGITS:
        raise ValueError("not a key of a telephone")
    return _frame(Kind.DIGIT, digit.encode("ascii"))


def _frame(kind: int, payload: bytes) -> bytes:
    return _header(kind, len(payload)) + payload


def _header(kind: int, length: int) -> bytes:
    return bytes((kind, length >> 8, length & 0xFF))

"""The protocol between pool and worker: frames on a byte stream. Pure.

    length u32 | kind u8 | stream u32 | header length u32 | header (JSON object, may be empty) | data

Length counts everything after itself; all numbers are big-endian. Both ends are of one version and trust each other,
so that a broken frame is a bug: it raises ValueError.
"""

import json
import struct
from collections.abc import Mapping
from enum import IntEnum
from typing import Any, NamedTuple

_HEAD = struct.Struct("!IBII")
_AFTER_LENGTH = _HEAD.size - 4
MAX_FRAME_BYTES = 64 * 2**20


class Kind(IntEnum):
    # to the child
    START = 1
    """{"service", "config"}: the first frame; stream 0."""
    OPEN = 2
    """{"method", "options"}"""
    FEED = 3
    """Data."""
    FINISH = 4
    """{"deadline_s"?}: by the monotonic clock, which both processes share."""
    CANCEL = 5
    CREDIT = 6
    """{"count"}: so many results have been taken; more may be sent."""
    RELEASE = 7
    """{"pin"}; stream 0."""
    PING = 8
    """Stream 0."""
    # to the parent
    READY = 20
    REFUSED = 21
    """{"configuration", "message"}: the service could not be made; the child ends."""
    RESULT = 22
    """The values, and data."""
    ENDED = 23
    FAILED = 24
    """{"kind", "message", "retryable"}"""
    PONG = 25
    """Stream 0."""


class Frame(NamedTuple):
    kind: Kind
    stream: int
    header: Mapping[str, Any]
    data: bytes


def encode(kind: Kind, stream: int = 0, header: Mapping[str, Any] | None = None, data: bytes = b"") -> bytes:
    head = json.dumps(header, separators=(",", ":")).encode() if header else b""
    return _HEAD.pack(_AFTER_LENGTH + len(head) + len(data), kind, stream, len(head)) + head + data


class Decoder:
    """Bytes in, frames out, however the bytes are cut."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[Frame]:
        self._buffer += data
        frames = []
        start = 0
        while len(self._buffer) - start >= _HEAD.size:
            length, kind, stream, header_length = _HEAD.unpack_from(self._buffer, start)
            if not _AFTER_LENGTH + header_length <= length <= MAX_FRAME_BYTES:
                raise ValueError(f"frame of {length} bytes with a header of {header_length}")
            end = start + 4 + length
            if len(self._buffer) < end:
                break
            head_at = start + _HEAD.size
            data_at = head_at + header_length
            header = json.loads(self._buffer[head_at:data_at]) if header_length else {}
            frames.append(Frame(Kind(kind), stream, header, bytes(self._buffer[data_at:end])))
            start = end
        del self._buffer[:start]
        return frames

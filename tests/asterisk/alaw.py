"""G.711 A-law, both ways, by tables (ITU-T G.711)."""

import numpy as np


def _decode(code: int) -> int:
    code ^= 0x55
    exponent, mantissa = (code & 0x70) >> 4, code & 0x0F
    magnitude = (mantissa << 4) + 8 if exponent == 0 else ((mantissa << 4) + 0x108) << (exponent - 1)
    return magnitude if code & 0x80 else -magnitude


DECODED = np.array([_decode(code) for code in range(256)], dtype="<i2")
_ORDER = np.argsort(DECODED)
_MIDDLES = (DECODED[_ORDER].astype(int)[1:] + DECODED[_ORDER].astype(int)[:-1]) / 2
SILENCE = 0xD5


def decode(codes: bytes) -> bytes:
    return DECODED[np.frombuffer(codes, dtype=np.uint8)].tobytes()


def encode(pcm: bytes) -> bytes:
    """The nearest code of each sample."""
    samples = np.frombuffer(pcm, dtype="<i2")
    return _ORDER[np.searchsorted(_MIDDLES, samples)].astype(np.uint8).tobytes()

"""What callers' numbers look like outside the journal: in a Redis that several workers share.

In a key a number is a keyed hash. In a value it is sealed: XOR with a stream that the key and a nonce give (SHAKE-256,
which as a sponge may be keyed by a prefix), then a keyed tag over it all. Only who has the key of this state folder
reads it or makes another.
"""

import hashlib
import hmac
import json
import secrets
from uuid import UUID

NONCE_BYTES = TAG_BYTES = 16
PADDED_BYTES = 64
"""Lengths are rounded up to this, so that they tell nothing."""


class Seal:
    def __init__(self, secret: bytes) -> None:
        """secret: known to every worker that is to read what another sealed."""
        self._hash_key, self._stream_key, self._tag_key = (
            hashlib.blake2b(secret, digest_size=32, person=purpose).digest()
            for purpose in (b"number in a key", b"number in value", b"tag of a value")
        )

    def hide(self, number: str) -> str:
        """The same for the same number, and nobody can try numbers out against it."""
        return hashlib.blake2b(number.encode(), key=self._hash_key, digest_size=16).hexdigest()

    def seal(self, call_id: UUID, *texts: str | None) -> str:
        """To be opened for this call alone."""
        plain = json.dumps(texts).encode()
        plain = plain.ljust(-(-len(plain) // PADDED_BYTES) * PADDED_BYTES)
        nonce = secrets.token_bytes(NONCE_BYTES)
        hidden = nonce + self._mix(nonce, plain)
        return (hidden + self._tag(call_id, hidden)).hex()

    def open(self, call_id: UUID, sealed: str) -> tuple[str | None, ...]:
        """What was sealed. Raises ValueError when it was not sealed for this call with this key."""
        data = bytes.fromhex(sealed)
        hidden, tag = data[:-TAG_BYTES], data[-TAG_BYTES:]
        if not hmac.compare_digest(tag, self._tag(call_id, hidden)):
            raise ValueError("sealed for another call, or with another key")
        return tuple(json.loads(self._mix(hidden[:NONCE_BYTES], hidden[NONCE_BYTES:])))

    def _mix(self, nonce: bytes, data: bytes) -> bytes:
        stream = hashlib.shake_256(self._stream_key + nonce).digest(len(data))
        return bytes(a ^ b for a, b in zip(data, stream, strict=True))

    def _tag(self, call_id: UUID, hidden: bytes) -> bytes:
        return hashlib.blake2b(call_id.bytes + hidden, key=self._tag_key, digest_size=TAG_BYTES).digest()

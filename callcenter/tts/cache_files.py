"""The speech cache on disk: one checked file a phrase, whole or not at all, the least recently used go first.

Blocking: the cache calls it in a thread. Processes may share the folder: files appear by rename, and what another
process removed is a miss.
"""

import contextlib
import os
import struct
import time
import zlib
from pathlib import Path
from uuid import uuid4

_HEAD = struct.Struct("!4sIII")  # magic, rate, length, CRC-32 of the samples
_MAGIC = b"CCT1"
_KEEP = 0.9
"""Room is made down to this share of the limit, so that it need not be made at each new phrase."""
_ABANDONED_S = 3600.0


class CorruptFile(Exception):
    """It was there, but not what was written; it is removed."""


class CacheFiles:
    def __init__(self, folder: Path, limit_bytes: int) -> None:
        self._folder, self._limit = folder, limit_bytes
        self._since_look = limit_bytes
        """Bytes written since the folder was measured: others write there too, and it must be measured at first."""

    def read(self, key: str, rate_hz: int) -> bytes:
        """The samples. Raises FileNotFoundError or another OSError (a miss), or CorruptFile."""
        path = self._path(key)
        data = path.read_bytes()
        if len(data) >= _HEAD.size:
            magic, rate, length, checksum = _HEAD.unpack_from(data)
            pcm = data[_HEAD.size :]
            if (magic, rate, length, checksum) == (_MAGIC, rate_hz, len(pcm), zlib.crc32(pcm)):
                with contextlib.suppress(OSError):  # a read-only cache is a cache too
                    os.utime(path)
                return pcm
        path.unlink(missing_ok=True)
        raise CorruptFile(path.name)

    def write(self, key: str, pcm: bytes, rate_hz: int) -> None:
        """Raises OSError when there is no room or no right; nothing is left of it then."""
        path = self._path(key)
        data = _HEAD.pack(_MAGIC, rate_hz, len(pcm), zlib.crc32(pcm)) + pcm
        if len(data) > self._limit:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{uuid4().hex}.part")
        try:
            part.write_bytes(data)
            part.replace(path)
        except OSError:
            part.unlink(missing_ok=True)
            raise
        self._since_look += len(data)
        if self._since_look > self._limit * (1 - _KEEP) / 2:
            self.make_room()

    def make_room(self) -> None:
        """Remove the least recently used until the limit is kept, and what a crash left half written."""
        found = []
        for path in self._folder.glob("*/*"):
            try:
                status = path.stat()
                if path.suffix == ".part":
                    if time.time() - status.st_mtime > _ABANDONED_S:
                        path.unlink(missing_ok=True)
                else:
                    found.append((status.st_mtime, status.st_size, path))
            except FileNotFoundError:  # another process was quicker
                continue
        total = sum(size for _, size, _ in found)
        if total > self._limit:
            for _, size, path in sorted(found):
                path.unlink(missing_ok=True)
                total -= size
                if total <= self._limit * _KEEP:
                    break
        self._since_look = 0

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / f"{key}.pcm"

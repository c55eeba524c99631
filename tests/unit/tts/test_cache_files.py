import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from callcenter.tts.cache_files import CacheFiles, CorruptFile

PCM = b"\x01\x02" * 5000


def key(number: int) -> str:
    return f"{number:064x}"


def files_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*/*") if path.is_file())


def test_what_was_written_is_read(tmp_path: Path) -> None:
    files = CacheFiles(tmp_path, 10**6)
    files.write(key(1), PCM, 8000)
    assert files.read(key(1), 8000) == PCM
    assert CacheFiles(tmp_path, 10**6).read(key(1), 8000) == PCM
    with pytest.raises(FileNotFoundError):
        files.read(key(2), 8000)


@pytest.mark.parametrize(
    "harm",
    [
        lambda data: data[:-1],
        lambda data: data + b"\0",
        lambda data: data[:10],
        lambda data: b"",
        lambda data: data[:500] + bytes([data[500] ^ 1]) + data[501:],
        lambda data: b"RIFF" + data[4:],
    ],
)
def test_a_harmed_file_is_refused_and_removed(tmp_path: Path, harm: Callable[[bytes], bytes]) -> None:
    files = CacheFiles(tmp_path, 10**6)
    files.write(key(1), PCM, 8000)
    [path] = files_in(tmp_path)
    path.write_bytes(harm(path.read_bytes()))
    with pytest.raises(CorruptFile):
        files.read(key(1), 8000)
    with pytest.raises(FileNotFoundError):
        files.read(key(1), 8000)


def test_another_rate_is_another_recording(tmp_path: Path) -> None:
    files = CacheFiles(tmp_path, 10**6)
    files.write(key(1), PCM, 16000)
    with pytest.raises(CorruptFile):
        files.read(key(1), 8000)


def test_the_least_recently_used_make_room(tmp_path: Path) -> None:
    files = CacheFiles(tmp_path, 50_000)
    for number in range(4):
        files.write(key(number), PCM, 8000)
        os.utime(tmp_path / key(number)[:2] / f"{key(number)}.pcm", (1000 + number, 1000 + number))
    files.read(key(0), 8000)  # used again
    files.write(key(9), PCM, 8000)
    left = {path.stem for path in files_in(tmp_path)}
    assert key(0) in left
    assert key(9) in left
    assert key(1) not in left
    assert sum(path.stat().st_size for path in files_in(tmp_path)) <= 50_000


def test_what_is_larger_than_the_cache_is_not_kept(tmp_path: Path) -> None:
    CacheFiles(tmp_path, 5000).write(key(1), PCM, 8000)
    assert files_in(tmp_path) == []


def test_half_written_files_of_a_crash_are_cleared_away(tmp_path: Path) -> None:
    files = CacheFiles(tmp_path, 10**6)
    (tmp_path / "00").mkdir()
    old, new = tmp_path / "00" / "old.part", tmp_path / "00" / "new.part"
    old.write_bytes(b"x")
    new.write_bytes(b"x")
    os.utime(old, (1000, 1000))
    files.make_room()
    assert files_in(tmp_path) == [new]


@pytest.mark.skipif(sys.platform != "linux", reason="a folder that nobody can write to, root included")
def test_where_nothing_can_be_written_it_says_so() -> None:
    with pytest.raises(OSError, match="proc"):
        CacheFiles(Path("/proc/nowhere"), 10**6).write(key(1), PCM, 8000)

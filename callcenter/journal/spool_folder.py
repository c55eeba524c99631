"""The folder of spool files: one file for each run of a media process, owned by who holds the lock beside it.

A process makes a file of its own at each start and never opens an old one as its own: what a dead process left behind,
whatever its name was, is taken over by whoever gets its lock first (flock(2): the kernel lets go of it when a process
dies, however it dies). The lock of a file that is gone means nothing.
"""

import fcntl
import os
import re
import secrets
import sqlite3
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import structlog

from callcenter import metrics
from callcenter.errors import ConfigurationError
from callcenter.journal.spool_file import SpoolFile, is_corrupt, salvage, set_aside

log = structlog.get_logger(__name__)
SUFFIX = ".spool"


class LockedSpool:
    """A spool file that is ours."""

    def __init__(self, path: Path, owner: str, lock: int) -> None:
        self.file = open_or_salvage(path)
        self.owner = owner
        """Unique over all machines and starts: `calls.owner` of the calls that this process served."""
        self._lock = lock

    def mend(self) -> None:
        """Put the file aside, for a person to look at, and go on in a new one with what can be read of it."""
        self.file.close()
        self.file = _salvaged(self.file.path, after=self.file.delivered_to)

    def release(self) -> None:
        """Leave it to the next process, or, when there is nothing in it, to nobody."""
        empty = False
        with suppress(sqlite3.Error):
            empty = not self.file.read(1) and not self.file.open_calls()
        if empty:
            self.file.delete()
            _lock_path(self.file.path).unlink(missing_ok=True)
        else:
            self.file.close()
        os.close(self._lock)


class SpoolFolder:
    def __init__(self, state_dir: Path) -> None:
        """Raises ConfigurationError when the folder cannot be used."""
        self._path = state_dir / "spool"
        try:
            self._path.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.id = _kept(self._path / "id", 8)
            """So that machines that share a PostgreSQL leave each other's calls alone."""
            self.caller_secret = _kept(state_dir / "caller_hash.key", 32).encode()
            """The key of `calls.caller_hash`: without it nobody can try out numbers against a leaked table."""
        except OSError as error:
            raise ConfigurationError(f"state_dir: {self._path} cannot be written ({error.strerror})") from error

    def create(self, worker_name: str) -> LockedSpool:
        """A new file of our own. Raises ConfigurationError."""
        name = f"{re.sub(r'[^A-Za-z0-9_.-]', '_', worker_name)}-{uuid4().hex[:12]}"
        path = self._path / f"{name}{SUFFIX}"
        try:
            lock = _try_lock(path)
            if lock is None:
                raise ConfigurationError(f"state_dir: {path} is locked by another process")
            return LockedSpool(path, self._owner(path), lock)
        except (OSError, sqlite3.Error) as error:
            raise ConfigurationError(f"state_dir: the journal's file {path} cannot be made: {error}") from error

    def take_over(self) -> list[LockedSpool]:
        """The files of processes that have died. One that cannot be opened now is left for a later try."""
        taken: list[LockedSpool] = []
        for path in sorted(self._path.glob(f"*{SUFFIX}"), key=_age):
            lock = _try_lock(path)
            if lock is None:
                continue
            try:
                if path.exists():  # else its owner has just emptied and deleted it
                    taken.append(LockedSpool(path, self._owner(path), lock))
                    continue
                _lock_path(path).unlink(missing_ok=True)
            except (OSError, sqlite3.Error) as error:
                metrics.errors_total.labels("journal", "takeover").inc()
                log.error("journal_takeover_failed", file=path.name, error=str(error))  # noqa: TRY400  expected
            os.close(lock)
        return taken

    def owners(self) -> set[str]:
        """Every process whose file is still here: it lives, or its file waits to be emptied."""
        return {self._owner(path) for path in self._path.glob(f"*{SUFFIX}")}

    def _owner(self, path: Path) -> str:
        return f"{self.id}/{path.name.removesuffix(SUFFIX)}"


def _kept(file: Path, random_bytes: int) -> str:
    """A random word, made by the first process that asks for it, readable by this user alone."""
    if not file.exists():
        draft = file.with_name(f"{file.name}.{uuid4().hex}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(secrets.token_hex(random_bytes))
            out.flush()
            os.fsync(out.fileno())
        with suppress(FileExistsError):  # another process was first
            os.link(draft, file)
        draft.unlink()
    return file.read_text(encoding="ascii").strip()


def open_or_salvage(path: Path) -> SpoolFile:
    """Raises sqlite3.Error and OSError, but not for a corrupt file: that one is put aside."""
    file: SpoolFile | None = None
    try:
        file = SpoolFile(path)
        file.check()
    except sqlite3.Error as error:
        if file is not None:
            file.close()
        if not is_corrupt(error):
            raise
        return _salvaged(path)
    return file


def _salvaged(path: Path, after: int = 0) -> SpoolFile:
    aside = set_aside(path)
    records, calls = salvage(aside, after)
    metrics.errors_total.labels("journal", "corrupt").inc()
    log.error("journal_spool_corrupt", put_aside=aside.name, salvaged_records=len(records), open_calls=len(calls))
    file = SpoolFile(path)
    file.restore(records, calls)
    return file


def _lock_path(path: Path) -> Path:
    return path.with_name(f"{path.name}.lock")


def _try_lock(path: Path) -> int | None:
    lock = os.open(_lock_path(path), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    return lock


def _age(path: Path) -> float:
    with suppress(FileNotFoundError):
        return path.stat().st_mtime
    return 0.0

"""One `callcenter run` a state folder, and how other commands find what it runs."""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from callcenter.errors import ConfigurationError

LOCK_NAME = "run.lock"
STATE_NAME = "run.json"


@contextmanager
def only_run(state_dir: Path) -> Iterator[None]:
    """Hold the folder's lock, which the kernel frees however we end. Raises ConfigurationError when it is held."""
    try:
        state_dir.mkdir(parents=True, exist_ok=True)
        lock = (state_dir / LOCK_NAME).open("a+")
    except OSError as error:
        raise ConfigurationError(
            f"state_dir: {state_dir} cannot be written ({error.strerror}); set another folder (CALLCENTER_STATE_DIR)"
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            raise ConfigurationError(
                f"callcenter run is already at work in {state_dir} (process {lock.read().strip() or 'unknown'}); "
                "end it first, or set another folder and other ports (CALLCENTER_STATE_DIR)"
            ) from error
        (state_dir / STATE_NAME).unlink(missing_ok=True)  # of a run that was killed
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        try:
            yield
        finally:
            with suppress(OSError):
                (state_dir / STATE_NAME).unlink(missing_ok=True)


def announce(state_dir: Path, env: Mapping[str, str]) -> None:
    """Let other commands know the environment that the components were given. Only the owner may read it."""
    draft = state_dir / f"{STATE_NAME}.new"
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        json.dump(dict(env), out)
    draft.replace(state_dir / STATE_NAME)  # whole or not at all: others wait for it


def environment_of_running(state_dir: Path) -> dict[str, str]:
    """What the `callcenter run` in this folder announced; empty when none is at work."""
    try:
        if not _is_locked(state_dir / LOCK_NAME):
            return {}  # whatever the file says is of the past
        env = json.loads((state_dir / STATE_NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(name): str(value) for name, value in env.items()}


def _is_locked(file: Path) -> bool:
    with file.open("r") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False

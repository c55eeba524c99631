"""A running Asterisk on loopback with the project's own dialplan and queue, and one operator's phone."""

import asyncio
import contextlib
import signal
import socket
from dataclasses import dataclass
from pathlib import Path

from tests.asterisk.fetch import LIBRARIES, command

CONFIGURATION = Path(__file__).parent / "etc"
PROJECT = Path(__file__).parents[2] / "asterisk"
EMPTY = ("acl", "ccss", "cdr", "cel", "features", "pjproject", "udptl")


def free_udp_ports(count: int) -> list[int]:
    sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


@dataclass(slots=True)
class Asterisk:
    """One Asterisk process. `log` holds what the dialplan did (verbose lines)."""

    folder: Path
    sip_port: int
    process: asyncio.subprocess.Process

    @property
    def log(self) -> str:
        path = self.folder / "run/log/full"
        return path.read_text(errors="replace") if path.exists() else ""

    async def saw(self, text: str, within_s: float = 10.0) -> bool:
        """Whether the log gets to hold `text` in time."""
        for _ in range(int(within_s / 0.05)):
            if text in self.log:
                return True
            await asyncio.sleep(0.05)
        return False

    async def stop(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(self.process.wait(), 5)
        except TimeoutError:
            self.process.kill()
            await self.process.wait()


def _write_configuration(
    folder: Path, unpacked: Path, sip_port: int, operator_port: int, audio: str, http: str
) -> None:
    etc = folder / "etc"
    for name in ("etc", "run/lib", "run/spool", "run/log", "run/agi", "sounds/moh"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for name in EMPTY:
        (etc / f"{name}.conf").touch()
    values = {
        "@DIR@": str(folder),
        "@MODULES@": str(unpacked / "root" / LIBRARIES / "asterisk/modules"),
        "@DATA@": str(unpacked / "root/usr/share/asterisk"),
        "@SIP_PORT@": str(sip_port),
        "@OPERATOR_PORT@": str(operator_port),
        "@PROJECT@": str(PROJECT),
        "@RTP_START@": str(20000 + sip_port % 10000),
        "@RTP_END@": str(20000 + sip_port % 10000 + 400),
    }
    for template in CONFIGURATION.glob("*.conf"):
        text = template.read_text()
        for name, value in values.items():
            text = text.replace(name, value)
        (etc / template.name).write_text(text)
    dialplan = (PROJECT / "extensions.conf").read_text()
    assert "AGENT_AUDIO=127.0.0.1:9092" in dialplan
    dialplan = dialplan.replace("AGENT_AUDIO=127.0.0.1:9092", f"AGENT_AUDIO={audio}")
    dialplan = dialplan.replace("AGENT_HTTP=http://127.0.0.1:9093", f"AGENT_HTTP={http}")
    (etc / "callcenter.conf").write_text(dialplan)
    queue = (PROJECT / "queues.conf").read_text()
    assert "member => PJSIP/operator1\n" in queue
    (etc / "queues.conf").write_text(queue.replace("member => PJSIP/operator2\n", ""))


async def start(folder: Path, unpacked: Path, audio: str, http: str, operator_port: int) -> Asterisk:
    """Start it; `audio` is "host:port" of the AudioSocket server, `http` the URL of the telephony endpoints,
    `operator_port` that of the operator's phone."""
    (sip_port,) = free_udp_ports(1)
    _write_configuration(folder, unpacked, sip_port, operator_port, audio, http)
    with (folder / "console.txt").open("wb") as console:
        process = await asyncio.create_subprocess_exec(
            *command(unpacked),
            *("-f", "-C", str(folder / "etc/asterisk.conf")),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=console,
            stderr=asyncio.subprocess.STDOUT,
        )
    asterisk = Asterisk(folder, sip_port, process)
    if not await asterisk.saw("Asterisk Ready", within_s=30):
        await asterisk.stop()
        raise RuntimeError(f"Asterisk did not start: {(folder / 'console.txt').read_text()[-2000:]}")
    return asterisk

"""The media server without its agent, for measuring what the line itself costs: `callcenter serve --app echo`.

The same server, connection, pacer and task a call as the shop's calls have, any UUID admitted, and nothing else in the
process: no HTTP, no models, no database.
"""

import asyncio
import gc
import resource
import signal
from datetime import UTC, datetime
from uuid import UUID

import structlog

from callcenter.audio import frame_bytes
from callcenter.audiosocket.connection import Connection
from callcenter.audiosocket.server import AudioSocketServer, Handle
from callcenter.config import Settings
from callcenter.logs import configure_logging
from callcenter.ports import CallInfo, LineClosed, NextStep

MAX_CALLS = 20_000
TONE_PERIOD = b"\x00\x10" * 4 + b"\x00\xf0" * 4
"""An eighth of the line's rate: 1 kHz where that is 8 kHz."""

log = structlog.get_logger()


async def echo(_call: CallInfo, line: Connection) -> None:
    """Each frame goes back at once as it came: kind, length and bytes."""
    while not isinstance(received := await line.receive(), LineClosed):
        if isinstance(received, bytes):  # not a key: Asterisk takes none from us
            line.send(received)


async def tone(_call: CallInfo, line: Connection) -> None:
    """A tone, frame by frame when the pacer says so, as the agent's voice goes; what is heard is thrown away."""
    frame = (TONE_PERIOD * frame_bytes(line.rate_hz))[: frame_bytes(line.rate_hz)]
    line.start_playing(lambda: frame)
    while not isinstance(await line.receive(), LineClosed):
        pass


async def serve_line(settings: Settings, handle: Handle) -> None:
    """Until SIGTERM or SIGINT. Raises ConfigurationError when it cannot listen."""
    configure_logging(settings, "media")
    stop = asyncio.Event()
    for signum in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signum, stop.set)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    audio = settings.audiosocket.model_copy(update={"max_calls": MAX_CALLS})
    server = AudioSocketServer(audio, AnyCall(), handle, keep_rate=True)
    await server.start()
    gc.freeze()  # what was loaded to start is never garbage: no call waits for its collection
    log.info("line_ready", port=server.port)
    await stop.wait()
    await server.aclose()


class AnyCall:
    """A call registry that knows of no call and admits all."""

    async def admit(self, call_id: UUID, peer: str) -> CallInfo:
        return CallInfo(call_id, datetime.now(UTC), None, None, "en")

    def decide_next(self, call_id: UUID, step: NextStep, handover: str = "") -> None:
        pass

    def release(self, call_id: UUID) -> None:
        pass

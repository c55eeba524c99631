"""The AudioSocket server: admits calls, runs one handler for each, and keeps their faults apart."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any
from uuid import UUID

import structlog

from callcenter import metrics
from callcenter.audiosocket.connection import Connection
from callcenter.audiosocket.faults import report_fault
from callcenter.audiosocket.gathering import Gathering
from callcenter.audiosocket.pacing import Pacer
from callcenter.config import AudioSocketSettings
from callcenter.errors import CallRefused, RefusalReason
from callcenter.media.slots import Slots
from callcenter.ports import CallInfo, CallRegistry
from callcenter.sockets import Peers, listen

FIRST_AUDIO_S = 0.04
"""Asterisk's first audio comes 0-40 ms after the UUID and tells the rate; the greeting waits no longer for it."""
UNIDENTIFIED_CONNECTIONS = 64
"""May wait beside the calls; what connects beyond that is closed unheard."""
CANCEL_WAIT_S = 5.0

Handle = Callable[[CallInfo, Connection], Coroutine[Any, Any, None]]
"""A Connection is a CallLine: one that knows of no more than that serves as well."""

log = structlog.get_logger(__name__)


class AudioSocketServer:
    def __init__(
        self,
        settings: AudioSocketSettings,
        registry: CallRegistry,
        handle: Handle,
        *,
        slots: Slots | None = None,
        on_refused: Callable[[UUID, RefusalReason], None] = lambda _call_id, _reason: None,
        reuse_port: bool = False,
        keep_rate: bool = False,
    ) -> None:
        """handle: the whole of one call; the line is hung up when it returns.

        slots: the places for calls, where other workers and the dialplan have a say; else max_calls of our own.

        on_refused: told of each identified call that is not admitted.

        reuse_port: other workers listen on the same port.

        keep_rate: a line has the rate that its peer sends, whatever it is, and not one of the two that speech needs.
        """
        self._settings = settings
        self._registry = registry
        self._handle = handle
        self._on_refused = on_refused
        self._reuse_port, self._keep_rate = reuse_port, keep_rate
        self._peers = Peers(settings.allow)
        self._pacer: Pacer | None = None
        self._listener: asyncio.Server | None = None
        self._tasks: dict[asyncio.Task[None], Connection] = {}
        self._slots = slots or Slots(settings.max_calls)
        self.port = settings.port
        """Known after start() when the settings say 0."""

    @property
    def active_calls(self) -> int:
        return self._slots.active

    @property
    def free_slots(self) -> int:
        """Calls that would still be admitted."""
        return self._slots.free

    async def start(self) -> None:
        """Raises ConfigurationError when it cannot listen."""
        sock = listen(self._settings.host, self._settings.port, section="audiosocket", reuse_port=self._reuse_port)
        self.port = sock.getsockname()[1]
        self._pacer = pacer = Pacer()
        gathering = Gathering()
        stalled_timeout_s = self._settings.stalled_timeout_ms / 1000
        self._listener = await asyncio.get_running_loop().create_server(
            lambda: Connection(self._opened, pacer, gathering, stalled_timeout_s, keep_rate=self._keep_rate), sock=sock
        )
        self._slots.open()

    async def drain(self, grace_s: float) -> None:
        """Take no more calls, let those in progress end, and after `grace_s` hand the rest to the operators."""
        self._stop_listening()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=grace_s)
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            _, stuck = await asyncio.wait(self._tasks, timeout=CANCEL_WAIT_S)
            for task in stuck:
                log.error("a call does not end", call_id=str(self._tasks[task].call_id))
                self._tasks[task].abort()

    async def aclose(self) -> None:
        await self.drain(0)
        if self._pacer is not None:
            self._pacer.close()
            self._pacer = None

    def _stop_listening(self) -> None:
        if self._listener is not None:
            self._listener.close()
            self._listener = None
            self._slots.close()

    # ---- one connection

    def _opened(self, connection: Connection) -> None:
        if connection.peer not in self._peers:  # at once: strangers must not use up the places of Asterisk
            metrics.refused_total.labels(reason=RefusalReason.PEER_NOT_ALLOWED.value).inc()
            log.info("call refused", reason=RefusalReason.PEER_NOT_ALLOWED.value, peer=connection.peer)
            connection.abort()
            return
        if len(self._tasks) >= self._settings.max_calls + UNIDENTIFIED_CONNECTIONS:
            connection.reject("too_many")
            connection.abort()
            return
        task = asyncio.get_running_loop().create_task(self._serve(connection))
        self._tasks[task] = connection
        task.add_done_callback(self._tasks.pop)

    async def _serve(self, connection: Connection) -> None:
        try:
            call_id = await self._identify(connection)
            if call_id is not None:
                await self._admit(call_id, connection)
        except CallRefused as refusal:
            metrics.refused_total.labels(reason=refusal.reason.value).inc()
            if connection.call_id is not None:
                self._on_refused(connection.call_id, refusal.reason)
            log.info("call refused", reason=refusal.reason.value, peer=connection.peer)
        except Exception as error:
            report_fault(error, "registry", connection.call_id)
        finally:
            await connection.hang_up()

    async def _identify(self, connection: Connection) -> UUID | None:
        try:
            async with asyncio.timeout(self._settings.uuid_timeout_ms / 1000):
                return await connection.identify()
        except TimeoutError:
            connection.reject("no_uuid_in_time")
            return None

    async def _admit(self, call_id: UUID, connection: Connection) -> None:
        self._slots.take()
        try:
            call = await self._registry.admit(call_id, connection.peer)
            try:
                await connection.settle_rate(FIRST_AUDIO_S)
                await self._converse(call, connection)
            finally:
                self._registry.release(call_id)
        finally:
            self._slots.give_back()

    async def _converse(self, call: CallInfo, connection: Connection) -> None:
        def fail_to_human() -> None:
            if connection.broken:
                self._registry.decide_next(call.call_id, "queue")

        connection.before_hang_up = fail_to_human
        try:
            # a task of its own: each frame that wakes it would else be passed down through all of our coroutines
            await asyncio.get_running_loop().create_task(self._handle(call, connection))
        except asyncio.CancelledError:
            self._registry.decide_next(call.call_id, "queue")
            raise
        except Exception as error:  # of this call alone; a human takes it
            self._registry.decide_next(call.call_id, "queue")
            report_fault(error, "session", call.call_id)

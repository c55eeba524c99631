"""One call from its announcement to its end, as Asterisk would place it."""

import time
from dataclasses import dataclass
from uuid import uuid4

from callcenter.audio import LINE_RATE_HZ
from callcenter.audiosocket.client import connect
from callcenter.phone.conversation import Conversation, ScriptedConversation
from callcenter.phone.errors import PhoneError
from callcenter.phone.exchange import Exchange
from callcenter.phone.hearing import Ear
from callcenter.phone.report import CallReport, measure_line


@dataclass(frozen=True, slots=True)
class Dialed:
    host: str
    port: int
    """Of the AudioSocket server."""
    http: str
    """URL of the media server's own HTTP."""
    caller_number: str
    """"" withholds it."""
    called: str
    rate_hz: int = LINE_RATE_HZ


async def place_call(dialed: Dialed, conversation: Conversation) -> tuple[CallReport, Ear]:
    """Announce the call, hold the conversation, ask where the call goes next, tell its end.

    Raises PhoneError when nobody is there to be called.
    """
    call_id, ear = uuid4(), Ear()
    async with Exchange(dialed.http) as exchange:
        announced = await exchange.start(call_id, dialed.caller_number, dialed.called)
        begun_s = time.monotonic()
        try:
            client = await connect(dialed.host, dialed.port, call_id, dialed.rate_hz)
        except (OSError, TimeoutError) as error:
            await exchange.end(call_id)
            raise PhoneError(
                f"no AudioSocket server answers at {dialed.host}:{dialed.port} ({type(error).__name__}); "
                "start one with `callcenter run`, or name its address with --to"
            ) from error
        try:
            ended_by = await conversation.converse(client, ear)
        finally:
            client.close()
        ended_s = time.monotonic()
        next_step = await exchange.next(call_id)
        await exchange.end(call_id)
    script = conversation.script if isinstance(conversation, ScriptedConversation) else None
    greeting = ear.spurts[: script.greeting_spurts] if script else ear.spurts[:1]
    report = CallReport(
        call_id=call_id,
        announced=announced,
        first_frame_ms=round((ear.arrivals_s[0] - begun_s) * 1000, 1) if ear.arrivals_s else None,
        greeting_latency_ms=round((greeting[0].started_s - begun_s) * 1000) if greeting else None,
        greeting_ms=round((greeting[-1].ended_s - greeting[0].started_s) * 1000) if greeting else None,
        said=tuple(say.label for say in conversation.says) if isinstance(conversation, ScriptedConversation) else (),
        turns=tuple(script.results) if script else (),
        ended_by=ended_by,
        next=next_step,
        duration_s=round(ended_s - begun_s, 3),
        line=measure_line(ear, client.figures),
    )
    return report, ear

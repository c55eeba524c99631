"""One call from the first frame to the journal's last record. Whatever breaks in it, the caller ends up with a human:
the dialplan goes on to the queue unless we said "bye"."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

from callcenter import metrics
from callcenter.config import Settings
from callcenter.events import CallEvent
from callcenter.pipeline.answer import CallJournal
from callcenter.pipeline.conversation import Conversation
from callcenter.pipeline.listener import Listener
from callcenter.pipeline.outcome import CallFacts, outcome
from callcenter.pipeline.player import Player
from callcenter.pipeline.replies import ReplyEnded
from callcenter.pipeline.speaker import Speaker
from callcenter.ports import (
    Agent,
    AgentSession,
    CallInfo,
    CallLine,
    CallRegistry,
    Journal,
    Recognizer,
    Synthesizer,
    TurnModel,
    Voice,
    VoiceDetector,
)
from callcenter.records import CallEnded, CallStarted, HangupBy, TransferReason
from callcenter.shop import Shop

EVENTS_QUEUE = 32
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Parts:
    """What calls share."""

    detector: VoiceDetector
    recognizer: Recognizer
    synthesizer: Synthesizer
    agent: Agent
    shop: Shop
    journal: Journal
    registry: CallRegistry
    settings: Settings
    turn_model: TurnModel | None = None


async def serve_call(parts: Parts, call: CallInfo, line: CallLine) -> None:
    """Serve one call. Raises nothing but CancelledError; returns when the line has been let go."""
    session = _Session(parts, call, line)
    await session.run()


class _Session:
    def __init__(self, parts: Parts, call: CallInfo, line: CallLine) -> None:
        self._parts, self._call, self._line = parts, call, line
        self._facts = CallFacts()
        self._conversation: Conversation | None = None
        self._agent: AgentSession | None = None
        self._began_s = asyncio.get_running_loop().time()
        self._log = log.bind(call_id=str(call.call_id))

    async def run(self) -> None:
        call = self._call
        self._parts.journal.write(
            CallStarted(call.call_id, call.started_at, call.caller_id, call.called_id, call.language)
        )
        try:
            await self._converse()
        except asyncio.CancelledError:  # the drain's grace period is over
            self._facts.transferred = TransferReason.DRAINING
            self._facts.hangup_by = HangupBy.AGENT
            raise
        except Exception as error:
            # The boundary between calls: whatever broke, this caller goes to a human and the others notice nothing.
            self._broke(error)
        finally:
            await asyncio.shield(self._end())

    async def _converse(self) -> None:
        parts, call, line = self._parts, self._call, self._line
        events: asyncio.Queue[CallEvent | ReplyEnded] = asyncio.Queue(EVENTS_QUEUE)
        agent = self._agent = parts.agent.open(call)
        async with asyncio.TaskGroup() as tasks:
            journal = CallJournal(parts.journal, call)
            conversation = Conversation(call, agent, parts.shop, parts.settings, journal, events, tasks)
            self._conversation, self._facts = conversation, conversation.facts
            player = Player(line.rate_hz, conversation.on_progress)
            conversation.attach(player, self._speaker())
            listener = Listener(
                call.call_id,
                line,
                parts.detector,
                parts.recognizer,
                parts.turn_model,
                parts.settings,
                call.language,
                agent.expectation,
                events.put,
            )
            line.start_playing(player.next_frame)
            hearing = tasks.create_task(listener.run(), name="listener")
            try:
                await conversation.run()
            finally:
                await conversation.stop()
                hearing.cancel()

    def _speaker(self) -> Speaker:
        tts, language = self._parts.settings.tts, self._call.language
        voice = Voice(language, tts.voices.get(language, ""), tts.speed)
        return Speaker(
            self._parts.synthesizer,
            voice,
            self._line.rate_hz,
            self._parts.shop.lexicon(language),
            tts.timeout_ms / 1000,
        )

    def _broke(self, error: Exception) -> None:
        metrics.errors_total.labels("session", type(error).__name__).inc()
        self._log.error("session_failed", exc_info=error)
        self._facts.transferred = TransferReason.COMPONENT_FAILURE
        self._facts.hangup_by = HangupBy.FAILURE

    async def _end(self) -> None:
        call, facts, registry = self._call, self._facts, self._parts.registry
        ended = outcome(facts)
        to_queue = facts.transferred is not None or facts.hangup_by is HangupBy.FAILURE
        registry.decide_next(call.call_id, "queue" if to_queue else "bye")
        self._parts.journal.write(
            CallEnded(
                call_id=call.call_id,
                call_started_at=call.started_at,
                ended_at=datetime.now(UTC),
                outcome=ended,
                hangup_by=facts.hangup_by,
                scenario=facts.scenario,
                language=call.language,
                transfer_reason=facts.transferred,
                transfer_summary=self._summary(),
                degraded=facts.degraded,
            )
        )
        metrics.calls_total.labels(facts.scenario.value, ended.value).inc()
        if facts.transferred is not None:
            metrics.transfers_total.labels(facts.transferred.value).inc()
        seconds = asyncio.get_running_loop().time() - self._began_s
        metrics.call_duration.observe(seconds)
        self._log.info("call_ended", outcome=ended.value, scenario=facts.scenario.value, seconds=round(seconds, 1))
        await self._line.hang_up()

    def _summary(self) -> str | None:
        if self._facts.transferred is None:
            return None
        said = self._conversation.transfer_summary if self._conversation else None
        if said or self._agent is None:
            return said
        try:
            return self._agent.summary()
        except Exception as error:  # the end of the call is journaled whatever broke
            metrics.errors_total.labels("session", type(error).__name__).inc()
            self._log.error("summary_broke", error=type(error).__name__)
            return None

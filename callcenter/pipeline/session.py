"""One call from the first frame to the journal's last record. Whatever breaks in it, the caller ends up with a human:
the dialplan goes on to the queue unless we said "bye"."""

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import structlog

from callcenter import metrics
from callcenter.config import Settings
from callcenter.events import CallEvent
from callcenter.pipeline.answer import CallJournal
from callcenter.pipeline.conversation import Conversation
from callcenter.pipeline.handover import broken_off, hand_over, in_a_line
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
from callcenter.records import CallEnded, CallStarted, HandoverBegun, HangupBy, TransferReason
from callcenter.shop import Shop

EVENTS_QUEUE = 32
AT_ONCE_S = 0.05
LAST_TOOLS_S = 10.0
"""Longer than two tools of the shop's, one after the other, may take."""
LAST_TOOLS_DRAINED_S = 3.0
"""When the process ends: its calls have five seconds (audiosocket.server)."""
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
        self._journal = CallJournal(parts.journal, call)
        self._conversation: Conversation | None = None
        self._agent: AgentSession | None = None
        self._told: HandoverBegun | None = None
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
            conversation = Conversation(call, agent, parts.shop, parts.settings, self._journal, events, tasks)
            self._conversation, self._facts = conversation, conversation.facts
            player = Player(line.rate_hz, conversation.on_progress)
            conversation.attach(player, self._speaker(), self._keep_for_operator)
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

    def _keep_for_operator(self) -> None:
        """Should this process die, another one tells the operator so much."""
        call, parts = self._call, self._parts
        if self._agent is not None:
            shown = broken_off(call, self._agent, parts.shop, self._facts.scenario)
            parts.registry.decide_next(call.call_id, "queue", shown)

    def _broke(self, error: Exception) -> None:
        metrics.errors_total.labels("session", type(error).__name__).inc()
        self._log.error("session_failed", exc_info=error)
        self._facts.transferred = TransferReason.COMPONENT_FAILURE
        self._facts.hangup_by = HangupBy.FAILURE

    async def _end(self) -> None:
        call, facts, registry = self._call, self._facts, self._parts.registry
        ended = outcome(facts)
        handover = self._handover()
        shown = in_a_line(handover, self._parts.shop, call) if handover is not None else ""
        registry.decide_next(call.call_id, "queue" if self._to_queue else "bye", shown)
        await self._note_last_tools()
        handover = self._handover()
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
                transfer_summary=handover.summary if handover is not None else None,
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

    @property
    def _to_queue(self) -> bool:
        """The caller goes on to the operators."""
        return self._facts.transferred is not None or self._facts.hangup_by is HangupBy.FAILURE

    def _handover(self) -> HandoverBegun | None:
        """What the operator is told, as it is now; in the journal. None when the call does not go to him."""
        begun = self._conversation.handover if self._conversation else None
        if (reason := self._facts.transferred) is None:
            return None
        words = begun.words if begun is not None else ""
        now = hand_over(self._call, self._agent, self._parts.shop, self._facts.scenario, reason, words)
        if self._told is None:
            self._told = begun
        if self._told is None or replace(now, at=self._told.at) != self._told:
            self._told = now if begun is None else replace(now, at=begun.at)
            self._journal.handover(self._told)
        return self._told

    async def _note_last_tools(self) -> None:
        """What was being done in the shop when the call ended is done, and the journal knows of it."""
        if self._agent is None:
            return
        left = asyncio.create_task(self._last_tools(self._agent), name="last tools")
        done, _ = await asyncio.wait([left], timeout=AT_ONCE_S)
        if not done:
            await self._line.hang_up()  # the caller waits for none of it
        await left

    async def _last_tools(self, agent: AgentSession) -> None:
        is_draining = self._facts.transferred is TransferReason.DRAINING
        try:
            async with asyncio.timeout(LAST_TOOLS_DRAINED_S if is_draining else LAST_TOOLS_S):
                for tool in await agent.unreported():
                    self._journal.tool(self._journal.last_turn, tool)
                if not self._to_queue:  # an operator goes on with what is open
                    for tool in await agent.give_up():
                        self._journal.tool(self._journal.last_turn, tool)
        except Exception as error:  # the end of the call is journaled whatever broke
            metrics.errors_total.labels("session", type(error).__name__).inc()
            self._log.error("last_tools_broke", error=type(error).__name__)

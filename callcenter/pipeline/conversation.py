"""The course of one call: what each event means in each state. The session runs it; nothing here opens or closes parts.

A caller's turn starts one reply; there is at most one reply at a time. Speech over a reply holds the voice first, and
only what was really said decides whether the reply is given up or goes on where it stopped.
"""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, assert_never

import structlog

from callcenter import metrics
from callcenter.config import Settings
from callcenter.errors import EngineError
from callcenter.events import (
    CallerHungUp,
    CallEvent,
    KeyPressed,
    RecognitionFailed,
    SpeechContinued,
    SpeechDiscarded,
    SpeechStarted,
    Transcribed,
    TurnEnded,
)
from callcenter.pipeline.answer import Answer, CallJournal
from callcenter.pipeline.deadlines import Deadlines, Due
from callcenter.pipeline.interruption import is_interruption
from callcenter.pipeline.outcome import CallFacts
from callcenter.pipeline.player import Player, Segment
from callcenter.pipeline.reply import Reply, Speaker
from callcenter.pipeline.states import State, follow
from callcenter.ports import AgentSession, CallerSaid, CallInfo, Transcript
from callcenter.records import HangupBy, TransferReason
from callcenter.shop import Shop

OPERATOR_KEY = "0"
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class ReplyEnded:
    """Our answer was heard to its end, or broke."""

    reply: Reply
    error: EngineError | None


class Conversation:
    def __init__(
        self,
        call: CallInfo,
        agent: AgentSession,
        shop: Shop,
        settings: Settings,
        journal: CallJournal,
        events: "asyncio.Queue[CallEvent | ReplyEnded]",
        tasks: asyncio.TaskGroup,
    ) -> None:
        self._call, self._agent, self._shop, self._settings = call, agent, shop, settings
        self._journal, self._events, self._tasks = journal, events, tasks
        self.facts = CallFacts()
        self.state = State.CONNECTED
        self._deadlines = Deadlines(settings.call, ends_s=self._now() + settings.call.max_duration_s)
        self._keys = ""
        self._caller_speaks = False
        self._reply: Reply | None = None
        self._task: asyncio.Task[None] | None = None
        self.transfer_summary: str | None = None

    def attach(self, player: Player, speaker: Speaker) -> None:
        """The voice; the player needs `on_progress` of this conversation, so it comes second."""
        self._player, self._speaker = player, speaker

    def on_progress(self, segment: Segment) -> None:
        """More of our answer has been heard: called by the player, between two frames."""
        if (reply := self._reply) is None or segment not in reply.answer.segments:
            return
        reply.answer.first_frame(self._now())
        self._journal.turn(reply.answer)

    async def run(self) -> None:
        """Greet and converse until the call has ended for us."""
        self._move(State.GREETING)
        self._say(self._agent.greet() if self._settings.call.greet else "")
        while self.state is not State.ENDED:
            try:
                async with asyncio.timeout_at(self._deadlines.next()):
                    event = await self._events.get()
            except TimeoutError:
                if (due := self._deadlines.take_due(self._now())) is not None:
                    await self._on_due(due)
            else:
                await self._on_event(event)

    async def stop(self) -> None:
        """End whatever we are saying; what was heard of it is journaled."""
        await self._give_up_reply()

    # ------------------------------------------------------------ events

    async def _on_event(self, event: CallEvent | ReplyEnded) -> None:
        match event:
            case SpeechStarted():
                self._deadlines.stop_waiting()
            case SpeechContinued():
                self._caller_speaks = True
                self._hold_voice()
            case SpeechDiscarded():
                self._caller_speaks = False
                self._resume()
            case TurnEnded():
                self._caller_speaks = False
                self._deadlines.caller_active()
            case Transcribed():
                await self._on_transcript(event)
            case RecognitionFailed(error):
                await self._fail(error)
            case KeyPressed(digit):
                await self._on_key(digit)
            case CallerHungUp():
                self.facts.hangup_by = HangupBy.CALLER
                await self._give_up_reply()
                self._move(State.ENDED)
            case ReplyEnded(reply, error):
                if reply is self._reply:
                    await self._on_reply_ended(reply, error)
            case _:
                assert_never(event)

    def _hold_voice(self) -> None:
        if self._may_be_interrupted():
            self._player.paused = True

    def _may_be_interrupted(self) -> bool:
        return self._reply is not None and not self._handing_over()

    def _handing_over(self) -> bool:
        """An operator has been asked for: what is being said is heard to its end, then the call goes to the queue."""
        asked = self._reply is not None and self._reply.answer.transfer is not None
        return asked or self.state is State.TRANSFERRING

    async def _on_transcript(self, event: Transcribed) -> None:
        transcript, heard_us = event.transcript, self._reply is not None
        if self._handing_over():
            self._note_caller(transcript)
            self._resume()
        elif heard_us and not is_interruption(transcript, event.speech_ms):
            self._false_interruption(transcript)
        elif not transcript.text and not transcript.rejected:
            self._resume()
        else:
            await self._interrupt()
            self._note_caller(transcript)
            said = CallerSaid(transcript.text, transcript.language, transcript.confidence, transcript.rejected)
            self._respond(said, event.ended_at_s)

    def _false_interruption(self, transcript: Transcript) -> None:
        if self._player.paused:
            metrics.barge_ins_total.labels("false").inc()
            self._journal.event("false_interruption", words=len(transcript.text.split()))
        self._resume()

    def _resume(self) -> None:
        self._player.paused = False
        if self._reply is None:
            self._deadlines.listen(self._now())

    async def _on_key(self, digit: str) -> None:
        self._journal.event("dtmf")  # never the digit: it may be part of a card number
        if self._handing_over():
            return
        await self._interrupt()
        if digit == OPERATOR_KEY and not self._keys:
            self._announce_transfer(TransferReason.CUSTOMER_REQUEST)
        elif digit == "#":
            self._deadlines.keys_s = None
            self._take_keys()
        else:
            self._keys += digit
            self._deadlines.key_pressed(self._now())

    def _take_keys(self) -> None:
        keys, self._keys = self._keys, ""
        if keys:
            self._journal.caller_turn(keys, None)
            self._respond(CallerSaid(keys, self._call.language, keyed=True), self._now())
        else:
            self._deadlines.listen(self._now())

    async def _on_due(self, due: Due) -> None:
        match due:
            case Due.KEYS | Due.TOO_LONG if self._handing_over():
                self._keys = ""
            case Due.KEYS:
                await self._interrupt()
                self._take_keys()
            case Due.SILENCE if self._deadlines.prompts == 1:
                self._journal.event("silence_prompt")
                self._move(State.SPEAKING)
                self._say(self._phrase("silence.prompt"))
            case Due.SILENCE:
                self._journal.event("silence_hangup")
                self._move(State.SPEAKING)
                self._say(self._phrase("silence.goodbye"), hangup=True)
            case Due.TOO_LONG:
                await self._interrupt()
                self._announce_transfer(TransferReason.COMPLEX_QUESTION)
            case _:
                assert_never(due)

    # ------------------------------------------------------------ replies

    def _respond(self, said: CallerSaid, asked_at_s: float) -> None:
        self._move(State.THINKING)
        answer = self._answer()
        answer.asked_at_s, answer.transcribed_at_s = asked_at_s, self._now()
        reply = self._new_reply(answer)
        self._start(reply, reply.run(self._agent.respond(said)))

    def _say(self, text: str, hangup: bool = False, transfer: tuple[TransferReason, str] | None = None) -> None:
        answer = self._answer()
        answer.hangup, answer.transfer = hangup, transfer
        reply = self._new_reply(answer)
        self._start(reply, reply.say(text))

    def _answer(self) -> Answer:
        self._deadlines.stop_waiting()
        return Answer(self._journal.next_turn(), self._call.language)

    def _new_reply(self, answer: Answer) -> Reply:
        return Reply(
            self._speaker,
            self._player,
            self._journal,
            self.facts,
            answer,
            self._settings.call.reply_timeout_s,
            on_speaking=self._on_speaking,
        )

    def _on_speaking(self) -> None:
        if self.state is State.THINKING:
            self._move(State.SPEAKING)

    def _start(self, reply: Reply, work: Coroutine[Any, Any, None]) -> None:
        self._reply = reply
        self._player.paused = self._caller_speaks and self._may_be_interrupted()
        self._task = self._tasks.create_task(self._run_reply(reply, work), name="reply")

    async def _run_reply(self, reply: Reply, work: Coroutine[Any, Any, None]) -> None:
        error = None
        try:
            await work
        except EngineError as failure:
            error = failure
        await self._events.put(ReplyEnded(reply, error))

    async def _on_reply_ended(self, reply: Reply, error: EngineError | None) -> None:
        await self._give_up_reply(interrupted=False)
        answer = reply.answer
        if answer.transfer is not None:
            reason, summary = answer.transfer
            if error is not None:  # without a voice there is no announcement to wait for
                self._note_failure(error)
            if answer.segments or error is not None:
                self._hand_over(reason, summary)
            else:  # a model may ask for the operator without a word to the caller
                self._announce_transfer(reason, summary=summary)
        elif error is not None:
            await self._fail(error)
        elif answer.hangup:
            self.facts.hangup_by = HangupBy.AGENT
            self._move(State.ENDED)
        else:
            self._move(State.LISTENING)
            self._deadlines.listen(self._now())

    async def _interrupt(self) -> None:
        """The caller has taken the turn: stop our voice, remember what was heard of it."""
        if self._reply is None:
            return
        if self._player.pending or self._reply.answer.began:
            metrics.barge_ins_total.labels("real").inc()
            self._journal.event("barge_in", turn_number=self._reply.answer.turn_number)
        await self._give_up_reply()
        if self.state is not State.TRANSFERRING:
            self._move(State.LISTENING)

    async def _give_up_reply(self, interrupted: bool = True) -> None:
        reply, task = self._reply, self._task
        if reply is None or task is None:
            return
        task.cancel()
        await asyncio.wait([task])
        reply.answer.interrupted = interrupted and self._player.pending
        self._player.flush()
        self._reply = self._task = None
        if reply.answer.text or reply.answer.tool_calls or reply.answer.tokens_out:
            self._journal.turn(reply.answer)
        self._agent.heard(reply.answer.content_heard)

    # ------------------------------------------------------------ to a human

    async def _fail(self, error: EngineError) -> None:
        """A component gave up: an apology, then the operator."""
        self._note_failure(error)
        if self._handing_over():
            self._resume()
            return
        await self._give_up_reply()
        self._announce_transfer(TransferReason.COMPONENT_FAILURE, apology=f"apology.{error.stage}")

    def _note_failure(self, error: EngineError) -> None:
        metrics.errors_total.labels(error.stage, error.kind).inc()
        log.warning("component_failed", stage=error.stage, kind=error.kind, error=str(error))
        self._journal.event("component_error", component=error.stage, error=error.kind)

    def _announce_transfer(self, reason: TransferReason, apology: str = "", summary: str | None = None) -> None:
        self._move(State.TRANSFERRING)
        keys = [*([apology] if apology else []), f"transfer.{reason}"]
        text = " ".join(map(self._phrase, keys))
        self._say(text, transfer=(reason, self._agent.summary() if summary is None else summary))

    def _hand_over(self, reason: TransferReason, summary: str) -> None:
        self.facts.transferred = reason
        self.facts.hangup_by = HangupBy.AGENT
        self.transfer_summary = summary
        self._move(State.ENDED)

    # ------------------------------------------------------------ small things

    def _note_caller(self, transcript: Transcript) -> None:
        self._journal.caller_turn(
            transcript.text,
            transcript.language,
            stt_confidence=transcript.confidence,
            stt_latency_ms=transcript.latency_ms,
            stt_audio_ms=transcript.audio_ms,
            grammar=transcript.grammar,
            grammar_size=transcript.grammar_size,
            rejected=transcript.rejected,
        )

    def _phrase(self, key: str) -> str:
        return self._shop.phrase(key, self._call.language)

    def _move(self, state: State) -> None:
        self.state = follow(self.state, state)

    def _now(self) -> float:
        return asyncio.get_running_loop().time()

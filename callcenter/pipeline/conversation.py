"""The course of one call: what each event means in each state. The session runs it; nothing here opens or closes parts.

A caller's turn starts one reply; there is at most one reply at a time. Speech over a reply holds the voice first, and
only what was really said decides whether the reply is given up or goes on where it stopped. While the caller pauses,
the answer to what was said so far is guessed at (`replies`).
"""

import asyncio
from collections.abc import Callable
from typing import assert_never

import structlog

from callcenter import metrics
from callcenter.config import Settings
from callcenter.errors import EngineError
from callcenter.events import (
    CallerHungUp,
    CallEvent,
    Guessed,
    GuessVoid,
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
from callcenter.pipeline.fillers import Fillers
from callcenter.pipeline.handover import hand_over
from callcenter.pipeline.interruption import is_interruption
from callcenter.pipeline.outcome import CallFacts
from callcenter.pipeline.player import Player, Segment
from callcenter.pipeline.replies import Replies, ReplyEnded
from callcenter.pipeline.speaker import Speaker
from callcenter.pipeline.states import State, follow
from callcenter.pipeline.waterfall import Waterfall
from callcenter.ports import AgentSession, CallerSaid, CallInfo, Transcript, TransferRequested
from callcenter.records import HandoverBegun, HangupBy, Stage, TransferReason
from callcenter.shop import Shop

OPERATOR_KEY = "0"
log = structlog.get_logger()


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
        self._guesses = 0
        """In this turn of the caller's."""
        self._turn_open = False
        """The caller has begun to speak, and not been taken to have finished."""
        self.handover: HandoverBegun | None = None
        """An operator is being fetched."""

    def attach(self, player: Player, speaker: Speaker, on_understood: Callable[[], None]) -> None:
        """The voice; the player needs `on_progress` of this conversation, so it comes second. `on_understood`: one
        more turn of the caller's is known to the agent."""
        self._player, self._on_understood = player, on_understood
        self._replies = Replies(
            self._agent,
            player,
            speaker,
            self._journal,
            self.facts,
            self._settings.call,
            Fillers(lambda key, number: self._shop.phrase(key, self._call.language, seed=number)),
            self._on_speaking,
            self._on_transfer,
            self._events.put,
            self._tasks,
        )

    def on_progress(self, segment: Segment) -> None:
        """More of our answer has been heard: called by the player, between two frames."""
        if (reply := self._replies.current) is None or segment not in reply.answer.segments:
            return
        waterfall = reply.answer.waterfall
        if waterfall is not None and Stage.FIRST_AUDIO not in waterfall.reached:
            waterfall.reach(Stage.FIRST_AUDIO, self._now())
            waterfall.observe()
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
                self._turn_open = True
                self._deadlines.stop_waiting()
            case SpeechContinued():
                self._caller_speaks = True
                self._hold_voice()
            case SpeechDiscarded():
                self._caller_speaks = False
                await self._replies.drop_guess()
                self._resume()
            case Guessed():
                self._on_guess(event)
            case GuessVoid(audio_ms):
                self._replies.waste_audio(audio_ms)
                await self._replies.drop_guess()
            case TurnEnded():
                self._caller_speaks = self._turn_open = False
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
                if reply is self._replies.current:
                    await self._on_reply_ended(reply.answer, error)
            case _:
                assert_never(event)

    def _hold_voice(self) -> None:
        if self._may_be_interrupted():
            self._replies.hold()

    def _may_be_interrupted(self) -> bool:
        return self._replies.current is not None and not self._handing_over()

    def _handing_over(self) -> bool:
        """An operator has been asked for: what is being said is heard to its end, then the call goes to the queue."""
        current = self._replies.current
        asked = current is not None and current.answer.transfer is not None
        return asked or self.state is State.TRANSFERRING

    def _on_guess(self, event: Guessed) -> None:
        """Prepare the answer to what may be all. Speech that was not understood, and what does not interrupt us, is not
        worth it."""
        transcript, turn = event.transcript, self._settings.turn
        if not self._turn_open or self._handing_over() or self._keys:
            return
        if not transcript.text or not self._replies.may_guess():
            return
        over_ours = self._replies.current is not None
        if self._guesses >= turn.max_guesses or (over_ours and not is_interruption(transcript, event.speech_ms)):
            return
        self._guesses += 1
        self._replies.begin_guess(_said(transcript), self._answer(Waterfall(event.paused_at_s), transcript))

    async def _on_transcript(self, event: Transcribed) -> None:
        transcript, heard_us = event.transcript, self._replies.current is not None
        self._guesses = 0
        if (guess := self._replies.guess) is not None and guess.said != _said(transcript):
            await self._replies.drop_guess()
        if self._handing_over():
            self._note_caller(transcript)
            self._resume()
        elif heard_us and not is_interruption(transcript, event.speech_ms):
            await self._replies.drop_guess()
            self._false_interruption(transcript)
        elif not transcript.text and not transcript.rejected:
            self._resume()
        else:
            await self._interrupt()
            self._note_caller(transcript)
            self._answer_caller(event)

    def _answer_caller(self, event: Transcribed) -> None:
        self._move(State.THINKING)
        if self._replies.guess is not None:
            self._deadlines.stop_waiting()
            answer = self._replies.settle_guess().answer
        else:
            answer = self._answer(Waterfall(event.ended_at_s), event.transcript)
            self._replies.respond(_said(event.transcript), answer)
            self._pause_while_caller_speaks()
        answer.endpoint_reason = event.reason
        if (waterfall := answer.waterfall) is not None:
            waterfall.ended_at_s = event.ended_at_s
            waterfall.reach(Stage.ENDPOINT, event.endpoint_at_s)
            waterfall.reach(Stage.TRANSCRIPT, event.transcribed_at_s)
            waterfall.wait(event.ended_at_s, event.endpoint_at_s)
            waterfall.wait(event.transcribed_at_s - event.transcript.latency_ms / 1000, event.transcribed_at_s)

    def _false_interruption(self, transcript: Transcript) -> None:
        if self._player.paused:
            metrics.barge_ins_total.labels("false").inc()
            self._journal.event("false_interruption", words=len(transcript.text.split()))
        self._resume()

    def _resume(self) -> None:
        self._replies.go_on()
        if self._replies.current is None:
            self._deadlines.listen(self._now())

    async def _on_key(self, digit: str) -> None:
        self._journal.event("dtmf")  # never the digit: it may be part of a card number
        if self._handing_over():
            return
        await self._replies.drop_guess()
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
            self._move(State.THINKING)
            self._replies.respond(
                CallerSaid(keys, self._call.language, keyed=True), self._answer(Waterfall(self._now()))
            )
            self._pause_while_caller_speaks()
        else:
            self._deadlines.listen(self._now())

    async def _on_due(self, due: Due) -> None:
        match due:
            case Due.KEYS | Due.TOO_LONG if self._handing_over():
                self._keys = ""
            case Due.KEYS:
                await self._replies.drop_guess()
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
                await self._replies.drop_guess()
                await self._interrupt()
                self._announce_transfer(TransferReason.COMPLEX_QUESTION)
            case _:
                assert_never(due)

    # ------------------------------------------------------------ replies

    def _say(self, text: str, hangup: bool = False, transfer: TransferRequested | None = None) -> None:
        answer = self._answer(None)
        answer.hangup, answer.transfer = hangup, transfer
        self._replies.say(text, answer)
        self._pause_while_caller_speaks()

    def _answer(self, waterfall: Waterfall | None, transcript: Transcript | None = None) -> Answer:
        self._deadlines.stop_waiting()
        return Answer(
            self._call.language, waterfall=waterfall, stt_backend=transcript.backend if transcript is not None else None
        )

    def _pause_while_caller_speaks(self) -> None:
        if self._caller_speaks and self._may_be_interrupted():
            self._replies.hold()

    def _on_speaking(self) -> None:
        if self.state is State.THINKING:
            self._move(State.SPEAKING)
            self._on_understood()

    async def _on_reply_ended(self, answer: Answer, error: EngineError | None) -> None:
        await self._give_up_reply(interrupted=False)
        if answer.transfer is not None:
            if error is not None:  # without a voice there is no announcement to wait for
                self._note_failure(error)
            if answer.segments or error is not None:
                self._hand_over(answer)
            else:  # a model may ask for the operator without a word to the caller
                self._announce_transfer(answer.transfer.reason)
        elif error is not None:
            await self._fail(error)
        elif answer.hangup:
            self.facts.hangup_by = HangupBy.AGENT
            self._move(State.ENDED)
        else:
            self._on_understood()  # where a model answers, the rules keep up only now
            self._move(State.LISTENING)
            self._deadlines.listen(self._now())

    async def _interrupt(self) -> None:
        """The caller has taken the turn: stop our voice, remember what was heard of it. A guess stays: it is what the
        caller is to hear next."""
        if (reply := self._replies.current) is None:
            return
        if self._player.pending or reply.answer.began:
            metrics.barge_ins_total.labels("real").inc()
            self._journal.event("barge_in", turn_number=reply.answer.turn_number)
        await self._replies.give_up(interrupted=True)
        if self.state is not State.TRANSFERRING:
            self._move(State.LISTENING)

    async def _give_up_reply(self, interrupted: bool = True) -> None:
        """And the guess too."""
        await self._replies.drop_guess()
        await self._replies.give_up(interrupted=interrupted)

    # ------------------------------------------------------------ to a human

    async def _fail(self, error: EngineError) -> None:
        """A component gave up: an apology, then the operator."""
        self._note_failure(error)
        await self._replies.drop_guess()
        if self._handing_over():
            self._resume()
            return
        await self._give_up_reply()
        self._announce_transfer(TransferReason.COMPONENT_FAILURE, apology=f"apology.{error.stage}")

    def _note_failure(self, error: EngineError) -> None:
        metrics.errors_total.labels(error.stage, error.kind).inc()
        log.warning("component_failed", stage=error.stage, kind=error.kind, error=str(error))
        self._journal.event("component_error", component=error.stage, error=error.kind)

    def _announce_transfer(self, reason: TransferReason, apology: str = "") -> None:
        self._move(State.TRANSFERRING)
        keys = [*([apology] if apology else []), f"transfer.{reason}"]
        text = " ".join(map(self._phrase, keys))
        transfer = TransferRequested(reason, "")
        self._begin_handover(transfer)
        self._say(text, transfer=transfer)

    def _on_transfer(self, answer: Answer) -> None:
        if answer.transfer is not None:
            self._begin_handover(answer.transfer)

    def _begin_handover(self, transfer: TransferRequested) -> None:
        """The journal knows before the announcement has been heard: an operator reads it before he says hello."""
        if self.handover is None:
            words = transfer.summary if transfer.by_model else ""
            self.handover = hand_over(self._call, self._agent, self._shop, self.facts.scenario, transfer.reason, words)
            self._journal.handover(self.handover)

    def _hand_over(self, answer: Answer) -> None:
        self._on_transfer(answer)
        assert answer.transfer is not None, "the caller asked"  # noqa: S101
        self.facts.transferred = answer.transfer.reason
        self.facts.hangup_by = HangupBy.AGENT
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
            stt_backend=transcript.backend,
        )

    def _phrase(self, key: str) -> str:
        return self._shop.phrase(key, self._call.language)

    def _move(self, state: State) -> None:
        self.state = follow(self.state, state)

    def _now(self) -> float:
        return asyncio.get_running_loop().time()


def _said(transcript: Transcript) -> CallerSaid:
    return CallerSaid(transcript.text, transcript.language, transcript.confidence, transcript.rejected)

"""From the line's audio to events: voice activity, turns, recognition. One task a call; it never waits for the session
longer than the events' queue is full (then the line drops its oldest audio, and counts it).

In each pause the utterance so far is recognized as if it were all: when the turn ends there, its text is known already;
when the caller goes on, it is thrown away and what follows is heard together with what was before.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Literal
from uuid import UUID

from callcenter import metrics
from callcenter.audio import SAMPLE_BYTES, Resampler
from callcenter.config import Settings
from callcenter.errors import RecognitionError
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
    TurnEnded,
)
from callcenter.pipeline.completeness import completeness
from callcenter.pipeline.hearing import Finished, Hearing
from callcenter.pipeline.turn_taking import Confirmed, Discarded, Ended, Paused, Resumed, Signal, Started, TurnDetector
from callcenter.ports import (
    CallLine,
    DigitReceived,
    Expectation,
    Language,
    LineClosed,
    Recognizer,
    TurnModel,
    VoiceDetector,
)


def hearing_rate_hz(line_rate_hz: int) -> Literal[8000, 16000]:
    """Narrow-band lines are heard as they are, wider ones at 16 kHz."""
    return 8000 if line_rate_hz == 8000 else 16000


class Listener:
    def __init__(
        self,
        call_id: UUID,
        line: CallLine,
        detector: VoiceDetector,
        recognizer: Recognizer,
        turn_model: TurnModel | None,
        settings: Settings,
        language: Language,
        expectation: Callable[[], Expectation],
        emit: Callable[[CallEvent], Awaitable[None]],
    ) -> None:
        self._line, self._emit, self._expectation = line, emit, expectation
        self._rate_hz = hearing_rate_hz(line.rate_hz)
        self._resampler = Resampler(line.rate_hz, self._rate_hz)
        self._voice = detector.open(self._rate_hz)
        self._recognition = recognizer.open(call_id, self._rate_hz, language)
        self._turns = TurnDetector(settings.turn, settings.vad)
        self._turn_model = turn_model
        self._worth_a_guess = settings.turn.worth_a_guess
        self._timeout_s = settings.stt.timeout_ms / 1000
        pre_roll_ms = settings.turn.pre_roll_ms + settings.turn.start_ms
        self._pre_roll_bytes = pre_roll_ms * self._rate_hz // 1000 * SAMPLE_BYTES
        self._pre_roll: deque[bytes] = deque()
        self._held_bytes = 0
        """In the pre-roll."""
        self._hearing: Hearing | None = None
        self._tasks = asyncio.TaskGroup()

    async def run(self) -> None:
        """Listen until the line closes. Raises EngineError when voice activity detection fails."""
        try:
            async with self._tasks:
                await self._listen()
        finally:
            self._forget()
            await self._recognition.aclose()

    async def _listen(self) -> None:
        while True:
            match await self._line.receive():
                case bytes(pcm):
                    await self._hear(self._resampler.feed(pcm + self._line.receive_waiting()))
                case DigitReceived(digit):
                    await self._emit(KeyPressed(digit))
                case LineClosed():
                    await self._emit(CallerHungUp())
                    return

    async def _hear(self, pcm: bytes) -> None:
        if self._hearing is not None:
            self._hearing.feed(pcm)
        else:
            self._remember(pcm)
        for activity in await self._voice.feed(pcm, urgent=self._turns.speaking):
            for signal in self._turns.feed(activity, self._voice.window_ms):
                try:
                    await self._handle(signal)
                except RecognitionError as error:  # the recognizer takes no more
                    self._forget()
                    await self._emit(RecognitionFailed(error))
            if self._turn_model is not None and self._turns.wants_voice:
                self._ask(self._turn_model)

    def _remember(self, pcm: bytes) -> None:
        self._pre_roll.append(pcm)
        self._held_bytes += len(pcm)
        while self._held_bytes - len(self._pre_roll[0]) > self._pre_roll_bytes:
            self._held_bytes -= len(self._pre_roll.popleft())

    async def _handle(self, signal: Signal) -> None:
        match signal:
            case Started(at_ms):
                self._begin()
                await self._emit(SpeechStarted(at_ms))
            case Confirmed(speech_ms):
                await self._emit(SpeechContinued(speech_ms))
            case Paused():
                self._guess(signal)
            case Resumed():
                if self._hearing is not None and (audio_ms := self._hearing.go_on()):
                    await self._emit(GuessVoid(audio_ms))
            case Discarded(speech_ms):
                self._forget()
                await self._emit(SpeechDiscarded(speech_ms))
            case Ended():
                await self._end(signal)

    def _begin(self) -> None:
        expectation = self._expectation()
        self._turns.dictation = expectation.dictation
        self._hearing = Hearing(self._recognition, expectation, self._rate_hz, self._timeout_s)
        for pcm in self._pre_roll:
            self._hearing.feed(pcm)
        self._pre_roll.clear()
        self._held_bytes = 0

    def _forget(self) -> None:
        if self._hearing is not None:
            self._hearing.cancel()
            self._hearing = None

    def _guess(self, paused: Paused) -> None:
        if (hearing := self._hearing) is None:
            return
        paused_at_s = self._now() - paused.silence_ms / 1000
        hearing.pause()
        self._tasks.create_task(self._guess_words(hearing, paused.speech_ms, paused_at_s), name="guess")

    async def _guess_words(self, hearing: Hearing, speech_ms: int, paused_at_s: float) -> None:
        """What was said so far votes on whether it is all, and is answered as if it were."""
        pause = hearing.pauses
        transcript = await hearing.so_far()
        if transcript is None or pause != hearing.pauses or hearing is not self._hearing or not hearing.paused:
            return
        complete = completeness(transcript, hearing.expectation)
        self._turns.judge(words=complete)
        if complete >= self._worth_a_guess:
            await self._emit(Guessed(transcript, speech_ms, paused_at_s))

    def _ask(self, model: TurnModel) -> None:
        """Once a pause."""
        if (hearing := self._hearing) is not None and hearing.asked_voice != hearing.pauses:
            hearing.asked_voice = hearing.pauses
            self._tasks.create_task(self._ask_voice(hearing, model), name="turn model")

    async def _ask_voice(self, hearing: Hearing, model: TurnModel) -> None:
        pause = hearing.pauses
        try:
            complete = await model.complete(hearing.audio, self._rate_hz)
        except RecognitionError as error:  # the turn is decided without it
            metrics.errors_total.labels("turn_model", error.kind).inc()
            return
        if pause == hearing.pauses and hearing is self._hearing and hearing.paused:
            self._turns.judge(voice=complete)

    async def _end(self, ended: Ended) -> None:
        hearing, self._hearing = self._hearing, None
        now_s = self._now()
        metrics.endpointing_delay.observe(ended.silence_ms / 1000)
        await self._emit(TurnEnded(ended.speech_ms))
        if hearing is not None:
            finished = Finished(ended.speech_ms, now_s - ended.silence_ms / 1000, now_s, ended.reason)
            self._tasks.create_task(self._transcribe(hearing, finished))

    async def _transcribe(self, hearing: Hearing, finished: Finished) -> None:
        await self._emit(await hearing.finish(finished))

    def _now(self) -> float:
        return asyncio.get_running_loop().time()

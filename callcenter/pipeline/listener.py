"""From the line's audio to events: voice activity, turns, recognition. One task a call; it never waits for the session
longer than the events' queue is full (then the line drops its oldest audio, and counts it)."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Literal
from uuid import UUID

from callcenter import metrics
from callcenter.audio import Resampler, duration_ms
from callcenter.config import Settings
from callcenter.errors import EngineError, RecognitionError
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
from callcenter.pipeline.turn_taking import Confirmed, Discarded, Ended, Paused, Resumed, Signal, Started, TurnDetector
from callcenter.ports import (
    AudioReceived,
    CallLine,
    DigitReceived,
    Expectation,
    Language,
    LineClosed,
    Recognizer,
    Utterance,
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
        self._timeout_s = settings.stt.timeout_ms / 1000
        self._pre_roll_ms = settings.turn.pre_roll_ms + settings.turn.start_ms
        self._pre_roll: deque[bytes] = deque()
        self._utterance: Utterance | None = None
        self._finishing = asyncio.TaskGroup()
        self._last_voiced_s = 0.0

    async def run(self) -> None:
        """Listen until the line closes. Raises EngineError when voice activity detection fails."""
        try:
            async with self._finishing:
                await self._listen()
        finally:
            self._drop_utterance()
            await self._recognition.aclose()

    async def _listen(self) -> None:
        while True:
            match await self._line.receive():
                case AudioReceived(pcm):
                    await self._hear(self._resampler.feed(pcm))
                case DigitReceived(digit):
                    await self._emit(KeyPressed(digit))
                case LineClosed():
                    await self._emit(CallerHungUp())
                    return

    async def _hear(self, pcm: bytes) -> None:
        if self._utterance is not None:
            self._utterance.feed(pcm)
        else:
            self._remember(pcm)
        for activity in await self._voice.feed(pcm):
            for signal in self._turns.feed(activity, self._voice.window_ms):
                await self._handle(signal)
            if self._turns.speaking and not self._turns.silence_ms:
                self._last_voiced_s = asyncio.get_running_loop().time()

    def _remember(self, pcm: bytes) -> None:
        self._pre_roll.append(pcm)
        held = sum(map(len, self._pre_roll))
        while duration_ms(held - len(self._pre_roll[0]), self._rate_hz) > self._pre_roll_ms:
            held -= len(self._pre_roll.popleft())

    async def _handle(self, signal: Signal) -> None:
        match signal:
            case Started(at_ms):
                self._begin()
                await self._emit(SpeechStarted(at_ms))
            case Confirmed(speech_ms):
                await self._emit(SpeechContinued(speech_ms))
            case Paused() | Resumed():
                pass
            case Discarded(speech_ms):
                self._drop_utterance()
                await self._emit(SpeechDiscarded(speech_ms))
            case Ended(speech_ms, silence_ms):
                ended_at_s = self._last_voiced_s
                metrics.endpointing_delay.observe(silence_ms / 1000)
                await self._emit(TurnEnded(speech_ms, ended_at_s))
                self._finish(speech_ms, ended_at_s)

    def _begin(self) -> None:
        expectation = self._expectation()
        self._turns.dictation = expectation.dictation
        self._utterance = self._recognition.begin(expectation)
        for pcm in self._pre_roll:
            self._utterance.feed(pcm)
        self._pre_roll.clear()

    def _drop_utterance(self) -> None:
        if self._utterance is not None:
            self._utterance.cancel()
            self._utterance = None

    def _finish(self, speech_ms: int, ended_at_s: float) -> None:
        utterance, self._utterance = self._utterance, None
        if utterance is not None:
            self._finishing.create_task(self._transcribe(utterance, speech_ms, ended_at_s))

    async def _transcribe(self, utterance: Utterance, speech_ms: int, ended_at_s: float) -> None:
        event: CallEvent
        try:
            async with asyncio.timeout(self._timeout_s):
                transcript = await utterance.finish()
        except TimeoutError:
            event = RecognitionFailed(RecognitionError("no transcript in time", kind="timeout"))
        except EngineError as error:
            event = RecognitionFailed(error)
        else:
            metrics.stt_latency.observe(transcript.latency_ms / 1000)
            event = Transcribed(transcript, speech_ms, ended_at_s)
        finally:
            utterance.cancel()
        await self._emit(event)

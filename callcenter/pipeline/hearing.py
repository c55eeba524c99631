"""One utterance of the caller's while it is recognized, pause by pause."""

import asyncio
from dataclasses import dataclass

from callcenter import metrics
from callcenter.audio import duration_ms
from callcenter.errors import EngineError, RecognitionError
from callcenter.events import RecognitionFailed, Transcribed
from callcenter.ports import Expectation, RecognitionSession, Transcript, Utterance


@dataclass(frozen=True, slots=True)
class Finished:
    """How the turn ended; see events.Transcribed."""

    speech_ms: int
    ended_at_s: float
    endpoint_at_s: float
    reason: str


MOST_GUESSED_MS = 12_000
"""So much of one utterance is recognized in vain at most, all its pauses together: each costs the whole again."""


class Hearing:
    """Keeps the audio: what follows a pause is recognized together with what was before it. Raises RecognitionError
    where the recognizer takes no more."""

    def __init__(self, session: RecognitionSession, expectation: Expectation, rate_hz: int, timeout_s: float) -> None:
        self.expectation = expectation
        self.pauses = 0
        """How many there have been: tells whether a late answer still belongs to the present one."""
        self.asked_voice = 0
        """In which of them the voice was asked for its vote."""
        self._session, self._rate_hz, self._timeout_s = session, rate_hz, timeout_s
        self._pieces: list[bytes] = []
        self._utterance = session.begin(expectation)
        self._result: asyncio.Task[tuple[Transcript, float]] | None = None
        """Of the audio until this pause, and when it was there."""
        self.paused = False
        self._guessed_ms = 0

    @property
    def audio(self) -> bytes:
        """All so far."""
        return b"".join(self._pieces)

    def feed(self, pcm: bytes) -> None:
        self._pieces.append(pcm)
        if self._result is None:  # silence after a pause tells nothing
            self._utterance.feed(pcm)

    def pause(self) -> None:
        """The caller may have finished: recognize what there is, unless that has been tried too often."""
        self.pauses += 1
        self.paused = True
        if self._guessed_ms < MOST_GUESSED_MS:
            self._guessed_ms += self._length_ms()
            self._result = self._recognize_all()

    def go_on(self) -> int:
        """The caller has not finished: hear it all again. Returns how much was recognized in vain, ms. Raises
        RecognitionError."""
        self.paused = False
        if self._result is None:
            return 0
        self._give_up_result()
        self._utterance.cancel()  # also where its recognition had not begun yet
        self._utterance = self._session.begin(self.expectation, continues=True)
        self._utterance.feed(self.audio)
        return self._length_ms()

    async def so_far(self) -> Transcript | None:
        """What was said until the pause; None when that is not to be known, or the caller goes on."""
        if (result := self._result) is None:
            return None
        await asyncio.wait([result])
        if result.cancelled() or result.exception() is not None:
            return None
        return result.result()[0]

    async def finish(self, finished: Finished) -> Transcribed | RecognitionFailed:
        """The turn has ended: its final text."""
        if self._result is None:
            self._result = self._recognize_all()
        try:
            transcript, transcribed_at_s = await self._result
        except EngineError as error:
            return RecognitionFailed(error)
        finally:
            self.cancel()
        metrics.stt_latency.observe(max(0.0, transcribed_at_s - finished.endpoint_at_s))
        return Transcribed(
            transcript,
            finished.speech_ms,
            finished.ended_at_s,
            finished.endpoint_at_s,
            transcribed_at_s,
            finished.reason,
        )

    def cancel(self) -> None:
        """Throw it away. Idempotent."""
        self._give_up_result()
        self._utterance.cancel()

    def _give_up_result(self) -> None:
        if self._result is not None:
            self._result.cancel()
            self._result = None

    def _length_ms(self) -> int:
        return round(duration_ms(sum(map(len, self._pieces)), self._rate_hz))

    def _recognize_all(self) -> asyncio.Task[tuple[Transcript, float]]:
        return asyncio.create_task(self._recognize(self._utterance), name="recognize")

    async def _recognize(self, utterance: Utterance) -> tuple[Transcript, float]:
        try:
            async with asyncio.timeout(self._timeout_s):
                transcript = await utterance.finish()
        except TimeoutError:
            raise RecognitionError("no transcript in time", kind="timeout") from None
        finally:
            utterance.cancel()
        return transcript, asyncio.get_running_loop().time()

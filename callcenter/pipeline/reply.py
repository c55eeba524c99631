"""One answer of ours, from the agent's acts to the last frame played: sentences are spoken while the rest is still
being written. A Reply is one task; cancelling it stops everything it started.

    acts -> SentenceSplitter -> Queue(2) -> verbalize -> Synthesizer -> resample -> Player
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from typing import assert_never

from callcenter import metrics
from callcenter.audio import Resampler
from callcenter.errors import AgentError, SynthesisError
from callcenter.pipeline.answer import Answer, CallJournal
from callcenter.pipeline.outcome import CallFacts
from callcenter.pipeline.player import Player, Segment
from callcenter.ports import (
    AgentAct,
    CallbackPromised,
    FellBack,
    GoalReached,
    HangupRequested,
    ModelAnswered,
    Said,
    ScenarioRecognized,
    Synthesizer,
    ToolFinished,
    ToolStarted,
    TransferRequested,
    Voice,
)
from callcenter.text_normalization import SentenceSplitter, verbalize

SENTENCES_AHEAD = 2


class Speaker:
    """Our voice in one call: sentences in, audio to the player."""

    def __init__(
        self,
        synthesizer: Synthesizer,
        voice: Voice,
        player: Player,
        line_rate_hz: int,
        lexicon: Mapping[str, str],
        timeout_s: float,
    ) -> None:
        self._synthesizer, self._voice, self._player = synthesizer, voice, player
        self._line_rate_hz, self._lexicon, self._timeout_s = line_rate_hz, lexicon, timeout_s

    async def say(self, text: str, answer: Answer) -> None:
        """Speak one sentence; returns when all of its audio is queued. Raises SynthesisError."""
        segment = Segment(text)
        answer.segments.append(segment)
        words = verbalize(text, self._voice.language, self._lexicon)
        if not words.strip():
            self._player.complete(segment)
            return
        began_s = asyncio.get_running_loop().time()
        stream = self._synthesizer.speak(words, self._voice)
        resampler = Resampler(stream.rate_hz, self._line_rate_hz)
        first = True
        async with aclosing(aiter(stream)) as chunks:
            while (pcm := await self._next(chunks)) is not None:
                if first:
                    self._account(answer, words, stream.cached, began_s)
                    first = False
                await self._player.put(segment, resampler.feed(pcm))
        if first:
            raise SynthesisError("the voice answered without any audio", kind="bad_answer")
        await self._player.put(segment, resampler.flush())
        self._player.complete(segment)

    async def _next(self, chunks: AsyncGenerator[bytes, None]) -> bytes | None:
        try:
            async with asyncio.timeout(self._timeout_s):
                return await anext(chunks, None)
        except TimeoutError as error:
            raise SynthesisError("no audio in time", kind="timeout") from error

    def _account(self, answer: Answer, words: str, cached: bool, began_s: float) -> None:
        seconds = asyncio.get_running_loop().time() - began_s
        metrics.tts_first_audio.observe(seconds)
        if answer.tts_latency_ms is None:
            answer.tts_latency_ms = round(seconds * 1000)
        if cached:
            answer.tts_cached_characters += len(words)
        else:
            answer.tts_characters += len(words)


class Reply:
    def __init__(
        self,
        speaker: Speaker,
        player: Player,
        journal: CallJournal,
        facts: CallFacts,
        answer: Answer,
        timeout_s: float,
        on_speaking: Callable[[], None],
    ) -> None:
        self._speaker, self._player, self._journal, self._facts = speaker, player, journal, facts
        self._timeout_s, self._on_speaking = timeout_s, on_speaking
        self.answer = answer
        self._sentences: asyncio.Queue[str | None] = asyncio.Queue(SENTENCES_AHEAD)

    async def say(self, text: str) -> None:
        """Speak a phrase of ours and wait until it has been heard. Raises SynthesisError."""
        self.answer.text = text
        self._on_speaking()
        for sentence in self._split_all(text):
            await self._speaker.say(sentence, self.answer)
        await self._player.played_out()

    async def run(self, acts: AsyncGenerator[AgentAct, None]) -> None:
        """Speak what the agent says and wait until it has been heard. Raises AgentError or SynthesisError."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._write(acts))
                tasks.create_task(self._speak())
        except* (AgentError, SynthesisError) as group:
            raise group.exceptions[0] from None
        await self._player.played_out()

    def _split_all(self, text: str) -> list[str]:
        splitter = SentenceSplitter(self.answer.language)
        return [*splitter.feed(text), *splitter.flush()]

    async def _write(self, acts: AsyncGenerator[AgentAct, None]) -> None:
        splitter = SentenceSplitter(self.answer.language)
        async with aclosing(acts) as stream:
            while (act := await self._next(stream)) is not None:
                if isinstance(act, Said):
                    self.answer.first_words(asyncio.get_running_loop().time())
                    self.answer.text += act.text
                    await self._enqueue(splitter.feed(act.text))
                else:
                    if isinstance(act, ToolStarted):  # words before a slow tool are spoken, not held back
                        await self._enqueue(splitter.flush())
                    self._note(act)
        await self._enqueue(splitter.flush())
        await self._sentences.put(None)

    async def _next(self, acts: AsyncGenerator[AgentAct, None]) -> AgentAct | None:
        try:
            async with asyncio.timeout(self._timeout_s):
                return await anext(acts, None)
        except TimeoutError as error:
            raise AgentError("the agent said nothing in time", kind="timeout") from error

    async def _enqueue(self, sentences: list[str]) -> None:
        for sentence in sentences:
            await self._sentences.put(sentence)

    async def _speak(self) -> None:
        while (sentence := await self._sentences.get()) is not None:
            self._on_speaking()
            await self._speaker.say(sentence, self.answer)

    def _note(self, act: AgentAct) -> None:
        match act:
            case ToolFinished():
                self.answer.tool_calls += 1
                self._journal.tool(self.answer.turn_number, act)
            case ModelAnswered():
                self.answer.decided_by(act)
            case FellBack():
                self._journal.fallback(act)
                self._facts.degraded = "fallback" if act.component == "llm" else self._facts.degraded
            case ScenarioRecognized(scenario):
                self._facts.scenario = scenario
                self._facts.wish_open = True
            case GoalReached(scenario):
                self._facts.scenario = scenario
                self._facts.goal_reached, self._facts.wish_open = True, False
            case CallbackPromised(topic, best_time):
                self._journal.event("callback_promised", topic=topic, best_time=best_time)
                self._facts.callback_promised = True
            case TransferRequested(reason, summary):
                self.answer.transfer = (reason, summary)
            case HangupRequested():
                self.answer.hangup = True
            case ToolStarted() | Said():
                pass
            case _:
                assert_never(act)

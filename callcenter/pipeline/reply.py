"""One answer of ours, from the agent's acts to the last frame played: sentences are spoken while the rest is still
being written. A Reply is one task; cancelling it stops everything it started.

    acts -> SentenceSplitter -> Queue -> verbalize -> Synthesizer -> resample -> Track

It may be begun before the caller has finished: until it is settled its audio is not played, and what its agent does is
not journaled.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import NamedTuple, assert_never

from callcenter.errors import AgentError, SynthesisError
from callcenter.pipeline.answer import Answer, CallJournal
from callcenter.pipeline.outcome import CallFacts
from callcenter.pipeline.player import Track
from callcenter.pipeline.speaker import Speaker
from callcenter.ports import (
    AgentAct,
    ArticlesUsed,
    CallbackPromised,
    FellBack,
    FirstToken,
    GoalReached,
    HangupRequested,
    ModelAnswered,
    ModelAsked,
    Said,
    ScenarioRecognized,
    ToolFinished,
    ToolStarted,
    TransferRequested,
)
from callcenter.records import Stage
from callcenter.text_normalization import SentenceSplitter

SENTENCES_AHEAD = 8
"""Text waits for its turn to be spoken, so that the model may write to the end; audio is made a second ahead."""


class Sentence(NamedTuple):
    text: str
    filler: bool = False


class Reply:
    def __init__(
        self,
        speaker: Speaker,
        track: Track,
        journal: CallJournal,
        facts: CallFacts,
        answer: Answer,
        timeout_s: float,
        on_speaking: Callable[[], None],
        on_transfer: Callable[[Answer], None],
        *,
        settled: bool = True,
    ) -> None:
        self.answer, self.track = answer, track
        self.written = False
        """The agent has said all: its session is free for the next turn."""
        self.settled = asyncio.Event()
        self.tool_runs = asyncio.Event()
        """The agent waits for a tool."""
        self.filler = ""
        """Key of the phrase for who waits for it, while one runs."""
        if settled:
            self.settled.set()
        self._speaker, self._journal, self._facts = speaker, journal, facts
        self._timeout_s, self._on_speaking, self._on_transfer = timeout_s, on_speaking, on_transfer
        self._sentences: asyncio.Queue[Sentence | None] = asyncio.Queue(SENTENCES_AHEAD)
        self._speaking = self._mid_sentence = False
        self._held: list[AgentAct] = []
        """Done by the agent before it was settled, and not noted yet."""
        self._tools = 0
        self._waits_since_s: float | None = None

    def settle(self) -> None:
        """It is the answer: what was done so far counts. Its turn has its number by now."""
        self.settled.set()
        for act in self._held:
            self._take_note(act)
        self._held.clear()
        if self._speaking:
            self._on_speaking()
        self._note_transfer()

    async def say(self, text: str) -> None:
        """Speak a phrase of ours and wait until it has been heard. Raises SynthesisError."""
        self.answer.text = text
        self.written = True
        self._note_speaking()
        for sentence in self._split_all(text):
            await self._speaker.say(sentence, self.answer, self.track)
        await self.track.played_out()

    async def run(self, acts: AsyncGenerator[AgentAct, None]) -> None:
        """Speak what the agent says and wait until it has been heard. Raises AgentError or SynthesisError."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._write(acts))
                tasks.create_task(self._speak())
        except ExceptionGroup as group:  # not except*: Python before 3.11.4 wraps what is raised in it once more
            raise _only_failure(group) from None
        await self.settled.wait()
        await self.track.played_out()

    @property
    def silent(self) -> bool:
        """Nothing of it is being said or about to be."""
        return self._sentences.empty() and not self._mid_sentence and not self.track.pending

    async def bridge(self, text: str) -> None:
        """Say this while the agent is busy; it is no part of the answer."""
        await self._sentences.put(Sentence(text, filler=True))

    def _split_all(self, text: str) -> list[str]:
        splitter = SentenceSplitter(self.answer.language)
        return [*splitter.feed(text), *splitter.flush()]

    async def _write(self, acts: AsyncGenerator[AgentAct, None]) -> None:
        splitter = SentenceSplitter(self.answer.language)
        async with aclosing(acts) as stream:
            while (act := await self._next(stream)) is not None:
                self._keep_time(act)
                if isinstance(act, Said):
                    self.answer.text += act.text
                    await self._enqueue(splitter.feed(act.text))
                else:
                    if isinstance(act, ToolStarted):  # words before a slow tool are spoken, not held back
                        await self._enqueue(splitter.flush())
                    self._note(act)
        self.written = True
        self._note_transfer()
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
            self.answer.reach(Stage.FIRST_SENTENCE, _now())
            await self._sentences.put(Sentence(sentence))

    async def _speak(self) -> None:
        while (sentence := await self._sentences.get()) is not None:
            self._note_speaking()
            self._mid_sentence = True
            await self._speaker.say(sentence.text, self.answer, self.track, filler=sentence.filler)
            self._mid_sentence = False

    def _note_speaking(self) -> None:
        if not self._speaking:
            self._speaking = True
            if self.settled.is_set():
                self._on_speaking()

    def _note_transfer(self) -> None:
        """Only now: the agent has said all, and can tell what the operator is to know."""
        if self.written and self.settled.is_set() and self.answer.transfer is not None:
            self._on_transfer(self.answer)

    # ------------------------------------------------------------ the agent's acts

    def _keep_time(self, act: AgentAct) -> None:
        """What was reached when, and how long others kept us waiting: a model until its first clause, tools."""
        now_s = _now()
        match act:
            case ModelAsked():
                self._waits_since_s = now_s
            case FirstToken():
                self.answer.reach(Stage.FIRST_TOKEN, now_s)
            case Said():
                self.answer.reach(Stage.FIRST_TOKEN, now_s)
                self._end_wait(now_s)
            case ToolStarted():
                if not self._tools:
                    self.filler = act.filler  # of several side by side, the first one's
                    self._end_wait(now_s)
                    self._waits_since_s = now_s
                    self.tool_runs.set()
                self._tools += 1
            case ToolFinished():
                self._tools -= 1
                if not self._tools:
                    self._end_wait(now_s)
                    self.tool_runs.clear()
            case _:
                pass

    def _end_wait(self, now_s: float) -> None:
        if self._waits_since_s is not None:
            self.answer.waited(self._waits_since_s, now_s)
            self._waits_since_s = None

    def _note(self, act: AgentAct) -> None:
        """What the answer itself holds at once, the rest when it is settled."""
        match act:
            case ModelAsked():
                self.answer.asked = act
            case ModelAnswered():
                self.answer.decided_by(act)
            case TransferRequested():
                self.answer.transfer = act
            case ArticlesUsed(articles):
                self.answer.articles = tuple(dict.fromkeys((*self.answer.articles, *articles)))
            case HangupRequested():
                self.answer.hangup = True
            case _ if self.settled.is_set():
                self._take_note(act)
            case _:
                self._held.append(act)

    def _take_note(self, act: AgentAct) -> None:
        """In the journal and the facts of the call."""
        match act:
            case ToolFinished():
                self.answer.tool_calls += 1
                self._journal.tool(self.answer.turn_number, act, self.answer.model)
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
            case ToolStarted() | FirstToken() | Said():
                pass
            case ModelAsked() | ModelAnswered() | ArticlesUsed() | TransferRequested() | HangupRequested():
                pass  # the answer's own
            case _:
                assert_never(act)


def _only_failure(group: ExceptionGroup[Exception]) -> Exception:
    """The first failure of a stage; the whole group where something else broke as well."""
    failures, others = group.split((AgentError, SynthesisError))
    return group if failures is None or others is not None else failures.exceptions[0]


def _now() -> float:
    return asyncio.get_running_loop().time()

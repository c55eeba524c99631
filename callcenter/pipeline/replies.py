"""The answer that is being given, and the one that is being guessed at while the caller pauses.

There is at most one of each. A guess takes the agent's session as it is, and the way back: when the caller goes on, it
is cancelled, its work is counted as waste, and the session is as if nothing had been asked.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from callcenter import metrics
from callcenter.config import CallSettings
from callcenter.errors import EngineError
from callcenter.pipeline.answer import Answer, CallJournal, Waste
from callcenter.pipeline.fillers import Fillers
from callcenter.pipeline.outcome import CallFacts
from callcenter.pipeline.player import Player, Track
from callcenter.pipeline.reply import Reply
from callcenter.pipeline.speaker import Speaker
from callcenter.ports import AgentSession, CallerSaid

CANCEL_AGAIN_S = 0.1


@dataclass(frozen=True, slots=True)
class ReplyEnded:
    """Our answer was heard to its end, or broke."""

    reply: Reply
    error: EngineError | None


@dataclass(frozen=True, slots=True)
class Guess:
    said: CallerSaid
    reply: Reply
    task: asyncio.Task[None]
    undo: Callable[[], None]


class Replies:
    def __init__(
        self,
        agent: AgentSession,
        player: Player,
        speaker: Speaker,
        journal: CallJournal,
        facts: CallFacts,
        settings: CallSettings,
        fillers: Fillers,
        on_speaking: Callable[[], None],
        on_transfer: Callable[[Answer], None],
        ended: Callable[[ReplyEnded], Coroutine[Any, Any, None]],
        tasks: asyncio.TaskGroup,
    ) -> None:
        self._agent, self._player, self._speaker, self._journal, self._facts = agent, player, speaker, journal, facts
        self._settings, self._fillers = settings, fillers
        self._on_speaking, self._on_transfer, self._ended, self._tasks = on_speaking, on_transfer, ended, tasks
        self.current: Reply | None = None
        self.guess: Guess | None = None
        self._task: asyncio.Task[None] | None = None
        self._waste = Waste()
        self._held_at_s: float | None = None

    # ------------------------------------------------------------ the answer

    def say(self, text: str, answer: Answer) -> None:
        """A phrase of ours. There is no current answer, and no guess."""
        reply = self._new(answer)
        answer.waste, self._waste = self._waste, Waste()
        self._begin(reply, reply.say(text))

    def respond(self, said: CallerSaid, answer: Answer) -> None:
        """Let the agent answer. There is no current answer, and no guess."""
        reply = self._new(answer)
        answer.waste, self._waste = self._waste, Waste()
        self._begin(reply, self._run(reply, said))

    def hold(self) -> None:
        """The caller speaks: our voice waits for what it will be."""
        if not self._player.paused:
            self._player.paused = True
            self._held_at_s = _now()

    def go_on(self) -> None:
        self._player.paused = False
        self._held_at_s = None

    async def give_up(self, *, interrupted: bool) -> None:
        """End the answer; what was heard of it is journaled, and the agent is told."""
        reply, task = self.current, self._task
        if reply is None or task is None:
            return
        await _end(task)
        answer = reply.answer
        if answer.waterfall is not None and answer.began:
            answer.waterfall.end(self._held_at_s or _now())
        answer.interrupted = interrupted and reply.track.pending
        answer.close_account()
        self._player.play(None)
        self.current = self._task = self._held_at_s = None
        if answer.worth_noting:
            self._journal.turn(answer)
        if self.guess is None:  # a guess was told before it began to think
            self._agent.heard(answer.answer_heard)

    def _begin(self, reply: Reply, work: Coroutine[Any, Any, None]) -> None:
        reply.answer.turn_number = self._journal.next_turn()
        self.current, self._task = reply, self._start(reply, work)
        self._player.play(reply.track)

    def _new(self, answer: Answer, *, settled: bool = True) -> Reply:
        return Reply(
            self._speaker,
            Track(self._player.rate_hz),
            self._journal,
            self._facts,
            answer,
            self._settings.reply_timeout_s,
            self._on_speaking,
            self._on_transfer,
            settled=settled,
        )

    def _start(self, reply: Reply, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        return self._tasks.create_task(self._watch(reply, work), name="reply")

    async def _run(self, reply: Reply, said: CallerSaid) -> None:
        filling = asyncio.create_task(self._fillers.accompany(reply), name="fillers")
        try:
            await reply.run(self._agent.respond(said))
        finally:
            filling.cancel()
            await asyncio.wait([filling])

    async def _watch(self, reply: Reply, work: Coroutine[Any, Any, None]) -> None:
        error = None
        try:
            await work
        except EngineError as failure:
            error = failure
        await reply.settled.wait()  # a guess that failed is nobody's business
        await self._ended(ReplyEnded(reply, error))

    # ------------------------------------------------------------ the guess

    def may_guess(self) -> bool:
        """The agent is free, and nothing of ours is being heard."""
        if self.guess is not None:
            return False
        return self.current is None or (self.current.written and self._player.paused)

    def begin_guess(self, said: CallerSaid, answer: Answer) -> None:
        """Answer words that the caller may go on from. Only when may_guess()."""
        undo = self._agent.checkpoint()
        if self.current is not None:
            self._agent.heard(self.current.answer.answer_heard)
        reply = self._new(answer, settled=False)
        answer.guessed = True
        said = CallerSaid(said.text, said.language, said.confidence, said.rejected, said.keyed, reply.settled)
        self.guess = Guess(said, reply, self._start(reply, self._run(reply, said)), undo)

    async def drop_guess(self) -> None:
        """The caller went on."""
        if (guess := self.guess) is None:
            return
        await _end(guess.task)
        guess.undo()
        self.guess = None
        answer = guess.reply.answer
        answer.close_account()
        self._waste.guesses += 1
        self._waste.tokens_in += answer.tokens_in
        self._waste.tokens_out += answer.tokens_out
        self._waste.tts_characters += answer.tts_characters
        metrics.speculations_total.labels("thrown away").inc()
        metrics.wasted_tokens_total.inc(answer.tokens_in + answer.tokens_out)

    def waste_audio(self, audio_ms: int) -> None:
        """So much was recognized for nothing."""
        self._waste.stt_audio_ms += audio_ms

    def settle_guess(self) -> Reply:
        """The caller had finished: the guess is the answer, and is heard from now on. There is no current answer."""
        guess, self.guess = self.guess, None
        assert guess is not None, "asked for only when there is one"  # noqa: S101  # the conversation's contract
        reply = guess.reply
        reply.answer.waste, self._waste = self._waste, Waste()
        reply.answer.turn_number = self._journal.next_turn()
        reply.answer.started_at = datetime.now(UTC)  # after what it answers
        self.current, self._task = reply, guess.task
        self._player.play(reply.track)
        reply.settle()
        metrics.speculations_total.labels("kept").inc()
        return reply


async def _end(task: asyncio.Task[None]) -> None:
    """Cancel it until it has ended: a TaskGroup whose child has just failed swallows a cancellation of its parent
    (Python 3.11 and 3.12), and a guess that failed would then wait for ever to be settled."""
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=CANCEL_AGAIN_S)


def _now() -> float:
    return asyncio.get_running_loop().time()

"""What is known of one answer of ours, and the journal's records made from it. No I/O but `journal.write`."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from callcenter.agent.answering import CHARACTERS_A_TOKEN
from callcenter.agent.rule_agent import NAME as RULES
from callcenter.pipeline.player import Segment
from callcenter.pipeline.waterfall import Waterfall
from callcenter.ports import (
    CallInfo,
    FellBack,
    Journal,
    Language,
    ModelAnswered,
    ModelAsked,
    ToolFinished,
    TransferRequested,
)
from callcenter.records import (
    ChangeRecorded,
    EventRecorded,
    HandoverBegun,
    Speaker,
    Stage,
    ToolCallRecorded,
    TurnRecorded,
)


@dataclass(slots=True)
class Waste:
    """The work of guesses that were thrown away."""

    guesses: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    tts_characters: int = 0
    stt_audio_ms: int = 0


@dataclass(slots=True)
class Answer:
    """One answer while it is made and heard."""

    language: Language
    turn_number: int = -1
    """Of the journal; given when the answer is begun in earnest, not to a guess."""
    waterfall: Waterfall | None = None
    """None when nobody asked (greeting, silence prompt)."""
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    text: str = ""
    segments: list[Segment] = field(default_factory=list)
    interrupted: bool = False
    model: str | None = None
    asked: ModelAsked | None = None
    """A model that has not told yet what its answer took."""
    articles: tuple[str, ...] = ()
    tool_calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    tts_backend: str | None = None
    tts_characters: int = 0
    tts_cached_characters: int = 0
    tts_latency_ms: int | None = None
    guessed: bool = False
    endpoint_reason: str | None = None
    stt_backend: str | None = None
    waste: Waste = field(default_factory=Waste)
    transfer: TransferRequested | None = None
    """Asked for by the agent, or by ourselves."""
    hangup: bool = False

    @property
    def content_heard(self) -> str:
        return _heard(self.segments)

    @property
    def answer_heard(self) -> str:
        """Without what only bridged a wait: the agent knows nothing of that."""
        return _heard(segment for segment in self.segments if not segment.filler)

    @property
    def began(self) -> bool:
        """The caller has heard something of it."""
        return any(segment.played_ms for segment in self.segments)

    @property
    def worth_noting(self) -> bool:
        return bool(self.text or self.tool_calls or self.tokens_out or self.asked)

    def reach(self, stage: Stage, now_s: float) -> None:
        if self.waterfall is not None:
            self.waterfall.reach(stage, now_s)

    def waited(self, since_s: float, now_s: float) -> None:
        """For somebody else."""
        if self.waterfall is not None:
            self.waterfall.wait(since_s, now_s)

    def after_ms(self, stage: Stage) -> int | None:
        return None if self.waterfall is None else self.waterfall.after_ms(stage)

    def between_ms(self, first: Stage, second: Stage) -> int | None:
        """None when one of them was not reached; 0 when the second was ready before."""
        from_ms, to_ms = self.after_ms(first), self.after_ms(second)
        return None if from_ms is None or to_ms is None else max(0, to_ms - from_ms)

    def decided_by(self, answered: ModelAnswered) -> None:
        self.model, self.asked = answered.model, None
        self.tokens_in += answered.tokens_in
        self.tokens_out += answered.tokens_out

    def close_account(self) -> None:
        """It is given up: of a model that was cut off only an estimate is known."""
        if self.asked is not None:
            self.model = self.asked.model
            self.tokens_in += self.asked.tokens_in
            self.tokens_out += len(self.text) // CHARACTERS_A_TOKEN
            self.asked = None


def _heard(segments: Iterable[Segment]) -> str:
    return " ".join(filter(None, (segment.heard() for segment in segments)))


class CallJournal:
    """The journal as one call writes it: knows the call's key and numbers its turns, tools and events."""

    def __init__(self, journal: Journal, call: CallInfo) -> None:
        self._journal, self._call = journal, call
        self._turns = self._tools = self._events = self._changes = 0
        self._model = RULES

    def next_turn(self) -> int:
        self._turns += 1
        return self._turns - 1

    @property
    def last_turn(self) -> int:
        return max(self._turns - 1, 0)

    def turn(self, answer: Answer) -> None:
        """Write our own turn as far as it has been heard; written again as it goes on."""
        self._journal.write(
            TurnRecorded(
                call_id=self._call.call_id,
                call_started_at=self._call.started_at,
                turn_number=answer.turn_number,
                speaker=Speaker.BOT,
                at=answer.started_at,
                content=answer.text.strip(),
                content_heard=answer.content_heard,
                language=answer.language,
                interrupted=answer.interrupted,
                llm_latency_ms=answer.between_ms(Stage.TRANSCRIPT, Stage.FIRST_TOKEN),
                tts_latency_ms=answer.tts_latency_ms,
                response_latency_ms=answer.after_ms(Stage.FIRST_AUDIO),
                timeline=answer.waterfall.timeline_ms() if answer.waterfall else {},
                endpoint_reason=answer.endpoint_reason,
                speculation="kept" if answer.guessed else "thrown away" if answer.waste.guesses else None,
                wasted_tokens_in=answer.waste.tokens_in,
                wasted_tokens_out=answer.waste.tokens_out,
                wasted_tts_characters=answer.waste.tts_characters,
                wasted_stt_audio_ms=answer.waste.stt_audio_ms,
                stt_backend=answer.stt_backend,
                tts_backend=answer.tts_backend,
                model=answer.model,
                tokens_in=answer.tokens_in,
                tokens_out=answer.tokens_out,
                tts_characters=answer.tts_characters,
                tts_cached_characters=answer.tts_cached_characters,
                articles=answer.articles,
            )
        )

    def caller_turn(self, content: str, language: str | None, **details: Any) -> None:
        self._journal.write(
            TurnRecorded(
                call_id=self._call.call_id,
                call_started_at=self._call.started_at,
                turn_number=self.next_turn(),
                speaker=Speaker.CUSTOMER,
                at=datetime.now(UTC),
                content=content,
                language=language,
                **details,
            )
        )

    def tool(self, turn_number: int, tool: ToolFinished, model: str | None = None) -> None:
        """And what it changed, in the audit log. `model`: who asked for it; None when the caller's yes did, to what the
        model before had proposed."""
        self._model = model or self._model
        self._journal.write(
            ToolCallRecorded(
                call_id=self._call.call_id,
                call_started_at=self._call.started_at,
                turn_number=turn_number,
                sequence=self._tools,
                at=datetime.now(UTC),
                tool_name=tool.tool_name,
                tool_args=tool.arguments,
                tool_result=tool.result,
                duration_ms=tool.duration_ms,
                success=tool.success,
                error=tool.error,
            )
        )
        self._tools += 1
        if tool.change is not None:
            self._journal.write(
                ChangeRecorded(
                    call_id=self._call.call_id,
                    call_started_at=self._call.started_at,
                    sequence=self._changes,
                    at=datetime.now(UTC),
                    actor=f"agent:{self._model}",
                    change=tool.change,
                )
            )
            self._changes += 1

    def handover(self, handover: HandoverBegun) -> None:
        self._journal.write(handover)

    def fallback(self, fell_back: FellBack) -> None:
        self.event("fallback", component=fell_back.component, tier=fell_back.tier, error=fell_back.kind)

    def event(self, kind: str, **detail: Any) -> None:
        self._journal.write(
            EventRecorded(
                call_id=self._call.call_id,
                call_started_at=self._call.started_at,
                sequence=self._events,
                at=datetime.now(UTC),
                kind=kind,
                detail=detail,
            )
        )
        self._events += 1

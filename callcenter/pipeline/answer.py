"""What is known of one answer of ours, and the journal's records made from it. No I/O but `journal.write`."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from callcenter import metrics
from callcenter.pipeline.player import Segment
from callcenter.ports import CallInfo, FellBack, Journal, Language, ModelAnswered, ToolFinished
from callcenter.records import EventRecorded, Speaker, ToolCallRecorded, TransferReason, TurnRecorded


@dataclass(slots=True)
class Answer:
    """One answer while it is made and heard."""

    turn_number: int
    language: Language
    asked_at_s: float | None = None
    """Monotonic clock of the end of the caller's speech; None when nobody asked (greeting, silence prompt)."""
    transcribed_at_s: float | None = None
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    text: str = ""
    segments: list[Segment] = field(default_factory=list)
    interrupted: bool = False
    model: str | None = None
    tool_calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    tts_characters: int = 0
    tts_cached_characters: int = 0
    llm_latency_ms: int | None = None
    tts_latency_ms: int | None = None
    response_latency_ms: int | None = None
    transfer: tuple[TransferReason, str] | None = None
    """Asked for by the agent: reason and summary."""
    hangup: bool = False

    @property
    def content_heard(self) -> str:
        return " ".join(filter(None, (segment.heard() for segment in self.segments)))

    @property
    def began(self) -> bool:
        """The caller has heard something of it."""
        return any(segment.played_ms for segment in self.segments)

    def first_words(self, now_s: float) -> None:
        if self.llm_latency_ms is None and self.transcribed_at_s is not None:
            self.llm_latency_ms = round((now_s - self.transcribed_at_s) * 1000)

    def first_frame(self, now_s: float) -> None:
        if self.response_latency_ms is None and self.asked_at_s is not None:
            seconds = now_s - self.asked_at_s
            self.response_latency_ms = round(seconds * 1000)
            metrics.response_latency.observe(seconds)

    def decided_by(self, answered: ModelAnswered) -> None:
        self.model = answered.model
        self.tokens_in += answered.tokens_in
        self.tokens_out += answered.tokens_out


class CallJournal:
    """The journal as one call writes it: knows the call's key and numbers its turns, tools and events."""

    def __init__(self, journal: Journal, call: CallInfo) -> None:
        self._journal, self._call = journal, call
        self._turns = self._tools = self._events = 0

    def next_turn(self) -> int:
        self._turns += 1
        return self._turns - 1

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
                llm_latency_ms=answer.llm_latency_ms,
                tts_latency_ms=answer.tts_latency_ms,
                response_latency_ms=answer.response_latency_ms,
                model=answer.model,
                tokens_in=answer.tokens_in,
                tokens_out=answer.tokens_out,
                tts_characters=answer.tts_characters,
                tts_cached_characters=answer.tts_cached_characters,
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

    def tool(self, turn_number: int, tool: ToolFinished) -> None:
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

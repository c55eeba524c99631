"""What the API answers; names as in the data model."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, field_validator

from callcenter.records import Stage


class Call(BaseModel):
    id: UUID
    started_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    duration_seconds: float | None
    caller_id: str | None
    caller_hash: str | None
    called_id: str | None
    customer_id: UUID | None
    direction: str
    scenario: str | None
    language: str | None
    outcome: str | None
    transferred_to_operator: bool
    transfer_reason: str | None
    transfer_summary: str | None
    queue_wait_seconds: float | None
    queue_status: str | None
    operator_answered: bool | None
    operator_talked_seconds: float | None
    hangup_by: str | None
    hangup_cause: int | None
    degraded: str | None
    figures: dict[str, Any] | None
    cost_breakdown: dict[str, float] | None
    """stt, llm, tts, telephony; of these, wasted_usd for guesses that were thrown away."""
    total_cost_usd: float | None


class Turn(BaseModel):
    turn_number: int
    at: datetime
    speaker: str
    content: str
    content_heard: str | None
    language: str | None
    interrupted: bool
    stt_confidence: float | None
    stt_latency_ms: int | None
    llm_latency_ms: int | None
    tts_latency_ms: int | None
    response_latency_ms: int | None
    model: str | None
    tokens_in: int
    tokens_out: int
    tts_characters: int
    tts_cached_characters: int
    tts_cache_hit: bool | None
    stt_audio_ms: int
    grammar: str | None
    grammar_size: int | None
    rejected: bool
    timeline: dict[str, int]
    """Milliseconds from the end of the caller's speech, by stage."""
    endpoint_reason: str | None
    speculation: str | None
    wasted_tokens_in: int
    wasted_tokens_out: int
    wasted_tts_characters: int
    wasted_stt_audio_ms: int
    stt_backend: str | None
    tts_backend: str | None
    articles: list[str]
    """Ids of the shop's articles that the answer was made from."""
    cost_usd: float | None

    @field_validator("timeline")
    @classmethod
    def _in_order(cls, timeline: dict[str, int]) -> dict[str, int]:
        """PostgreSQL orders keys by their length. What a newer program has noted comes last."""
        return {stage: timeline[stage] for stage in dict.fromkeys([*Stage, *timeline]) if stage in timeline}


class ToolCall(BaseModel):
    sequence: int
    turn_number: int
    at: datetime
    tool_name: str
    tool_args: Any
    tool_result: Any
    duration_ms: int
    success: bool
    error: str | None


class Event(BaseModel):
    sequence: int
    at: datetime
    kind: str
    detail: Any


class Change(BaseModel):
    """A line of the audit log."""

    sequence: int
    at: datetime
    actor: str
    action: str
    object: str
    outcome: str
    """done, refused, or unsure: the shop did not answer."""
    reason: str | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class Found(BaseModel):
    """What the tools of the call found and did."""

    wishes: dict[str, Any] = {}
    matches: int | None = None
    """So many tires were found by the last search, whose wishes these are."""
    tires: list[str] = []
    orders: list[str] = []
    articles: list[str] = []
    """Titles of what was looked up last."""
    times: list[str] = []
    order: dict[str, Any] | None = None
    """The draft that is open."""
    booking: dict[str, Any] | None = None
    """The booking in question."""
    done: list[dict[str, Any]] = []
    refused: list[dict[str, Any]] = []
    """What was asked for and turned down."""
    unsure: list[dict[str, Any]] = []
    """What the shop did not answer to."""


class Handover(BaseModel):
    """What an operator is to know before hello."""

    call_id: UUID
    started_at: datetime
    caller_id: str | None
    at: datetime
    reason: str
    scenario: str
    language: str
    summary: str
    """In the language of the call, put together from what happened."""
    words: str
    """A model's own words for the operator, which nobody has checked; empty where the rules answered."""
    found: Found
    said: list[str]
    """The caller's last words in the journal, the last first: all that is known of a call that broke off."""
    waiting: bool
    """For an operator, or with one, now."""
    ended_at: datetime | None
    """When the agent's part ended."""
    left_asterisk_at: datetime | None
    operator_answered: bool | None


class HandoverList(BaseModel):
    data: list[Handover]
    next_cursor: str | None
    """Give it as `cursor` for what comes next; None at the end."""


class HandoverAnswer(BaseModel):
    data: Handover


class DetailedCall(Call):
    turns: list[Turn]
    tool_calls: list[ToolCall]
    events: list[Event]
    changes: list[Change]
    """What was changed in the shop, or was to be: the audit log."""
    handover: Handover | None


class CallPage(BaseModel):
    data: list[Call]
    next_cursor: str | None
    """Give it as `cursor` for what comes next; None at the end."""


class CallAnswer(BaseModel):
    data: DetailedCall


class StageLatency(BaseModel):
    stage: str
    answers: int
    p50_ms: int
    p95_ms: int


class Wasted(BaseModel):
    tokens_in: int
    tokens_out: int
    tts_characters: int
    stt_audio_ms: int


class Latency(BaseModel):
    started_from: datetime
    started_before: datetime
    stages: list[StageLatency]
    """From the end of the caller's speech, in the order in which an answer is made."""
    endpoint_reasons: dict[str, int]
    speculations: dict[str, int]
    wasted: Wasted


class LatencyAnswer(BaseModel):
    data: Latency


class Problem(BaseModel):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[dict[str, str]] = []

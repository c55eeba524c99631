"""What the journal is told of a call: values that a session hands to `ports.Journal`, one a fact.

Every record carries `call_id` and `call_started_at`, the key of the partitioned tables (docs: data model). Records are
upserted by (call_id, call_started_at, their own number), so that writing one twice, or writing a turn again when more
of it has been heard, is safe. All times are timezone-aware UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID


class Scenario(StrEnum):
    TIRE_SEARCH = "tire_search"
    AVAILABILITY_CHECK = "availability_check"
    ORDER_STATUS = "order_status"
    ORDER_CREATION = "order_creation"
    FITTING_BOOKING = "fitting_booking"
    CONSULTATION = "consultation"
    OPERATOR_REQUEST = "operator_request"
    OTHER = "other"


class Outcome(StrEnum):
    RESOLVED = "resolved"
    TRANSFERRED = "transferred"
    ABANDONED = "abandoned"
    CALLBACK = "callback"
    FAILED = "failed"
    REFUSED = "refused"


class TransferReason(StrEnum):
    CUSTOMER_REQUEST = "customer_request"
    CANNOT_HELP = "cannot_help"
    COMPLEX_QUESTION = "complex_question"
    NEGATIVE_EMOTION = "negative_emotion"
    COMPONENT_FAILURE = "component_failure"
    ORDER_LIMIT = "order_limit"
    DRAINING = "draining"
    REFUSED = "refused"


class ChangeOutcome(StrEnum):
    DONE = "done"
    REFUSED = "refused"
    """By the shop or by a rule of ours: nothing is changed."""
    UNSURE = "unsure"
    """The shop did not answer: it may be done or not."""


class HangupBy(StrEnum):
    CALLER = "caller"
    AGENT = "agent"
    FAILURE = "failure"


class Stage(StrEnum):
    """What an answer passes, in the order in which it is made."""

    ENDPOINT = "endpoint"
    """It was decided that the caller's turn had ended."""
    TRANSCRIPT = "transcript"
    """The turn's final text."""
    FIRST_TOKEN = "first_token"  # noqa: S105  # of a language model
    """The first words of the answer, from the model or the rules."""
    FIRST_SENTENCE = "first_sentence"
    """Its first clause went to the voice."""
    FIRST_AUDIO = "first_audio"
    """Its first frame is on the line."""
    HEARD = "heard"
    """Its last frame was played, or it was interrupted."""


class Speaker(StrEnum):
    CUSTOMER = "customer"
    BOT = "bot"
    OPERATOR = "operator"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class CallStarted:
    call_id: UUID
    call_started_at: datetime
    caller_id: str | None
    """E.164 where it could be parsed, else as given; None when withheld."""
    called_id: str | None
    language: str
    """The language the call is spoken in by us: "uk", "ru" or "en"."""


@dataclass(frozen=True, slots=True)
class TurnRecorded:
    """One turn of the conversation, written when it begins to be heard and again whenever more is known."""

    call_id: UUID
    call_started_at: datetime
    turn_number: int
    """From 0 (the greeting), counting the turns of both sides."""
    speaker: Speaker
    at: datetime
    content: str
    content_heard: str | None = None
    """What of `content` was played before a barge-in or hang-up; None for the caller's turns."""
    language: str | None = None
    """Detected language of the caller's words, or the one spoken by us."""
    interrupted: bool = False
    stt_confidence: float | None = None
    stt_latency_ms: int | None = None
    """End of speech to transcript."""
    llm_latency_ms: int | None = None
    """Transcript to the first words of the answer."""
    tts_latency_ms: int | None = None
    """First sentence's text to its first audio."""
    response_latency_ms: int | None = None
    """End of the caller's speech to the first audio frame of the answer on the line."""
    model: str | None = None
    """What decided: the LLM's name, or "rules"."""
    tokens_in: int = 0
    tokens_out: int = 0
    tts_characters: int = 0
    tts_cached_characters: int = 0
    stt_audio_ms: int = 0
    grammar: str | None = None
    grammar_size: int | None = None
    """Sentences that the grammar of this turn accepts; None when the recognizer has no grammar."""
    rejected: bool = False
    """The recognizer heard something that it does not know."""
    timeline: Mapping[str, int] = field(default_factory=dict)
    """Milliseconds from the end of the caller's speech to each Stage that was reached, for our own turns. What a
    guess had ready may stand before "endpoint"; "first_audio" is `response_latency_ms`."""
    endpoint_reason: str | None = None
    """Why the caller's turn was taken to have ended: "words", "voice", "silence", "dictation", "length"."""
    speculation: str | None = None
    """What became of the last guess at this answer, begun in the caller's silence: "kept" or "thrown away"."""
    wasted_tokens_in: int = 0
    """This and the next three: the work of guesses thrown away before this answer; not in the counts above."""
    wasted_tokens_out: int = 0
    wasted_tts_characters: int = 0
    wasted_stt_audio_ms: int = 0
    stt_backend: str | None = None
    """Who heard the caller (`wasted_stt_audio_ms` is its work too), by its name in the shop's prices."""
    tts_backend: str | None = None
    """Who spoke the answer, likewise."""
    articles: tuple[str, ...] = ()
    """Ids of the shop's articles that the answer was made from."""


@dataclass(frozen=True, slots=True)
class ToolCallRecorded:
    call_id: UUID
    call_started_at: datetime
    turn_number: int
    """The bot's turn that the tool was called for."""
    sequence: int
    """From 0 within the call: the record's key."""
    at: datetime
    tool_name: str
    tool_args: Mapping[str, Any]
    tool_result: Any
    duration_ms: int
    success: bool
    error: str | None = None


@dataclass(frozen=True, slots=True)
class EventRecorded:
    call_id: UUID
    call_started_at: datetime
    sequence: int
    """From 0 within the call: the record's key."""
    at: datetime
    kind: str
    """"barge_in", "false_interruption", "fallback", "component_error", "silence_prompt", "dtmf" (never the digit), …"""
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """Something that was to be changed in the shop for a caller, and what came of it. Made from tools' results, in
    brief: what is bought and booked, and nothing that says who the caller is."""

    action: str
    """"order.draft", "order.delivery", "order.confirm", "order.drop", "booking.book", "booking.move",
    "booking.cancel"."""
    outcome: ChangeOutcome
    object: str
    """"order:ID" or "booking:ID"; the kind alone where the shop gave no id."""
    reason: str | None = None
    """Why it was refused, or how it failed."""
    before: Mapping[str, Any] | None = None
    """Of the object, as far as this call knew it; of what it replaced, for a new draft."""
    after: Mapping[str, Any] | None = None
    """As the shop tells it; None where there is nothing any more, or nothing is known."""


@dataclass(frozen=True, slots=True)
class ChangeRecorded:
    """A Change in the audit log, where nothing is ever changed or taken out."""

    call_id: UUID
    call_started_at: datetime
    sequence: int
    """From 0 within the call: the record's key."""
    at: datetime
    actor: str
    """"agent:rules", or "agent:" and the model that asked for it."""
    change: Change


@dataclass(frozen=True, slots=True)
class Found:
    """What the tools of a call found and did, in brief: facts for whoever goes on with the call, whoever asked for
    them. Words of the shop's, and not one of a model's."""

    wishes: Mapping[str, Any] = field(default_factory=dict)
    """What tires were looked for last."""
    matches: int | None = None
    """So many were found by that."""
    tires: tuple[str, ...] = ()
    """The first of the last search that found any: name, size, price."""
    orders: tuple[str, ...] = ()
    """Earlier orders whose status was told: number and status."""
    articles: tuple[str, ...] = ()
    """Titles of the shop's articles that were looked up last."""
    times: tuple[str, ...] = ()
    """Free times of a fitting station that were looked up: a day and its first times."""
    order: Mapping[str, Any] | None = None
    """The draft that is open: id, items, total, delivery."""
    booking: Mapping[str, Any] | None = None
    """The booking in question: what is to be done, station, date, time."""
    done: tuple[Mapping[str, Any], ...] = ()
    """What was changed in the shop: action, object, and how it is now."""
    refused: tuple[Mapping[str, Any], ...] = ()
    """What was asked for and turned down, and not done later: action, object, reason; `items`, where they are known."""
    unsure: tuple[Mapping[str, Any], ...] = ()
    """What the shop did not answer to, so that nobody knows: action, object, reason; `told`: the same as a sentence,
    where the tool has one."""


@dataclass(frozen=True, slots=True)
class HandoverBegun:
    """An operator is being fetched: what he is to know before he says hello. Written when it begins, and again when
    more is known; made by code from what happened."""

    call_id: UUID
    call_started_at: datetime
    at: datetime
    reason: TransferReason
    scenario: Scenario
    language: str
    """The one that we spoke, and that `summary` is written in."""
    summary: str = ""
    """What the caller wants and what was found, in a few sentences."""
    words: str = ""
    """What the model wrote for the operator, where one asked for him: its own words, which nobody has checked."""
    found: Found = field(default_factory=Found)


@dataclass(frozen=True, slots=True)
class CallEnded:
    call_id: UUID
    call_started_at: datetime
    ended_at: datetime
    outcome: Outcome
    hangup_by: HangupBy
    scenario: Scenario
    language: str
    transfer_reason: TransferReason | None = None
    transfer_summary: str | None = None
    degraded: str | None = None
    """"fallback" when the rules took over from the LLM, "budget" when money was short."""


@dataclass(frozen=True, slots=True)
class CallLeftAsterisk:
    """What became of the caller after us, told by the dialplan's `h` extension."""

    call_id: UUID
    call_started_at: datetime
    at: datetime
    hangup_cause: int | None
    queue_status: str | None
    queue_wait_seconds: float | None
    operator_answered: bool | None
    operator_talked_seconds: float | None


Record = (
    CallStarted
    | TurnRecorded
    | ToolCallRecorded
    | EventRecorded
    | ChangeRecorded
    | HandoverBegun
    | CallEnded
    | CallLeftAsterisk
)

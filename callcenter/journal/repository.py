"""Records into PostgreSQL."""

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields, is_dataclass, replace
from typing import Any, cast

import asyncpg

from callcenter.journal.codec import KINDS, NAMES
from callcenter.journal.queries import QUERIES
from callcenter.journal.search import words
from callcenter.records import (
    CallEnded,
    CallLeftAsterisk,
    CallStarted,
    ChangeRecorded,
    EventRecorded,
    HandoverBegun,
    Record,
    ToolCallRecorded,
    TurnRecorded,
)

CALLBACK_PROMISED = "callback_promised"
"""The kind of event that is also a row of `callbacks`; its detail has topic and best_time."""

Arguments = tuple[Any, ...]


class Repository:
    def __init__(self, owner: str, caller_secret: bytes) -> None:
        """`owner`: the process that served the calls (`calls.owner`)."""
        self._owner, self._secret = owner, caller_secret

    async def save(self, connection: asyncpg.Connection, records: Iterable[Record]) -> None:
        """Within the caller's transaction. Raises what asyncpg raises.

        By kinds, for one round trip each: every statement holds for any order of kinds, and within a kind, where the
        later one of two records of the same key counts, order is kept.
        """
        by_kind: dict[str, list[Record]] = {}
        for record in records:
            by_kind.setdefault(NAMES[type(record)], []).append(storable(record))
        for kind in KINDS:
            if group := by_kind.get(kind):
                await connection.executemany(QUERIES[kind], [self._arguments(record) for record in group])
        events = [record for record in by_kind.get(NAMES[EventRecorded], ()) if isinstance(record, EventRecorded)]
        if promises := [_promise(event) for event in events if event.kind == CALLBACK_PROMISED]:
            await connection.executemany(QUERIES["callback_promised"], promises)

    def _arguments(self, record: Record) -> Arguments:
        key = (record.call_id, record.call_started_at)
        match record:
            case CallStarted():
                caller_hash = hash_caller(self._secret, record.caller_id)
                return (*key, record.caller_id, caller_hash, record.called_id, record.language, self._owner)
            case TurnRecorded():
                return (*key, *_turn(record))
            case ChangeRecorded():
                return (*key, *_change(record))
            case ToolCallRecorded() | EventRecorded() | HandoverBegun() | CallEnded() | CallLeftAsterisk():
                return (*key, *_values(record, COLUMNS[type(record)]))


# in the order of the statements' parameters
COLUMNS: Mapping[type[Record], tuple[str, ...]] = {
    ToolCallRecorded: (
        "sequence",
        "turn_number",
        "at",
        "tool_name",
        "tool_args",
        "tool_result",
        "duration_ms",
        "success",
        "error",
    ),
    EventRecorded: ("sequence", "at", "kind", "detail"),
    HandoverBegun: ("at", "reason", "scenario", "language", "summary", "words", "found"),
    CallEnded: (
        "ended_at",
        "outcome",
        "hangup_by",
        "scenario",
        "language",
        "transfer_reason",
        "transfer_summary",
        "degraded",
    ),
    CallLeftAsterisk: (
        "at",
        "hangup_cause",
        "queue_status",
        "queue_wait_seconds",
        "operator_answered",
        "operator_talked_seconds",
    ),
}
JSON_COLUMNS = frozenset({"tool_args", "tool_result", "detail", "found"})


def _values(record: Record, names: Iterable[str]) -> Arguments:
    return tuple(_json(getattr(record, name)) if name in JSON_COLUMNS else getattr(record, name) for name in names)


def _json(value: Any) -> str:
    return json.dumps(asdict(value) if is_dataclass(value) and not isinstance(value, type) else value)


def _change(record: ChangeRecorded) -> Arguments:
    change = record.change
    return (
        record.sequence,
        record.at,
        record.actor,
        change.action,
        change.object,
        change.outcome,
        change.reason,
        None if change.before is None else json.dumps(change.before),
        None if change.after is None else json.dumps(change.after),
    )


def _turn(turn: TurnRecorded) -> Arguments:
    cached = None
    if turn.tts_characters or turn.tts_cached_characters:
        cached = turn.tts_characters == 0
    return (
        turn.turn_number,
        turn.at,
        turn.speaker,
        turn.content,
        turn.content_heard,
        turn.language,
        turn.interrupted,
        turn.stt_confidence,
        turn.stt_latency_ms,
        turn.llm_latency_ms,
        turn.tts_latency_ms,
        turn.response_latency_ms,
        turn.model,
        turn.tokens_in,
        turn.tokens_out,
        turn.tts_characters,
        turn.tts_cached_characters,
        cached,
        turn.stt_audio_ms,
        turn.grammar,
        turn.grammar_size,
        turn.rejected,
        json.dumps(dict(turn.timeline)),
        turn.endpoint_reason,
        turn.speculation,
        turn.wasted_tokens_in,
        turn.wasted_tokens_out,
        turn.wasted_tts_characters,
        turn.wasted_stt_audio_ms,
        turn.stt_backend,
        turn.tts_backend,
        list(turn.articles),
        words(turn.content),
    )


def hash_caller(secret: bytes, caller_id: str | None) -> str | None:
    return None if caller_id is None else hmac.new(secret, caller_id.encode(), hashlib.sha256).hexdigest()


def storable(record: Record) -> Record:
    """The record without the characters that PostgreSQL cannot hold (NUL, halves of surrogate pairs)."""
    return cast(Record, _clean(record))


def _clean(value: Any) -> Any:
    match value:
        case str():
            if value.isascii() and "\0" not in value:
                return value
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "\ufffd")
        case dict():
            return {_clean(key): _clean(item) for key, item in value.items()}
        case list():
            return [_clean(item) for item in value]
        case tuple():
            return tuple(_clean(item) for item in value)
        case _ if is_dataclass(value) and not isinstance(value, type):
            return _clean_parts(value)
        case _:
            return value


def _clean_parts(value: Any) -> Any:
    """Of a dataclass; itself where nothing is to be cleaned."""
    changed = {}
    for field in fields(value):
        part = getattr(value, field.name)
        if (clean := _clean(part)) is not part and clean != part:
            changed[field.name] = clean
    return replace(value, **changed) if changed else value


def _promise(event: EventRecorded) -> Arguments:
    topic, best_time = event.detail.get("topic"), event.detail.get("best_time")
    return (event.call_id, event.call_started_at, event.sequence, _text(topic), _text(best_time))


def _text(value: Any) -> str | None:
    return None if value is None else str(value)

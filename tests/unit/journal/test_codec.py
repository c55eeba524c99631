"""Records survive the way into the spool and back."""

import json
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callcenter.journal.codec import NAMES, SCHEMA_VERSION, TYPES, RecordError, decode, encode
from callcenter.records import CallStarted, Change, Record, Speaker, ToolCallRecorded, TurnRecorded

CALL_ID = UUID("0b5f6a52-3a0e-4f0e-9a5e-0f0f0f0f0f0f")
STARTED_AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)

# digits apart, so that no text is taken for a card number
texts = st.text(st.characters(exclude_categories=["Nd"]), max_size=40)
numbers = st.integers(-(2**62), 2**62).filter(lambda number: not 10**12 <= number < 10**19)
json_values = st.recursive(
    st.none() | st.booleans() | numbers | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=15,
)


def _values(hint: Any) -> st.SearchStrategy[Any]:
    if isinstance(hint, UnionType):
        return st.one_of([st.none() if part is type(None) else _values(part) for part in get_args(hint)])
    if hint is UUID:
        return st.uuids()
    if hint is datetime:
        return st.datetimes(timezones=st.just(UTC))
    if hint is str:
        return texts
    if hint is float:
        return st.floats(allow_nan=False, allow_infinity=False)
    if hint is int:
        return numbers
    if hint is bool:
        return st.booleans()
    if get_origin(hint) is tuple:
        return st.lists(_values(get_args(hint)[0]), max_size=4).map(tuple)
    if isinstance(hint, type) and is_dataclass(hint):
        hints = get_type_hints(hint)
        return st.builds(hint, **{field.name: _values(hints[field.name]) for field in fields(hint)})
    if get_origin(hint) is Mapping:
        return st.dictionaries(texts, _values(get_args(hint)[1]), max_size=4)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return st.sampled_from(hint)
    return json_values


def records() -> st.SearchStrategy[Record]:
    made: list[st.SearchStrategy[Record]] = []
    for cls in TYPES:
        hints = get_type_hints(cls)
        made.append(st.builds(cls, **{field.name: _values(hints[field.name]) for field in fields(cls)}))
    return st.one_of(made)


@given(record=records())
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_any_record_is_the_same_after_a_round_trip(record: Record) -> None:
    text = encode(record)
    assert text.isascii()
    assert "\n" not in text
    assert decode(text) == record


def _tool_call(**values: Any) -> ToolCallRecorded:
    known: dict[str, Any] = {"tool_args": {}, "tool_result": None, "duration_ms": 1, "success": True}
    return ToolCallRecorded(CALL_ID, STARTED_AT, 1, 0, STARTED_AT, "search_tires", **{**known, **values})


class _Odd:
    def __str__(self) -> str:
        return "odd"


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        (float("nan"), None),
        (float("inf"), None),
        pytest.param(10**5000, None, id="longer than Python would write"),
        (Decimal("2.50"), "2.50"),
        (STARTED_AT, STARTED_AT.isoformat()),
        (CALL_ID, str(CALL_ID)),
        ({1: (2, 3)}, {"1": [2, 3]}),
        (_Odd(), "odd"),
        pytest.param("half a pair \ud800 and \0", "half a pair \ud800 and \0", id="what PostgreSQL cannot hold"),
        ("4111111111111111", "************1111"),
    ],
)
def test_what_is_no_json_or_no_business_of_ours_is_stored_as_near_as_can_be(value: Any, stored: Any) -> None:
    record = decode(encode(_tool_call(tool_result={"it": value})))
    assert isinstance(record, ToolCallRecorded)
    assert record.tool_result == {"it": stored}


def test_a_value_that_holds_itself_is_cut_off() -> None:
    loop: dict[str, Any] = {}
    loop["again"] = loop
    assert isinstance(decode(encode(_tool_call(tool_args=loop))), ToolCallRecorded)


def test_a_telephone_number_is_never_taken_for_a_card() -> None:
    number = "+4111111111111111"
    record = decode(encode(CallStarted(uuid4(), STARTED_AT, number, number, "en")))
    assert isinstance(record, CallStarted)
    assert (record.caller_id, record.called_id) == (number, number)


@pytest.mark.parametrize("cls", TYPES)
def test_a_record_of_an_older_program_gets_the_defaults_of_what_it_lacks(cls: type[Record]) -> None:
    hints = get_type_hints(cls)
    required = [field.name for field in fields(cls) if field.default is MISSING and field.default_factory is MISSING]
    example: dict[Any, Any] = {UUID: str(CALL_ID), datetime: STARTED_AT.isoformat(), str: "x", int: 1, bool: True}
    example[Change] = {"action": "order.drop", "outcome": "done", "object": "order:1"}
    values = {"v": SCHEMA_VERSION, "type": NAMES[cls], "unknown_to_us": 1}
    for name in required:
        hint = hints[name]
        is_enum = isinstance(hint, type) and issubclass(hint, StrEnum)
        values[name] = (
            next(iter(hint)).value if is_enum else example.get(hint, {} if hint == Mapping[str, Any] else None)
        )
    assert isinstance(decode(json.dumps(values)), cls)


@pytest.mark.parametrize(
    "timeline", [{"endpoint": "soon"}, {"endpoint": 1.5}, {"endpoint": None}, {"endpoint": True}, []]
)
def test_a_timeline_that_is_no_whole_milliseconds_is_refused(timeline: Any) -> None:
    turn = TurnRecorded(CALL_ID, STARTED_AT, 2, Speaker.BOT, STARTED_AT, "Good morning", timeline={"endpoint": 380})
    with pytest.raises(RecordError, match="has a wrong timeline"):
        decode(json.dumps({**json.loads(encode(turn)), "timeline": timeline}))


GOOD = json.loads(encode(CallStarted(CALL_ID, STARTED_AT, None, None, "en")))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        pytest.param("[" * 100_000, id="deep"),
        json.dumps({**GOOD, "v": SCHEMA_VERSION + 1}),
        json.dumps({**GOOD, "type": "call_dreamt"}),
        json.dumps({**GOOD, "type": {}}),
        json.dumps({**GOOD, "call_id": "not a uuid"}),
        json.dumps({**GOOD, "call_id": 7}),
        json.dumps({**GOOD, "call_started_at": "yesterday"}),
        json.dumps({**GOOD, "language": 7}),
        json.dumps({name: value for name, value in GOOD.items() if name != "language"}),
    ],
)
def test_what_is_no_record_is_refused_without_being_quoted(text: str) -> None:
    with pytest.raises(RecordError) as refused:
        decode(text)
    assert "not a uuid" not in str(refused.value)
    assert "yesterday" not in str(refused.value)


@given(
    text=st.text()
    | json_values.map(json.dumps)
    | st.builds(lambda v: json.dumps({**GOOD, **v}), st.dictionaries(st.sampled_from(sorted(GOOD)), json_values))
)
@settings(max_examples=300, deadline=None)
def test_whatever_lies_in_the_spool_is_a_record_or_a_record_error(text: str) -> None:
    try:
        record = decode(text)
    except RecordError:
        return
    assert type(record) in NAMES

"""Records as JSON and back: what the spool holds. Pure.

One line of ASCII JSON a record, `{"v": 1, "type": "turn_recorded", ...}`: "v" goes up when a field changes its
meaning, so that an older program sets a newer record aside instead of misreading it. A field that is missing has its
default, one that is unknown is left out.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import UTC, datetime
from enum import StrEnum
from math import isfinite
from types import UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints
from uuid import UUID

from callcenter.errors import CallCenterError
from callcenter.journal.cards import mask_cards_in
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

SCHEMA_VERSION = 1
DEEPEST = 64
"""Of nested values; what lies deeper is cut off."""
LONGEST_INTEGER_BITS = 1024
"""Python turns no number of over 4300 digits into text."""
T = TypeVar("T")
Layout = list[tuple[str, Callable[[Any], Any], bool]]
"""Of a dataclass: each field's name, how its value is read, and whether it must be there."""


class RecordError(CallCenterError):
    """A stored record cannot be read. The message never holds its content."""


TYPES: tuple[type[Record], ...] = (
    CallStarted,
    TurnRecorded,
    ToolCallRecorded,
    EventRecorded,
    ChangeRecorded,
    HandoverBegun,
    CallEnded,
    CallLeftAsterisk,
)


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


KINDS: Mapping[str, type[Record]] = {_snake(cls.__name__): cls for cls in TYPES}
NAMES: Mapping[type[Record], str] = {cls: name for name, cls in KINDS.items()}

# keys and numbers of telephones: never a card, and not to be taken for one
UNMASKED = frozenset({"call_id", "call_started_at", "at", "ended_at", "caller_id", "called_id"})


def encode(record: Record) -> str:
    """The record as one line of JSON, card numbers masked. Takes any content; what is no JSON becomes text."""
    values: dict[str, Any] = {"v": SCHEMA_VERSION, "type": NAMES[type(record)]}
    for name, _, _ in _LAYOUTS[type(record)]:
        value = _plain(getattr(record, name), DEEPEST)
        values[name] = value if name in UNMASKED else mask_cards_in(value)
    return json.dumps(values, allow_nan=False, separators=(",", ":"))


def _plain(value: Any, depth: int) -> Any:
    match value:
        case None | bool():
            return value
        case int():
            return int(value) if value.bit_length() <= LONGEST_INTEGER_BITS else None
        case StrEnum():
            return value.value
        case str():
            return str(value)
        case float():
            return value if isfinite(value) else None
        case datetime():
            return value.isoformat()
        case _ if depth == 0:
            return "…"
        case Mapping():
            return {str(key): _plain(item, depth - 1) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_plain(item, depth - 1) for item in value]
        case _ if is_dataclass(value):
            return {field.name: _plain(getattr(value, field.name), depth - 1) for field in fields(value)}
        case _:
            return str(value)


def decode(text: str) -> Record:
    """Raises RecordError."""
    try:
        values = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RecordError("is not JSON") from error
    if not isinstance(values, dict):
        raise RecordError("is not an object")
    if values.get("v") != SCHEMA_VERSION:
        raise RecordError("has a schema version that this program does not know")
    cls = KINDS.get(str(values.get("type")))
    if cls is None:
        raise RecordError("is of a kind that this program does not know")
    return _built(cls, _LAYOUTS[cls], values)


def _built(cls: type[T], layout: Layout, values: Mapping[str, Any]) -> T:
    known: dict[str, Any] = {}
    for name, convert, required in layout:
        if name in values:
            known[name] = _converted(name, convert, values[name])
        elif required:
            raise RecordError(f"lacks {name}")
    return cls(**known)


def _converted(name: str, convert: Callable[[Any], Any], value: Any) -> Any:
    try:
        return convert(value)
    except (ValueError, TypeError, OverflowError) as error:
        raise RecordError(f"has a wrong {name}") from error


def _instant(value: Any) -> datetime:
    instant = datetime.fromisoformat(value)
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _exactly(*types: type) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        if type(value) not in types:
            raise TypeError
        return value

    return check


def _mapping(convert: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: {key: convert(item) for key, item in _exactly(dict)(value).items()}


def _tuple(convert: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: tuple(convert(item) for item in _exactly(list)(value))


def _part(cls: type) -> Callable[[Any], Any]:
    layout = _layout(cls)
    return lambda value: _built(cls, layout, _exactly(dict)(value))


def _converter(hint: Any) -> Callable[[Any], Any]:
    if get_origin(hint) in (Union, UnionType):
        inner = [_converter(part) for part in get_args(hint) if part is not type(None)]
        return lambda value: None if value is None else inner[0](value)
    if get_origin(hint) is tuple:  # tuple[…, ...]
        return _tuple(_converter(get_args(hint)[0]))
    if is_dataclass(hint):
        return _part(cast(type, hint))
    if get_origin(hint) is not None:  # Mapping[str, …]
        return _mapping(_converter(get_args(hint)[1]))
    if hint is Any:
        return lambda value: value
    if hint is UUID:
        return lambda value: UUID(_exactly(str)(value))
    if hint is datetime:
        return _instant
    if issubclass(hint, StrEnum):
        return lambda value: hint(value)
    return _exactly(int, float) if hint is float else _exactly(hint)


def _layout(cls: Any) -> Layout:
    hints = get_type_hints(cls)
    return [(f.name, _converter(hints[f.name]), _is_required(f)) for f in fields(cls)]


def _is_required(field: Field[Any]) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


_LAYOUTS = {cls: _layout(cls) for cls in TYPES}

"""Tool results as a model may see them: short, and marked as data, whatever stands in them. Pure.

A catalogue's texts are written by many hands. Nothing in a result can close the mark around it, put words on a line of
their own, or go on for longer than a name does.
"""

import json
import unicodedata
from collections.abc import Mapping
from typing import Any

MAX_TEXT = 80
MAX_RESULT = 4000


def clean(text: str, most: int = MAX_TEXT) -> str:
    """One line without control and formatting characters, cut to the length of a name."""
    kept = "".join(" " if unicodedata.category(char)[0] in "CZ" else char for char in text)
    line = " ".join(kept.split())
    return line if len(line) <= most else line[: most - 1] + "…"


def cleaned(value: Any, most: int = MAX_TEXT) -> Any:
    match value:
        case str():
            return clean(value, most)
        case Mapping():
            return {clean(str(key)): cleaned(part, most) for key, part in value.items() if part is not None}
        case list() | tuple():
            return [cleaned(part, most) for part in value]
        case _:
            return value


def data_for_model(tool_name: str, result: Mapping[str, Any], most: int = MAX_TEXT) -> str:
    """What a tool found, texts cut to `most` characters. JSON between marks that the JSON inside cannot contain: "<" is
    written as an escape."""
    body = json.dumps(cleaned(result, most), ensure_ascii=False, separators=(",", ":"), default=str)
    if len(body) > MAX_RESULT:
        body = '{"error":"the result is too long: ask for less"}'
    body = body.replace("<", "\\u003c").replace(">", "\\u003e")
    return f'<tool_data tool="{clean(tool_name)}">{body}</tool_data>'


def shown_in(text: str) -> Any:
    """The data of what `data_for_model` made; None where there is none."""
    _, opening, rest = text.partition('">')
    body, closing, _ = rest.partition("</tool_data>")
    return json.loads(body) if opening and closing else None


def error_for_model(tool_name: str, error: str, advice: str) -> str:
    """Why a tool found nothing, and, outside of the marks, our own advice what to do now."""
    return f"{data_for_model(tool_name, {'error': error})} {advice}"

"""CSV as RFC 4180 has it, and as spreadsheets are safe with."""

import csv
import io
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

_NUMBER = re.compile(r"[+-]?\d[\d.]*")


def csv_line(values: Iterable[Any]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow([_cell(value) for value in values])
    return line.getvalue()


def _cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.isoformat()
        case _:
            text = str(value)
    # a spreadsheet runs what begins so; a quote before it makes it text (OWASP, CSV injection)
    if text.startswith(("=", "+", "-", "@", "\t", "\r")) and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text

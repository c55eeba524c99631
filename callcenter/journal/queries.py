"""SQL in named files: `-- name: …` begins a statement that lasts to the next name."""

import re
from collections.abc import Mapping
from pathlib import Path

_NAME = re.compile(r"^-- name: (\w+)\n", re.MULTILINE)


def load_queries(path: Path) -> Mapping[str, str]:
    parts = _NAME.split(path.read_text(encoding="utf-8"))[1:]
    return {name: text.strip() for name, text in zip(parts[::2], parts[1::2], strict=True)}


QUERIES = load_queries(Path(__file__).with_name("queries.sql"))

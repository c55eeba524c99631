"""SQL in files, a query under each `-- name:` line; `{schema}` in it is the schema that holds the tables."""

import re
from functools import cache
from importlib.resources import files

_SCHEMA = re.compile(r"[a-z_][a-z0-9_]{0,62}")


@cache
def queries(area: str, schema: str) -> dict[str, str]:
    """The named queries of `sql/{area}.sql`. Raises ValueError for a schema that would need quoting."""
    if not _SCHEMA.fullmatch(schema):
        raise ValueError(f"a schema's name is of small letters, digits and underscores, not {schema!r}")
    text = files(__name__).joinpath(f"{area}.sql").read_text(encoding="utf-8").replace("{schema}", schema)
    parts = text.split("-- name: ")[1:]
    return {name.strip(): body.strip() for name, _, body in (part.partition("\n") for part in parts)}

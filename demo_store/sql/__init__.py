"""SQL in files: a file per area, a query under each `-- name:` line."""

from functools import cache
from importlib.resources import files


@cache
def queries(area: str) -> dict[str, str]:
    """The named queries of `sql/{area}.sql`."""
    text = files(__name__).joinpath(f"{area}.sql").read_text(encoding="utf-8")
    parts = text.split("-- name: ")[1:]
    return {name.strip(): body.strip() for name, _, body in (part.partition("\n") for part in parts)}

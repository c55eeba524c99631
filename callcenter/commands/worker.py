"""callcenter worker: the jobs that follow a call."""

import os
import sys
from typing import Annotated

import typer


def worker(
    arguments: Annotated[list[str] | None, typer.Argument(help="Handed on to `python -m analytics.worker`.")] = None,
) -> None:
    """Run the jobs that follow a call (Celery)."""
    from callcenter.config import load_settings

    load_settings()
    os.execv(sys.executable, [sys.executable, "-m", "analytics.worker", *(arguments or [])])  # noqa: S606  no shell

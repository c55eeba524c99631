"""callcenter worker: the jobs that follow a call."""

import os
import sys
from typing import Annotated

import typer


def worker(
    mode: Annotated[
        str, typer.Argument(help="jobs, beat (tells when regular work is due; one is enough), or all.")
    ] = "jobs",
) -> None:
    """Run the jobs that follow a call (Celery)."""
    from callcenter.config import load_settings

    load_settings()
    os.execv(sys.executable, [sys.executable, "-m", "analytics.worker", mode])  # noqa: S606  no shell

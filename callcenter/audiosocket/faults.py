"""Faults in our own code during a call: counted, and logged by type and place."""

import traceback
from pathlib import Path
from uuid import UUID

import structlog

from callcenter import metrics

log = structlog.get_logger(__name__)


def report_fault(error: BaseException, component: str, call_id: UUID | None) -> None:
    """The message is left out: it may quote what the caller said."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    kind = type(error).__name__
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"
    metrics.errors_total.labels(component=component, kind=kind).inc()
    log.error("call failed", component=component, kind=kind, place=place, call_id=str(call_id))

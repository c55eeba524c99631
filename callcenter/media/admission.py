"""Refuses calls before quality breaks, and takes them again once there is room."""

import asyncio
from collections.abc import Callable
from typing import NoReturn

import structlog

from callcenter.config import AdmissionSettings
from callcenter.media.load import Load, Overload
from callcenter.media.slots import Slots

LOOK_S = 0.2
log = structlog.get_logger(__name__)


async def watch_overload(settings: AdmissionSettings, slots: Slots, load: Callable[[], Load]) -> NoReturn:
    """Look at the load until cancelled, and close this worker's slots while it is too high."""
    overload = Overload(settings)
    before = None
    while True:
        now = load()
        reason = overload.feed(now)
        slots.set_overload(reason)
        if reason is not before:
            log.warning(
                "calls_refused" if reason else "calls_taken_again",
                reason=str(reason or before),
                loop_lag_ms=round(now.loop_lag_ms, 1),
                recognizer_waiting=now.recognizer_waiting,
                recognizer_wait_ms=round(now.recognizer_wait_ms),
                calls=slots.active,
            )
            before = reason
        await asyncio.sleep(LOOK_S)

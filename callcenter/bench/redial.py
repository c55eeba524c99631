"""Callers for whom there is no place: each is refused, and dials again."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import uuid4

from callcenter.audiosocket.protocol import HANG_UP, encode_uuid

ANSWER_S = 5.0


@dataclass(slots=True)
class Offered:
    refused_ms: list[float] = field(default_factory=list)
    """From the start of connecting to the server's hang-up."""
    admitted: int = 0
    """They got audio: there was a place after all."""
    failed: int = 0
    """Neither, or no connection."""
    late_ms: list[float] = field(default_factory=list)
    """How late each was dialed: our own lateness."""

    @property
    def offered(self) -> int:
        return len(self.refused_ms) + self.admitted + self.failed


async def redial(port: int, callers: int, every_s: float, seconds: float) -> Offered:
    """So many callers, spread over time, dial every `every_s` until `seconds` are over."""
    offered = Offered()
    async with asyncio.TaskGroup() as tasks:
        for number in range(callers):
            tasks.create_task(_redial(port, every_s, seconds, every_s * number / callers, offered))
    return offered


async def _redial(port: int, every_s: float, seconds: float, after_s: float, offered: Offered) -> None:
    began_s = time.monotonic()
    due_s = began_s + after_s
    while due_s < began_s + seconds:
        await asyncio.sleep(max(0.0, due_s - time.monotonic()))
        offered.late_ms.append(max(0.0, time.monotonic() - due_s) * 1000)
        await _dial(port, offered)
        due_s = max(due_s + every_s, time.monotonic())


async def _dial(port: int, offered: Offered) -> None:
    began_s = time.monotonic()
    try:
        async with asyncio.timeout(ANSWER_S):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                writer.write(encode_uuid(uuid4()))
                answer = await reader.readexactly(len(HANG_UP))
            finally:
                writer.close()
    except (OSError, TimeoutError, asyncio.IncompleteReadError):
        offered.failed += 1
        return
    if answer == HANG_UP:
        offered.refused_ms.append((time.monotonic() - began_s) * 1000)
    else:
        offered.admitted += 1


def share_within(values: Sequence[float], limit: float) -> float | None:
    """In percent."""
    return 100 * sum(value <= limit for value in values) / len(values) if values else None

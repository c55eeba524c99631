"""Watches the event loop that carries the audio: how late it wakes is how late frames may be."""

import asyncio

from callcenter import metrics

INTERVAL_S = 0.25


async def watch_loop() -> None:
    """Measure until cancelled."""
    loop = asyncio.get_running_loop()
    while True:
        due_s = loop.time() + INTERVAL_S
        await asyncio.sleep(INTERVAL_S)
        metrics.loop_lag.observe(max(0.0, loop.time() - due_s))

"""Words for a caller whom a slow tool keeps waiting."""

import asyncio
from collections.abc import Callable

from callcenter import metrics
from callcenter.pipeline.reply import Reply

STEP_S = 0.05
FIRST_AFTER_S = 0.7
"""Of silence while a tool runs. Shorter waits need no words."""
AGAIN_AFTER_S = 4.0


class Fillers:
    """Of one call: no phrase comes again before all variations have been said."""

    def __init__(self, phrase: Callable[[str, int], str]) -> None:
        """phrase: the n-th variation of a key."""
        self._phrase = phrase
        self._said: dict[str, int] = {}

    async def accompany(self, reply: Reply) -> None:
        """Until cancelled, speak whenever a tool of this answer takes long and nothing else is heard: first of what
        that tool does, then asking for patience."""
        again, patience_s, quiet_s = False, FIRST_AFTER_S, 0.0
        while True:
            await reply.settled.wait()
            await reply.tool_runs.wait()
            await asyncio.sleep(STEP_S)
            quiet_s = quiet_s + STEP_S if reply.tool_runs.is_set() and reply.silent else 0.0
            if quiet_s >= patience_s - STEP_S / 2:
                await reply.bridge(self._next("filler.again" if again else reply.filler))
                metrics.fillers_total.inc()
                again, patience_s, quiet_s = True, AGAIN_AFTER_S, 0.0

    def _next(self, key: str) -> str:
        number = self._said.get(key, 0)
        self._said[key] = number + 1
        return self._phrase(key, number)

"""Speaks a scenario's lines into a telephone as a person would: each when the answer to the one before has ended."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from callcenter.audiosocket.client import AudioSocketClient
from callcenter.phone.conversation import EndedBy, listen
from callcenter.phone.hearing import Ear

STEP_S = 0.02
SILENCE_S = 1.0
"""Of the agent's: the answer has ended."""
INTERRUPT_AFTER_S = 1.5
ANSWER_S = 20.0
"""So long an answer is waited for."""
GOODBYE_S = 1.5
"""So long the caller stays on the line after the last answer: the agent may hang up, or hand over."""


@dataclass(frozen=True, slots=True)
class Line:
    pcm: bytes = b""
    """8 kHz."""
    keys: str = ""
    barge_in: bool = False
    """Said over the answer before it."""


class Telephone:
    """callcenter.phone.conversation.Conversation."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = lines

    async def converse(self, client: AudioSocketClient, ear: Ear) -> EndedBy:
        listening = asyncio.create_task(listen(client, ear))
        speaking = asyncio.create_task(self._speak(client, ear))
        await asyncio.wait({listening, speaking}, return_when=asyncio.FIRST_COMPLETED)
        speaking.cancel()
        if not listening.done():
            listening.cancel()
            await asyncio.wait([listening, speaking])
            speaking.result()  # raises where it broke
            return "caller"
        await asyncio.wait([speaking])
        return listening.result()

    async def _speak(self, client: AudioSocketClient, ear: Ear) -> None:
        heard = 0
        for line in self._lines:
            await _until(lambda heard=heard: len(ear.spurts) > heard)  # type: ignore[misc]  # a loop's variable, bound
            if line.barge_in:
                await asyncio.sleep(INTERRUPT_AFTER_S)
            else:
                await _until(lambda: ear.silent_s(time.monotonic()) >= SILENCE_S)
            heard = len(ear.spurts)
            uttered = client.press(line.keys) if line.keys else client.say(line.pcm)
            await _until(lambda uttered=uttered: uttered.ended_at_s is not None)  # type: ignore[misc]  # likewise
        await _until(lambda: len(ear.spurts) > heard)
        await _until(lambda: ear.silent_s(time.monotonic()) >= SILENCE_S + GOODBYE_S)


async def _until(so: Callable[[], bool]) -> None:
    """Raises TimeoutError where nothing comes for too long."""
    async with asyncio.timeout(3 * ANSWER_S):
        while not so():  # noqa: ASYNC110  a pure ear tells nobody
            await asyncio.sleep(STEP_S)

"""What happens on the line: by a script, or by a person at the microphone."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from callcenter.audiosocket.client import AudioSocketClient, LineEnded, Uttered
from callcenter.errors import ProtocolError
from callcenter.phone.hearing import Ear
from callcenter.phone.script import Act, Script, Timing, TurnResult

STEP_S = 0.005
EndedBy = Literal["agent", "caller", "failure"]


class Conversation(Protocol):
    async def converse(self, client: AudioSocketClient, ear: Ear) -> EndedBy:
        """Until one side ends it. What is heard is told to the ear."""


@dataclass(frozen=True, slots=True)
class Say:
    """One turn of the caller."""

    label: str
    """For the report. Never the keys that are pressed."""
    pcm: bytes = b""
    """Trimmed, at the line's rate."""
    digits: str = ""


@dataclass(frozen=True, slots=True)
class Saying:
    """The caller begins to say this."""

    label: str
    interrupting: bool


Progress = Callable[[Saying | TurnResult], None]


class ScriptedConversation:
    def __init__(self, says: Sequence[Say], timing: Timing, progress: Progress = lambda _: None) -> None:
        self.says = tuple(says)
        self.script: Script | None = None
        """From the call's first moment on."""
        self._timing, self._progress = timing, progress
        self._told = 0

    async def converse(self, client: AudioSocketClient, ear: Ear) -> EndedBy:
        self.script = script = Script(len(self.says), self._timing, time.monotonic())
        listening = asyncio.create_task(listen(client, ear))
        left = list(self.says)
        try:
            while not listening.done():
                act = script.step(time.monotonic(), ear)
                self._tell(script)
                if act is Act.HANG_UP:
                    return "caller"
                if act is Act.SAY_NEXT:
                    say = left.pop(0)
                    self._progress(Saying(say.label, interrupting=ear.silent_s(time.monotonic()) < STEP_S))
                    script.said(_utter(client, say))
                await asyncio.sleep(STEP_S)
            return listening.result()
        finally:
            listening.cancel()
            await asyncio.wait([listening])
            script.end(ear)
            self._tell(script)

    def _tell(self, script: Script) -> None:
        for result in script.results[self._told :]:
            self._progress(result)
        self._told = len(script.results)


def _utter(client: AudioSocketClient, say: Say) -> Uttered:
    return client.press(say.digits) if say.digits else client.say(say.pcm)


async def listen(client: AudioSocketClient, ear: Ear, play: Callable[[bytes], None] = lambda _: None) -> EndedBy:
    """Until the line ends. play: what to do with each frame beside hearing it."""
    while True:
        try:
            heard = await client.receive()
        except ProtocolError:
            return "failure"
        if isinstance(heard, LineEnded):
            return "agent" if heard.by_server else "failure"
        ear.hear(heard.at_s, heard.rate_hz, heard.pcm)
        play(heard.pcm)

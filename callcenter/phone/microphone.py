"""A person on the phone: this machine's microphone and loudspeaker (extra `microphone`)."""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from callcenter.audio import frame_bytes
from callcenter.audiosocket.client import AudioSocketClient
from callcenter.phone.conversation import EndedBy, listen
from callcenter.phone.errors import PhoneError
from callcenter.phone.hearing import Ear

MAX_WAITING_FRAMES = 5
"""Either way, 100 ms: the clocks of a sound card and of the line drift apart, and old audio is worth nothing."""

Exchange = Callable[[bytes], bytes]
"""One frame from the microphone for one to the loudspeaker; called in the sound card's thread."""
OpenSound = Callable[[int, Exchange], AbstractContextManager[Any]]
"""A rate and who exchanges the frames: sound while the context lasts."""


def open_sound_card(rate_hz: int, exchange: Exchange) -> AbstractContextManager[Any]:
    """Raises PhoneError when there is no microphone, or nothing installed to use it with."""
    try:
        import sounddevice  # type: ignore[import-untyped]  # ships no types
    except (ImportError, OSError) as error:
        raise PhoneError(
            "the microphone needs sounddevice and PortAudio (pip install 'callcenter[microphone]'; "
            'Debian: libportaudio2); without them say something with --say "..." or --wav FILE'
        ) from error

    def on_block(microphone: Any, loudspeaker: Any, _frames: int, _time: Any, _status: Any) -> None:
        loudspeaker[:] = exchange(bytes(microphone))

    try:
        stream: AbstractContextManager[Any] = sounddevice.RawStream(
            samplerate=rate_hz, blocksize=rate_hz // 50, channels=1, dtype="int16", callback=on_block
        )
    except sounddevice.PortAudioError as error:
        raise PhoneError(
            f'no microphone can be used ({error}); say something with --say "..." or --wav FILE instead'
        ) from error
    return stream


class MicrophoneConversation:
    def __init__(self, hung_up: asyncio.Event, open_sound: OpenSound = open_sound_card) -> None:
        """hung_up: set when the person puts the phone down."""
        self._hung_up = hung_up
        self._open_sound = open_sound
        self._to_play: deque[bytes] = deque(maxlen=MAX_WAITING_FRAMES)

    async def converse(self, client: AudioSocketClient, ear: Ear) -> EndedBy:
        loop = asyncio.get_running_loop()
        silence = bytes(frame_bytes(client.rate_hz))

        def say(pcm: bytes) -> None:
            if client.waiting_frames < MAX_WAITING_FRAMES:
                client.say(pcm)

        def exchange(pcm: bytes) -> bytes:
            loop.call_soon_threadsafe(say, pcm)
            try:
                return self._to_play.popleft()
            except IndexError:
                return silence

        listening = asyncio.create_task(listen(client, ear, self._to_play.append))
        leaving = asyncio.create_task(self._hung_up.wait())
        try:
            with self._open_sound(client.rate_hz, exchange):
                await asyncio.wait([listening, leaving], return_when=asyncio.FIRST_COMPLETED)
            return listening.result() if listening.done() else "caller"
        finally:
            listening.cancel()
            leaving.cancel()
            await asyncio.wait([listening, leaving])

"""What the caller says: texts, spoken by espeak-ng in a process of its own (it is GPL-3), and recordings."""

import asyncio
import sys
import wave
from collections.abc import Awaitable, Callable
from pathlib import Path

import numpy as np

from callcenter.audio import resample
from callcenter.phone.errors import PhoneError
from callcenter.ports import Language

Speak = Callable[[str], Awaitable[bytes]]
"""A text as PCM at the line's rate. Raises PhoneError."""

SPEAK_PROGRAM = "callcenter.tts.espeak_speak"
SPEAK_TIMEOUT_S = 20.0


def espeak_voice(language: Language, rate_hz: int) -> Speak:
    async def speak(text: str) -> bytes:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", SPEAK_PROGRAM, "--language", language, "--rate-hz", str(rate_hz), "--", text),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(SPEAK_TIMEOUT_S):
                pcm, complaint = await process.communicate()
        except TimeoutError as error:
            process.kill()
            await process.wait()
            raise PhoneError("the caller's voice does not answer") from error
        if process.returncode:
            last_line = complaint.decode(errors="replace").strip().rpartition("\n")[2]
            raise PhoneError(f"the caller has no voice: {last_line}")
        return pcm

    return speak


def read_wav(path: Path, rate_hz: int) -> bytes:
    """A recording of 16 bits, mono or stereo (the left side is taken), at the line's rate. Raises PhoneError."""
    try:
        with wave.open(str(path), "rb") as file:
            channels, sample_bytes, own_rate_hz = file.getnchannels(), file.getsampwidth(), file.getframerate()
            pcm = file.readframes(file.getnframes())
    except (OSError, EOFError, wave.Error) as error:
        raise PhoneError(f"{path}: cannot be read as a WAV file ({error})") from error
    if sample_bytes != 2:
        raise PhoneError(f"{path}: has {8 * sample_bytes} bits; convert it to 16-bit PCM")
    left = np.frombuffer(pcm, "<i2")[::channels].tobytes()
    return resample(left, own_rate_hz, rate_hz)


def write_wav(path: Path, pcm: bytes, rate_hz: int) -> None:
    """Raises PhoneError."""
    try:
        with wave.open(str(path), "wb") as file:
            file.setparams((1, 2, rate_hz, 0, "NONE", ""))
            file.writeframes(pcm)
    except OSError as error:
        raise PhoneError(f"{path}: cannot be written ({error.strerror})") from error

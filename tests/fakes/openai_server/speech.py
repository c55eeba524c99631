"""/v1/audio: speech is a tone as long as the words would take; hearing tells silence from sound and nothing more, so
what was said is set from outside (POST /admin/transcripts), in the order in which it will be heard."""

import io
import wave
from email import message_from_bytes
from typing import Any

import numpy as np

RATE_HZ = 24_000
MS_A_CHARACTER = 60
LOUD = 200


def tone(text: str) -> bytes:
    """PCM, 16 bit, mono, 24 kHz: what OpenAI answers to response_format "pcm"."""
    samples = np.arange(RATE_HZ * MS_A_CHARACTER * max(1, len(text)) // 1000)
    wave_form = 8000 * np.sin(samples * (2 * np.pi * 440 / RATE_HZ))
    return bytes(wave_form.astype("<i2").tobytes())


def as_wav(pcm: bytes) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(RATE_HZ)
        wav.writeframes(pcm)
    return file.getvalue()


def form(content_type: str, body: bytes) -> dict[str, bytes]:
    """The fields of a multipart request."""
    message: Any = message_from_bytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body)
    return {
        part.get_param("name", header="content-disposition"): part.get_payload(decode=True)
        for part in message.get_payload()
    }


def is_silent(wav: bytes) -> bool:
    with wave.open(io.BytesIO(wav)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    return not samples.size or int(np.abs(samples.astype(np.int32)).max()) < LOUD

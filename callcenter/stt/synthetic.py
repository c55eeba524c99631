"""Synthetic callers, for measuring recognizers where there are no recordings: espeak-ng voices over a telephone line.

`python -m callcenter.stt.synthetic` is the child that holds espeak-ng (GPL-3: in a process of its own): one JSON object
{"text", "voice", "words_per_minute", "pitch"} a line on stdin; on stdout a length (u32, big-endian) and PCM.
"""

import ctypes
import json
import struct
import subprocess
import sys
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from callcenter.audio import LINE_RATE_HZ, resample
from callcenter.errors import ConfigurationError

SPEECH_LEVEL = 2000.0
"""RMS of the speech, 24 dB under full scale."""
A_LAW = 87.6
_BAND_HZ = (250, 3450)


@dataclass(frozen=True, slots=True)
class Caller:
    voice: str = "en-us"
    """A language of espeak-ng, and a variant of its voice: "uk+f2"."""
    words_per_minute: int = 165
    pitch: int = 50


ENGLISH = (
    Caller("en-us", 165, 50),
    Caller("en-us+f2", 160, 55),
    Caller("en-us+m3", 175, 40),
    Caller("en-us+f4", 150, 60),
    Caller("en", 165, 45),
    Caller("en+f3", 170, 55),
    Caller("en-gb-x-rp", 160, 50),
    Caller("en-us+m7", 165, 35),
)


class Mouths:
    """Speaks; a context manager around the child."""

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", __name__]
        self._child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603  # our own
        self._rate_hz = self._read_number()
        return self

    def __exit__(self, *_: object) -> None:
        self._child.communicate()

    def say(self, text: str, caller: Caller) -> bytes:
        """Speech at 8 kHz as out of a studio."""
        assert self._child.stdin  # noqa: S101  # a pipe
        self._child.stdin.write(json.dumps({"text": text, **asdict(caller)}).encode() + b"\n")
        self._child.stdin.flush()
        return resample(self._read(self._read_number()), self._rate_hz, LINE_RATE_HZ)

    def _read_number(self) -> int:
        return int(struct.unpack("!I", self._read(4))[0])

    def _read(self, count: int) -> bytes:
        assert self._child.stdout  # noqa: S101  # a pipe
        data = self._child.stdout.read(count)
        if len(data) < count:
            raise ConfigurationError("espeak-ng does not run; pip install 'callcenter[embedded]' brings it")
        return data


def over_the_line(
    pcm: bytes, rng: np.random.Generator, *, noise_db: float = 22.0, lead_ms: int = 240, tail_ms: int = 500
) -> bytes:
    """The same speech as it comes out of a telephone: band, level, noise `noise_db` under it, A-law; with the silence
    that our turn taking leaves around an utterance."""
    samples = np.frombuffer(pcm, "<i2").astype(np.float64)
    loud = np.flatnonzero(np.abs(samples) > 200)
    speech = samples[loud[0] : loud[-1] + 1] if loud.size else samples
    spectrum = np.fft.rfft(speech)
    hz = np.fft.rfftfreq(speech.size, 1 / LINE_RATE_HZ)
    spectrum[(hz < _BAND_HZ[0]) | (hz > _BAND_HZ[1])] *= 0.05
    speech = np.fft.irfft(spectrum, speech.size)
    speech *= SPEECH_LEVEL / max(1.0, float(np.sqrt(np.mean(speech**2))))
    per_ms = LINE_RATE_HZ // 1000
    line = np.concatenate([np.zeros(lead_ms * per_ms), speech, np.zeros(tail_ms * per_ms)])
    line += rng.standard_normal(line.size) * SPEECH_LEVEL / 10 ** (noise_db / 20)
    return quantize_a_law(line)


def quantize_a_law(samples: npt.NDArray[np.float64]) -> bytes:
    """PCM that has been through G.711 A-law's 256 steps (the smooth curve, not the standard's segments)."""
    size = np.minimum(np.abs(samples) / 32768, 1.0)
    knee = 1 + np.log(A_LAW)
    small = size < 1 / A_LAW
    code = np.where(small, A_LAW * size / knee, (1 + np.log(np.maximum(A_LAW * size, 1.0))) / knee)
    code = np.round(code * 127) / 127
    size = np.where(code < 1 / knee, code * knee / A_LAW, np.exp(code * knee - 1) / A_LAW)
    pcm: bytes = np.clip(np.sign(samples) * size * 32768, -32768, 32767).astype("<i2").tobytes()
    return pcm


# ---------------------------------------------------------------- the child

_SYNCHRONOUS, _UTF8, _RATE, _PITCH = 2, 1, 1, 3  # speak_lib.h: AUDIO_OUTPUT_SYNCHRONOUS, espeakCHARS_UTF8, espeakRATE..


def _serve() -> None:
    import espeakng_loader  # type: ignore[import-untyped]  # ships no types

    espeak = ctypes.CDLL(espeakng_loader.get_library_path())
    pieces: list[bytes] = []

    def collect(samples: Any, count: int, _events: object) -> int:
        if samples and count > 0:
            pieces.append(ctypes.string_at(samples, count * 2))
        return 0

    callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)(collect)
    rate_hz = espeak.espeak_Initialize(_SYNCHRONOUS, 0, espeakng_loader.get_data_path().encode(), 0)
    espeak.espeak_SetSynthCallback(callback)
    out = sys.stdout.buffer
    out.write(struct.pack("!I", rate_hz))
    out.flush()
    for line in sys.stdin.buffer:
        wanted = json.loads(line)
        if espeak.espeak_SetVoiceByName(wanted["voice"].encode()):
            raise SystemExit(f"espeak-ng has no voice {wanted['voice']}")
        espeak.espeak_SetParameter(_RATE, wanted["words_per_minute"], 0)
        espeak.espeak_SetParameter(_PITCH, wanted["pitch"], 0)
        text = wanted["text"].encode() + b"\0"
        pieces.clear()
        espeak.espeak_Synth(text, len(text), 0, 0, 0, _UTF8, None, None)
        pcm = b"".join(pieces)
        out.write(struct.pack("!I", len(pcm)) + pcm)
        out.flush()


if __name__ == "__main__":
    _serve()
